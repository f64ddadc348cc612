"""An order's page: the answer, where each unit is, what may be done, and who may do it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.auth.actor import SYSTEM, Actor, LocationScope
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.rules import StepCommand
from backend.orders.rules import OrderCommand
from backend.sla.definitions import ensure_defaults
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from models.enums import ActorKind, Method, Permission, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import Order
from tests.support import shop

BOSS = Asker(SYSTEM, AMERICAN)
EAST = Asker(
    Actor(
        ActorKind.USER,
        "eve",
        frozenset({Permission.ORDERS_READ, Permission.ORDERS_WRITE}),
        LocationScope(group_codes=frozenset({"east"})),
    ),
    AMERICAN,
)
READER = Asker(replace(EAST.actor, permissions=frozenset({Permission.ORDERS_READ}), scope=LocationScope()), AMERICAN)


@pytest.fixture
def gateway(ctx: Context) -> Gateway:
    with ctx.uow() as uow:
        ensure_defaults(uow)
    shop.open_shop(
        ctx,
        {"chi": {"tea": 10, "mug": 10, "hat": 0}, "nyc": {"tea": 10}},
        chi=shop.location("chi", name="Chicago", groups=("midwest",)),
        nyc=shop.location("nyc", name="New York", groups=("east",)),
    )
    return Gateway(lambda: ctx)


def placed(ctx: Context, **changes: object) -> tuple[int, int]:
    """Place an order in Chicago; return its id and its shipment's."""
    done = shop.place(ctx, shop.order(**{"location": "chi", **changes}))[0]  # type: ignore[arg-type]
    return done.id, done.shipments[0].id if done.shipments else 0


def refusal(call: object) -> ErrorCode:
    with pytest.raises(DomainError) as error:
        call()  # type: ignore[operator]
    return error.value.code


def test_work_that_runs_says_by_when_it_is_done(gateway: Gateway, ctx: Context) -> None:
    order, _ = placed(ctx, method=Method.PICKUP, lines={"tea": 1, "mug": 2}, customer={"name": "Ada", "email": "a@b.c"})
    screen = gateway.order(BOSS, order)
    assert screen.answer.text.startswith("Will be ready at Chicago by ")
    assert screen.answer.tone == "compliant"
    assert [(line.sku, [unit.text for unit in line.where]) for line in screen.lines] == [
        ("tea", ["1 at Chicago: not started"]),
        ("mug", ["2 at Chicago: not started"]),
    ]
    assert screen.total == "15.00"
    card = screen.shipments[0]
    assert (card.place, card.state, card.sla_word, card.left) == ("Chicago", "Not started", "Compliant", 100)
    assert [step.done for step in card.steps] == [True, False, False, False, False, False]
    assert [fact.value for fact in screen.customer] == ["Ada", "a@b.c"]
    assert screen.story[0].text.startswith("Placed on web")
    assert screen.story[-1].ahead


def test_late_work_says_so(gateway: Gateway, ctx: Context) -> None:
    order, _ = placed(ctx, method=Method.DELIVERY, placed_at=ctx.clock.now() - timedelta(hours=5))
    screen = gateway.order(BOSS, order)
    assert screen.answer.text.startswith("Late: it was to be delivered from Chicago by ")
    assert (screen.answer.tone, screen.shipments[0].left) == ("non_compliant", 0)


def test_what_has_left_says_how_and_when(gateway: Gateway, ctx: Context) -> None:
    order, shipment = placed(ctx)
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(shipment, ShipmentStatus.SHIPPED)])
    screen = gateway.order(BOSS, order)
    assert screen.answer.text.startswith("Shipped ")
    assert not screen.story[-1].ahead
    assert (screen.head.may_hold, screen.head.may_cancel) == (False, False)


def test_hold_release_and_cancel_change_the_answer(gateway: Gateway, ctx: Context) -> None:
    order, _ = placed(ctx)

    def command(which: OrderCommand, reason: str = "") -> None:
        version = gateway.order(BOSS, order).head.version
        gateway.command_order(BOSS, order, which, reason=reason, expected_version=version)

    command(OrderCommand.HOLD, "address is checked")
    held = gateway.order(BOSS, order)
    assert held.answer.text == "On hold: address is checked"
    assert (held.head.may_hold, held.head.may_release) == (False, True)
    command(OrderCommand.RELEASE)
    assert gateway.order(BOSS, order).answer.text.startswith("Will ")
    command(OrderCommand.CANCEL, "changed her mind")
    done = gateway.order(BOSS, order)
    assert done.answer.text == "Cancelled: changed her mind"
    assert not any((done.head.may_hold, done.head.may_release, done.head.may_cancel))
    assert shop.stock_of(ctx) == (20, 0)


def test_nobody_acts_on_an_order_that_changed_meanwhile(gateway: Gateway, ctx: Context) -> None:
    order, _ = placed(ctx)
    seen = gateway.order(BOSS, order).head.version
    gateway.command_order(BOSS, order, OrderCommand.HOLD, reason="first", expected_version=seen)
    before = shop.rows_of(ctx, Order)

    def late() -> None:
        gateway.command_order(BOSS, order, OrderCommand.CANCEL, reason="second", expected_version=seen)

    assert refusal(late) is ErrorCode.STALE
    assert shop.rows_of(ctx, Order) == before


def test_outside_one_s_part_there_is_no_order_to_see_or_change(gateway: Gateway, ctx: Context) -> None:
    order, _ = placed(ctx)
    before = shop.rows_of(ctx, Order)
    assert refusal(lambda: gateway.order(EAST, order)) is ErrorCode.NOT_FOUND

    def cancel(asker: Asker) -> None:
        gateway.command_order(asker, order, OrderCommand.CANCEL, reason="x", expected_version=1)

    assert refusal(lambda: cancel(EAST)) is ErrorCode.NOT_FOUND
    assert refusal(lambda: cancel(READER)) is ErrorCode.FORBIDDEN
    assert gateway.order(READER, order).head.may_cancel is False
    assert shop.rows_of(ctx, Order) == before


def test_an_order_nobody_can_fill_says_what_its_units_wait_for(gateway: Gateway, ctx: Context) -> None:
    order, _ = placed(ctx, location=None, lines={"hat": 3})
    screen = gateway.order(BOSS, order)
    assert screen.answer.text == "No location can fill it now"
    assert [unit.text for unit in screen.lines[0].where] == ["3 wait: no location has them"]
    assert screen.shipments == []
