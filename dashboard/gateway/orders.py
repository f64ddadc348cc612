"""What the Orders page asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.orders import browse
from dashboard.address import PAGE_SIZE, OrdersAddress
from dashboard.gateway.base import BATCH, Asker, Door, Row, offsets
from dashboard.present import order_sheet
from dashboard.present import orders as say_orders
from dashboard.views.orders import OrdersScreen
from models.enums import Permission


class OrdersDoor(Door):
    """The list of orders."""

    def orders(self, asker: Asker, address: OrdersAddress, *, keep: Sequence[int] = ()) -> OrdersScreen:
        """Return the Orders page as its address asks for it; `keep` are orders on screen that must be told of too."""
        asker.actor.require(Permission.ORDERS_READ)
        with self._context().read(asker.actor) as uow:
            page = browse.find(
                uow,
                address.q,
                wanted=address.filter(uow.now),
                sort=address.sort,
                direction=address.direction,
                offset=address.offset,
                limit=PAGE_SIZE,
            )
            gone = set(keep) - {item.id for item in page.items}
            facts = say_orders.Facts(
                page=page,
                kept=browse.by_ids(uow, gone) if gone else (),
                waiting=browse.waiting(uow),
                channels=browse.channels(uow),
            )
            return say_orders.screen(facts, address, self._reader(uow, asker))

    def every_order(self, asker: Asker, address: OrdersAddress) -> Iterator[list[Row]]:
        """Yield the whole list of the Orders page for a file, in batches; each batch is a transaction of its own."""
        asker.actor.require(Permission.ORDERS_READ)
        for offset in offsets():
            with self._context().read(asker.actor) as uow:
                page = browse.find(
                    uow,
                    address.q,
                    wanted=address.filter(uow.now),
                    sort=address.sort,
                    direction=address.direction,
                    offset=offset,
                    limit=BATCH,
                )
            yield [order_sheet.order(item) for item in page.items]
            if len(page.items) < BATCH:
                return
