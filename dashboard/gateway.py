"""THE door: what pages learn from the backend, or ask of it, goes through here. Each method takes the actor, opens one
transaction, calls the same queries and services as the JSON API, and returns view dataclasses. They block: states
call them by `dashboard/state/asking.py`, which runs them in a thread. No rule and no SQL in here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from backend import program
from backend.auth.actor import Actor
from backend.context import Context
from backend.locations.groups import group_codes
from backend.persistence.uow import Uow
from backend.sla import grading, history, queries
from backend.sla.views import LocationFilter, LocationView
from dashboard.address import PAGE_SIZE, NetworkAddress
from dashboard.format import Locale
from dashboard.present import network as say_network
from dashboard.present.common import Reader
from dashboard.views import Hit, NetworkScreen

HITS = 8
TREND_HOURS = 6


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: what he may see, and how he writes numbers."""

    actor: Actor
    locale: Locale


class Gateway:
    """The door of the running program; tests put another in its place with `use`."""

    def __init__(self, context: Callable[[], Context]) -> None:
        self._context = context

    def network(self, asker: Asker, address: NetworkAddress, *, keep: Sequence[str] = ()) -> NetworkScreen:
        """Return the Network page as its address asks for it; `keep` are codes on screen that must be told of too.

        Rows come in the order of now, then those of `keep` that no longer belong on this page.
        """
        with self._context().read(asker.actor) as uow:
            page = queries.list_locations(
                uow,
                address.filter,
                sort=address.sort,
                direction=address.direction,
                offset=address.offset,
                limit=PAGE_SIZE,
            )
            gone = set(keep) - {view.code for view in page.items}
            return say_network.screen(
                summary=queries.summary(uow, filters=replace(address.filter, status=())),
                page=page,
                gone=queries.list_locations(uow, LocationFilter(codes=sorted(gone))).items if gone else (),
                trend=history.trend(uow, hours=TREND_HOURS, points=120),
                chosen=_found(uow, address.at),
                thresholds=grading.Thresholds(),
                groups=group_codes(uow),
                address=address,
                reader=Reader(uow.now, asker.locale),
            )

    def search(self, asker: Asker, text: str) -> list[Hit]:
        """Return the locations whose name or code contains `text`, worst first."""
        with self._context().read(asker.actor) as uow:
            found = queries.list_locations(uow, LocationFilter(search=text), limit=HITS)
            return [say_network.hit(view) for view in found.items]


def _found(uow: Uow, code: str) -> LocationView | None:
    """Return the location, or None when there is none that the actor may see."""
    if not code:
        return None
    found = queries.list_locations(uow, LocationFilter(codes=[code]), limit=1).items
    return found[0] if found else None


_door = Gateway(program.current)


def door() -> Gateway:
    """Return the door in use."""
    return _door


def use(gateway: Gateway) -> None:
    """Put another door in its place; for tests."""
    global _door
    _door = gateway
