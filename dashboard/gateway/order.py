"""What an order's page asks, and what may be done to an order."""

from __future__ import annotations

from backend.orders import queries, service
from backend.orders.rules import OrderCommand
from backend.orders.whole import OrderWhole, whole
from backend.routing import decisions, suggestions
from backend.routing.asked import why_not_there
from backend.routing.decisions import DecisionView
from dashboard.gateway.alerts import open_about
from dashboard.gateway.base import Asker, Door
from dashboard.gateway.moves import offered
from dashboard.present import order as say_order
from dashboard.present import why
from dashboard.present.common import Reader
from dashboard.views.order import OrderScreen, WhyLine
from models.enums import Permission


class OrderDoor(Door):
    """One order."""

    def order(self, asker: Asker, order_id: int) -> OrderScreen:
        """Return an order's page; NOT_FOUND when there is none that the actor may see."""
        asker.actor.require(Permission.ORDERS_READ)
        with self._context().read(asker.actor) as uow:
            order, reader = whole(uow, order_id), self._reader(uow, asker)
            last = decisions.of_order(uow, order_id)[-1:]
            told = suggestions.as_seen(uow, [view.decision.trace for view in last])
            facts = say_order.Facts(
                order=order,
                story=queries.tell(uow, queries.timeline(uow, order_id)),
                why=[line for trace, said in told for line in why.in_short(said, trace)],
                steps=[line for trace, said in told for line in why.step_by_step(said, trace)],
                decided=_decided(last[0], reader) if last else "",
                promise=told[0][0].get("promise") or {} if told else {},
                returns=asker.actor.can(Permission.RETURNS_WRITE),
                moves=offered(uow, asker, [part.id for part in order.shipments]),
                alerts=open_about(uow, asker, _subjects(order)),
                may=tuple(OrderCommand) if asker.actor.can(Permission.ORDERS_WRITE) else (),
            )
            return say_order.screen(facts, reader)

    def why_not_elsewhere(self, asker: Asker, order_id: int, text: str) -> list[WhyLine]:
        """Return why locations whose name or code contains `text` were not chosen, or that they were."""
        asker.actor.require(Permission.ORDERS_READ)
        with self._context().read(asker.actor) as uow:
            found = decisions.of_order(uow, order_id)
            if not found:
                return []
            trace, _ = suggestions.as_seen(uow, [found[-1].decision.trace])[0]
            return why.lines(why_not_there(uow, trace, text))

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


def _subjects(order: OrderWhole) -> list[str]:
    """Return what events call an order and its shipments."""
    return [f"order/{order.id}", *(f"shipment/{part.id}" for part in order.shipments)]


def _decided(view: DecisionView, reader: Reader) -> str:
    made = view.decision
    return why.decided(view.strategy, view.version, made.attempt, made.at, reader)
