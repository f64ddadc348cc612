"""What the Inventory page asks, and what may be done to stock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backend.catalog import queries as catalog
from backend.inventory import blocks, browse, changes, future, ringfences
from backend.inventory.browse import BalancePage, SumPage
from backend.inventory.detail import detail
from backend.locations import queries as locations
from backend.persistence.uow import Uow
from dashboard.address import PAGE_SIZE, InventoryAddress
from dashboard.gateway.base import BATCH, Asker, Door, Row, offsets
from dashboard.present import inventory as say_inventory
from dashboard.present import stock_panel, stock_sheet
from dashboard.present.stock_forms import Announce, CallOff, Command, Lift, Receive, StockAction, read
from dashboard.views.inventory import InventoryScreen, StockPanel
from models.enums import Permission
from models.errors import DomainError


class InventoryDoor(Door):
    """Stock."""

    def inventory(self, asker: Asker, address: InventoryAddress) -> InventoryScreen:
        """Return the Inventory page as its address asks for it; NOT_FOUND for an unknown product or location."""
        asker.actor.require(Permission.INVENTORY_READ)
        with self._context().read(asker.actor) as uow:
            narrowed = ""
            if address.sku:
                narrowed = catalog.get(uow, address.sku).name
            if address.location:
                narrowed = locations.get(uow, address.location).location.name
            facts = say_inventory.Facts(
                page=_page(uow, address, offset=address.offset, limit=PAGE_SIZE),
                panel=self._panel(uow, asker, address),
                narrowed=narrowed,
                segments=ringfences.listing(uow) if address.view else (),
                may_fence=asker.actor.can(Permission.INVENTORY_WRITE) and asker.actor.scope.everything,
            )
            return say_inventory.screen(facts, address, self._reader(uow, asker))

    def _panel(self, uow: Uow, asker: Asker, address: InventoryAddress) -> StockPanel:
        if not address.at or not address.of:
            return StockPanel()
        try:
            found = detail(uow, address.at, address.of)
        except DomainError:
            return StockPanel()  # an old link: the list is still there
        zone = locations.get(uow, address.at).location.time_zone
        may_write = asker.actor.can(Permission.INVENTORY_WRITE)
        return stock_panel.panel(found, zone, address, self._reader(uow, asker), may_write=may_write)

    def change_stock(
        self,
        asker: Asker,
        action: StockAction,
        given: Mapping[str, str],
        *,
        location: str,
        sku: str,
        version: int,
    ) -> None:
        """Carry out what was typed into a form; INVALID with a fault for each field, NOT_FOUND, STALE, CONFLICT."""
        asker.actor.require(Permission.INVENTORY_WRITE)
        with self._context().uow(asker.actor) as uow:
            zone = locations.get(uow, location).location.time_zone
            command = read(action, given, location=location, sku=sku, zone=zone, version=version)
            _carry_out(uow, command, location, sku)

    def every_balance(self, asker: Asker, address: InventoryAddress) -> Iterator[list[Row]]:
        """Yield the whole list for a file, in batches: sums or balances, as on the page."""
        asker.actor.require(Permission.INVENTORY_READ)
        for offset in offsets():
            with self._context().read(asker.actor) as uow:
                page = _page(uow, address, offset=offset, limit=BATCH)
            if isinstance(page, SumPage):
                yield [stock_sheet.summed(item) for item in page.items]
            else:
                yield [stock_sheet.balance(row) for row in page.items]
            if len(page.items) < BATCH:
                return


def _page(uow: Uow, address: InventoryAddress, *, offset: int, limit: int) -> SumPage | BalancePage:
    if address.summed:
        return browse.sums(
            uow,
            address.by,
            address.filter,
            sort=address.sort,
            direction=address.direction,
            offset=offset,
            limit=limit,
        )
    return browse.balances(
        uow, address.filter, sort=address.sort, direction=address.direction, offset=offset, limit=limit
    )


def _carry_out(uow: Uow, command: Command, location: str, sku: str) -> None:
    match command:
        case changes.StockChange():
            changes.adjust(uow, [command])
        case changes.StockCount():
            changes.count(uow, [command])
        case changes.StockSettings():
            changes.put_settings(uow, [command])
        case blocks.NewBlock():
            blocks.block(uow, location, [command])
        case Lift():
            blocks.lift(uow, location, sku, reason=command.reason)
        case Announce():
            future.announce(
                uow, location, sku, command.reference, quantity=command.quantity, arrives_at=command.arrives_at
            )
        case CallOff():
            future.cancel(uow, location, sku, command.reference)
        case Receive():
            future.receive(uow, location, sku, command.reference, quantity=command.quantity)
