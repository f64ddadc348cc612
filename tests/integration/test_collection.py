"""Who does not come for what waits for him is reminded once; in the end it goes back on the shelf."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.service import StepCommand
from backend.jobs import collection as job
from backend.persistence.columnwise import update_columns
from models.enums import Method, ShipmentStatus
from models.tables import Event, Order, Shipment
from tests.integration.test_splitting import assert_sound
from tests.support.shop import open_shop, order, place, rows_of, stock_of


def ready(ctx: Context, *, remind_in: timedelta, collect_in: timedelta, name: str = "A-1") -> int:
    """Return a shipment that waits for its customer, until then."""
    (placed,) = place(ctx, order(name, lines={"tea": 2}, method=Method.PICKUP, pickup_location="CHI"))
    id_ = placed.shipments[0].id
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(id_, ShipmentStatus.READY)])
        until = {"remind_at": uow.now + remind_in, "collect_by_at": uow.now + collect_in}
        update_columns(uow.session, Shipment, [{"id": id_, **until}])
    return id_


def told(ctx: Context) -> list[tuple[str, int]]:
    names = ("shipment.reminded", "shipment.not_collected", "shipment.cancelled")
    return [(e["type"], e["data"]["shipment"]) for e in rows_of(ctx, Event) if e["type"] in names]


def test_a_customer_is_reminded_once_and_the_job_says_when_to_look_again(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 9}})
    soon = ready(ctx, remind_in=-timedelta(minutes=1), collect_in=timedelta(hours=2))
    ready(ctx, remind_in=timedelta(hours=1), collect_in=timedelta(hours=3), name="A-2")
    with ctx.read() as uow:
        now: datetime = uow.now
    assert job.run(ctx) == now + timedelta(hours=1)
    job.run(ctx)
    assert told(ctx) == [("shipment.reminded", soon)]
    assert stock_of(ctx) == (9, 4)


def test_what_nobody_collects_is_restocked_and_cancelled(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 9}})
    late = ready(ctx, remind_in=-timedelta(days=1), collect_in=-timedelta(minutes=1))
    held = ready(ctx, remind_in=-timedelta(days=1), collect_in=-timedelta(minutes=1), name="A-2")
    with ctx.uow() as uow:
        fulfillment.hold(uow, [held], reason="he called: comes tomorrow")
    assert job.run(ctx) is None
    assert told(ctx)[-2:] == [("shipment.not_collected", late), ("shipment.cancelled", late)]
    assert [row["status"] for row in rows_of(ctx, Shipment)] == ["cancelled", "ready"]
    assert [row["status"] for row in rows_of(ctx, Order)] == ["cancelled", "routed"]
    assert stock_of(ctx) == (9, 2)
    assert_sound(ctx)


def test_who_came_in_time_is_left_alone(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 9}})
    id_ = ready(ctx, remind_in=-timedelta(days=1), collect_in=-timedelta(minutes=1))
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(id_, ShipmentStatus.HANDED_OVER)])
    assert job.run(ctx) is None
    assert told(ctx) == []
