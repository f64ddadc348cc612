"""What the Network page and the search ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backend.auth.first_start import DemoAccount, demo_accounts
from backend.locations.groups import group_codes
from backend.orders import browse
from backend.persistence.uow import Uow
from backend.sla import history, queries
from backend.sla.rulebook import rulebook
from backend.sla.views import LocationFilter, LocationView
from dashboard.address import PAGE_SIZE, NetworkAddress
from dashboard.gateway.base import BATCH, Asker, Door, Row, offsets
from dashboard.present import network as say_network
from dashboard.present import orders as say_orders
from dashboard.present import sheet
from dashboard.views.common import Hit
from dashboard.views.network import NetworkScreen
from models.enums import Permission

HITS = 8
ORDER_HITS = 5
SHORTEST = 3  # of words that are looked for in orders
TREND_HOURS = 6


class NetworkDoor(Door):
    """The network as a whole."""

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
            chosen, rules = _found(uow, address.at), rulebook(uow)
            gone = set(keep) - {view.code for view in page.items}
            return say_network.screen(
                summary=queries.summary(uow, filters=replace(address.filter, status=())),
                page=page,
                gone=queries.list_locations(uow, LocationFilter(codes=sorted(gone))).items if gone else (),
                trend=history.trend(uow, hours=TREND_HOURS, points=120),
                chosen=chosen,
                thresholds=rules.of(chosen.groups if chosen else ())[1],
                rule=rules.of((address.group,))[1],
                groups=group_codes(uow),
                address=address,
                reader=self._reader(uow, asker),
            )

    def every_location(self, asker: Asker, address: NetworkAddress) -> Iterator[list[Row]]:
        """Yield the whole list of the Network page for a file, in batches; each batch is a transaction of its own."""
        for offset in offsets():
            with self._context().read(asker.actor) as uow:
                page = queries.list_locations(
                    uow,
                    address.filter,
                    sort=address.sort,
                    direction=address.direction,
                    offset=offset,
                    limit=BATCH,
                )
            yield [sheet.location(view) for view in page.items]
            if page.next is None:
                return

    def search(self, asker: Asker, text: str) -> list[Hit]:
        """Return the locations whose name or code contains `text`, worst first, then orders the text is about."""
        with self._context().read(asker.actor) as uow:
            found = queries.list_locations(uow, LocationFilter(search=text), limit=HITS)
            hits = [say_network.hit(view) for view in found.items]
            if asker.actor.can(Permission.ORDERS_READ) and len(text) >= SHORTEST:
                hits += [say_orders.hit(item) for item in browse.newest(uow, text, limit=ORDER_HITS)]
            return hits

    def demo_accounts(self) -> list[DemoAccount]:
        """Return whom the sign-in page offers: nobody unless this is the demo network. Public, so no one asks."""
        return demo_accounts(self._context())


def _found(uow: Uow, code: str) -> LocationView | None:
    """Return the location, or None when there is none that the actor may see."""
    if not code:
        return None
    found = queries.list_locations(uow, LocationFilter(codes=[code]), limit=1).items
    return found[0] if found else None
