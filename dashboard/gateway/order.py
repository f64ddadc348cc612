"""What an order's page asks, and what may be done to an order."""

from __future__ import annotations

from backend.orders import queries, service
from backend.orders.rules import OrderCommand
from backend.orders.whole import whole
from dashboard.gateway.base import Asker, Door
from dashboard.present import order as say_order
from dashboard.views.order import OrderScreen
from models.enums import Permission


class OrderDoor(Door):
    """One order."""

    def order(self, asker: Asker, order_id: int) -> OrderScreen:
        """Return an order's page; NOT_FOUND when there is none that the actor may see."""
        asker.actor.require(Permission.ORDERS_READ)
        with self._context().read(asker.actor) as uow:
            facts = say_order.Facts(
                order=whole(uow, order_id),
                story=queries.tell(uow, queries.timeline(uow, order_id)),
                may=tuple(OrderCommand) if asker.actor.can(Permission.ORDERS_WRITE) else (),
            )
            return say_order.screen(facts, self._reader(uow, asker))

    def command_order(
        self, asker: Asker, order_id: int, command: OrderCommand, *, reason: str, expected_version: int
    ) -> None:
        """Hold, release or cancel an order as it was seen; STALE when it has changed since, else in plain words."""
        asker.actor.require(Permission.ORDERS_WRITE)
        with self._context().uow(asker.actor) as uow:
            queries.get(uow, order_id)  # NOT_FOUND outside one's part of the network
            if command is OrderCommand.HOLD:
                service.hold_order(uow, order_id, reason=reason, expected_version=expected_version)
            elif command is OrderCommand.CANCEL:
                service.cancel_order(uow, order_id, reason=reason, expected_version=expected_version)
            else:
                service.release_order(uow, order_id, expected_version=expected_version)
