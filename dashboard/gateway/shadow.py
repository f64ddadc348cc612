"""What the page Shadow run asks: runs, starting one, cancelling one."""

from __future__ import annotations

from collections.abc import Iterator

from backend.persistence.uow import Uow
from backend.routing import shadow, versions
from backend.routing.shadow import Tried
from backend.sla import queries
from backend.sla.views import LocationFilter
from dashboard.address import PAGE_SIZE
from dashboard.address.routing import ShadowAddress
from dashboard.gateway import kept
from dashboard.gateway.base import Asker, Door, Row
from dashboard.present.routing import shadow as say
from dashboard.present.routing import sheets
from dashboard.views.kept import Run
from dashboard.views.shadow import ShadowScreen
from models.enums import Permission
from models.errors import DomainError, ErrorCode


class ShadowDoor(Door):
    """Strategies tried on the last orders."""

    def shadow_runs(self, asker: Asker, address: ShadowAddress) -> ShadowScreen:
        """Return the page as its address asks for it; FORBIDDEN for who sees a part of the network only."""
        asker.actor.require(Permission.ROUTING_READ)
        with self._context().read(asker.actor) as uow:
            opened = kept.run(shadow.get(uow, address.run)) if address.run else None
            facts = say.Facts(
                runs=[kept.run(row) for row in shadow.listing(uow, limit=PAGE_SIZE)],
                opened=opened,
                drafts=kept.versions(versions.list_versions(uow, limit=PAGE_SIZE)),
                names=_names(uow, opened) if opened else {},
                may_write=asker.actor.can(Permission.ROUTING_WRITE),
            )
            return say.screen(facts, self._reader(uow, asker))

    def start_shadow_run(self, asker: Asker, version: str, orders: int) -> int:
        """Start a run of "name:version" on the last orders and return its id; INVALID, NOT_FOUND."""
        asker.actor.require(Permission.ROUTING_WRITE)
        name, _, number = version.rpartition(":")
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise DomainError(ErrorCode.INVALID, "Choose a version to try; save a draft first when there is none.")
        with self._context().uow(asker.actor) as uow:
            return shadow.start(uow, Tried(name, int(number)), orders=orders).id or 0

    def cancel_shadow_run(self, asker: Asker, run: int) -> None:
        """Stop a run; ILLEGAL_TRANSITION when it has ended."""
        asker.actor.require(Permission.ROUTING_WRITE)
        with self._context().uow(asker.actor) as uow:
            shadow.cancel(uow, run)

    def every_difference(self, asker: Asker, run: int) -> Iterator[list[Row]]:
        """Yield the orders of a run that differ, for a file; NOT_FOUND, FORBIDDEN as above."""
        asker.actor.require(Permission.ROUTING_READ)
        with self._context().read(asker.actor) as uow:
            rows = [sheets.difference(one) for one in shadow.get(uow, run).result.get("differ", ())]
        yield rows


def _names(uow: Uow, run: Run) -> dict[str, str]:
    codes = say.codes_of(run)
    if not codes:
        return {}
    found = queries.list_locations(uow, LocationFilter(codes=sorted(codes)), limit=len(codes)).items
    return {view.code: view.name for view in found}
