"""What a shipment lacks is sent by another location: it waits, then goes on; what does not come is routed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.context import Context
from backend.fulfillment import remainder, transfers
from backend.fulfillment import service as fulfillment
from backend.fulfillment.remainder import ShortLine
from backend.fulfillment.service import StepCommand
from backend.fulfillment.splitting import AskedLine
from backend.inventory import service as inventory
from backend.inventory.fefo import LotName
from backend.jobs import routing as job
from backend.orders import service as orders
from backend.promise.edits import LaneInput, put_lanes
from backend.sla.definitions import ensure_defaults
from models.enums import Method, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import Event, LocationLoad, LotAllocation, Order, Shipment, ShipmentLine, SlaClock
from tests.integration.test_splitting import assert_sound, content
from tests.support.shop import DENVER, NEW_YORK, location, open_shop, order, place, row_counts, rows_of
from tests.support.stock import balance_of

FAR = {"NY": location("NY", at=NEW_YORK), "DEN": location("DEN", at=DENVER)}


def pickup_at_chicago(ctx: Context) -> int:
    """Open a shop and return a shipment of three teas and a cup that a customer collects in Chicago."""
    open_shop(ctx, {"CHI": {"tea": 3, "cup": 9}, "NY": {"tea": 9}, "DEN": {"tea": 9}}, **FAR)
    (placed,) = place(ctx, order(lines={"tea": 3, "cup": 1}, method=Method.PICKUP, pickup_location="CHI"))
    return placed.shipments[0].id


def ask(ctx: Context, shipment_id: int, units: int = 2, **how: object) -> int:
    with ctx.uow() as uow:
        return transfers.transfer(uow, shipment_id, [AskedLine("tea", units)], reason="torn", **how)  # type: ignore[arg-type]


def send(ctx: Context, transfer_id: int) -> None:
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(transfer_id, ShipmentStatus.SHIPPED)])


def receive(ctx: Context, transfer_id: int, **units: int) -> None:
    with ctx.uow() as uow:
        transfers.receive(uow, transfer_id, [AskedLine(*item) for item in units.items()] or None)


def shipment(ctx: Context, id_: int) -> dict[str, object]:
    return {row["id"]: row for row in rows_of(ctx, Shipment)}[id_]


def test_it_waits_for_the_nearest_and_goes_on_when_everything_came(ctx: Context) -> None:
    parent = pickup_at_chicago(ctx)
    id_ = ask(ctx, parent)
    assert content(ctx)[id_] == ("NY", "open", {"tea": 2})
    assert shipment(ctx, id_)["method"] == "transfer"
    assert (shipment(ctx, parent)["waiting_for"], shipment(ctx, parent)["units"]) == ("transfer", 4)
    assert (balance_of(ctx).allocated, balance_of(ctx, at="NY").allocated) == (1, 2)
    assert_sound(ctx)
    with pytest.raises(DomainError) as refused, ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(parent, ShipmentStatus.PICKED)])
    assert refused.value.code is ErrorCode.ILLEGAL_TRANSITION
    send(ctx, id_)
    assert (balance_of(ctx, at="NY").on_hand, balance_of(ctx).on_hand) == (7, 3)
    assert_sound(ctx)
    receive(ctx, id_)
    assert shipment(ctx, parent)["waiting_for"] is None
    assert (balance_of(ctx).on_hand, balance_of(ctx).allocated) == (5, 3)
    assert_sound(ctx)
    with ctx.uow() as uow:
        for status in (ShipmentStatus.READY, ShipmentStatus.HANDED_OVER):
            fulfillment.advance(uow, [StepCommand(parent, status)])
    assert balance_of(ctx).on_hand == 2
    assert rows_of(ctx, Order)[0]["status"] == "fulfilled"
    assert_sound(ctx)


def test_a_lane_beats_distance_and_a_named_place_beats_both(ctx: Context) -> None:
    parent = pickup_at_chicago(ctx)
    with ctx.uow() as uow:
        put_lanes(uow, [LaneInput("DEN", "CHI", 600)])
    by_lane, named = ask(ctx, parent, 1), ask(ctx, parent, 1, source="NY")
    assert (content(ctx)[by_lane][0], content(ctx)[named][0]) == ("DEN", "NY")
    assert_sound(ctx)


def test_the_clocks_pause_while_it_waits_and_a_hold_outlasts_the_arrival(ctx: Context) -> None:
    with ctx.uow() as uow:
        ensure_defaults(uow)
    parent = pickup_at_chicago(ctx)

    def states() -> set[str]:
        return {row["state"] for row in rows_of(ctx, SlaClock) if row["shipment_id"] == parent}

    id_ = ask(ctx, parent)
    assert states() == {"paused"}
    with ctx.uow() as uow:
        fulfillment.hold(uow, [parent], reason="payment")
        fulfillment.release(uow, [parent])
        fulfillment.advance(uow, [StepCommand(parent, ShipmentStatus.ACCEPTED)])
    assert "running" not in states()
    with ctx.uow() as uow:
        fulfillment.hold(uow, [parent], reason="payment")
    send(ctx, id_)
    receive(ctx, id_)
    assert "running" not in states()
    with ctx.uow() as uow:
        fulfillment.release(uow, [parent])
    assert "running" in states()
    assert_sound(ctx)


def test_what_is_missing_on_arrival_is_routed_elsewhere(ctx: Context) -> None:
    parent = pickup_at_chicago(ctx)
    id_ = ask(ctx, parent)
    send(ctx, id_)
    receive(ctx, id_, tea=1)
    assert content(ctx)[parent] == ("CHI", "open", {"tea": 2, "cup": 1})
    assert shipment(ctx, parent)["waiting_for"] is None
    assert rows_of(ctx, Order)[0]["status"] == "partly_routed"
    told = next(event["data"] for event in rows_of(ctx, Event) if event["type"] == "transfer.received")
    assert (told["lines"], told["missing"]) == ([{"sku": "tea", "quantity": 1}], [{"sku": "tea", "quantity": 1}])
    assert_sound(ctx)


@pytest.mark.parametrize("how", ["cancel", "reject", "short"])
def test_a_transfer_that_is_not_sent_lets_its_shipment_go_on_without(ctx: Context, how: str) -> None:
    parent = pickup_at_chicago(ctx)
    id_ = ask(ctx, parent)
    with ctx.uow() as uow:
        if how == "cancel":
            fulfillment.cancel(uow, [id_], reason="truck broke")
        elif how == "reject":
            remainder.reject(uow, [id_], reason="not_found")
        else:
            remainder.short(uow, id_, [ShortLine("tea", 1)], reason="not there")
    if how == "short":
        assert shipment(ctx, parent)["waiting_for"] == "transfer"
        assert content(ctx)[parent] == ("CHI", "open", {"tea": 2, "cup": 1})
    else:
        assert shipment(ctx, parent)["waiting_for"] is None
        assert content(ctx)[parent] == ("CHI", "open", {"tea": 1, "cup": 1})
        assert content(ctx)[id_][1] == "cancelled"
    assert rows_of(ctx, Order)[0]["status"] == "partly_routed"
    assert_sound(ctx)
    job.run(ctx)
    assert_sound(ctx)


def test_a_shipment_that_only_waited_is_given_back_when_nothing_comes(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 2}, "NY": {"tea": 9}, "DEN": {"tea": 9}}, **FAR)
    (placed,) = place(ctx, order(lines={"tea": 2}))
    parent = placed.shipments[0].id
    id_ = ask(ctx, parent)
    with ctx.uow() as uow:
        fulfillment.cancel(uow, [id_], reason="truck broke")
    assert [row["status"] for row in rows_of(ctx, Shipment)] == ["cancelled", "cancelled"]
    assert_sound(ctx)
    job.run(ctx)
    assert sorted(where[:2] for where in content(ctx).values()) == [
        ("CHI", "cancelled"),
        ("NY", "cancelled"),
        ("NY", "open"),
    ]
    second = max(content(ctx))
    id_ = ask(ctx, second, source="DEN")
    send(ctx, id_)
    with ctx.uow() as uow:
        transfers.receive(uow, id_, [AskedLine("tea", 0)])
    assert content(ctx)[second][1] == "cancelled"
    assert_sound(ctx)


def test_whoever_gives_the_waiting_one_up_calls_its_transfer_back_and_what_is_on_the_road_is_free_stock(
    ctx: Context,
) -> None:
    parent = pickup_at_chicago(ctx)
    on_the_road, not_sent = ask(ctx, parent, 1), ask(ctx, parent, 1)
    send(ctx, on_the_road)
    with ctx.uow() as uow:
        orders.cancel_order(uow, 1, reason="changed mind")
    assert rows_of(ctx, Order)[0]["status"] == "cancelled"
    assert (content(ctx)[not_sent][1], content(ctx)[on_the_road][1]) == ("cancelled", "shipped")
    receive(ctx, on_the_road)
    balance = balance_of(ctx)
    assert (balance.on_hand, balance.allocated) == (4, 0)
    assert_sound(ctx)


def test_lots_travel_with_their_dates_and_are_kept_for_who_waits(ctx: Context) -> None:
    parent = pickup_at_chicago(ctx)
    with ctx.read() as uow:
        soon = uow.now.date() + timedelta(days=9)
    lot = LotName(lot="L", expires_on=soon)
    with ctx.uow() as uow:
        inventory.count(uow, [inventory.StockCount("NY", "tea", 4, lot=lot), inventory.StockCount("NY", "tea", 4)])
    id_ = ask(ctx, parent, source="NY")
    send(ctx, id_)
    receive(ctx, id_)
    taken = [(row["shipment_id"], row["quantity"]) for row in rows_of(ctx, LotAllocation)]
    assert taken == [(parent, 2)]
    assert_sound(ctx)


def test_a_transfer_counts_where_it_is_sent_from_until_it_is_called_back(ctx: Context) -> None:
    places = {**FAR, "NY": location("NY", at=NEW_YORK, daily_limit={"orders": 5, "items": 50})}
    open_shop(ctx, {"CHI": {"tea": 3}, "NY": {"tea": 9}}, **places)
    (placed,) = place(ctx, order(lines={"tea": 3}))
    id_ = ask(ctx, placed.shipments[0].id)
    assert [(row["orders"], row["items"]) for row in rows_of(ctx, LocationLoad)] == [(1, 2)]
    with ctx.uow() as uow:
        fulfillment.cancel(uow, [id_], reason="truck broke")
    assert [(row["orders"], row["items"]) for row in rows_of(ctx, LocationLoad)] == [(0, 0)]


def test_what_cannot_be_is_refused_and_changes_nothing(ctx: Context) -> None:
    parent = pickup_at_chicago(ctx)
    before = row_counts(ctx)
    for how, code in (
        ({"units": 4}, ErrorCode.INVALID),
        ({"source": "CHI"}, ErrorCode.INVALID),
        ({"source": "MARS"}, ErrorCode.INVALID),
        ({"expected_version": 7}, ErrorCode.STALE),
    ):
        with pytest.raises(DomainError) as refused:
            ask(ctx, parent, **how)  # type: ignore[arg-type]
        assert refused.value.code is code
    with pytest.raises(DomainError) as refused, ctx.uow() as uow:
        transfers.transfer(uow, parent, [AskedLine("cup", 1)], reason="torn")
    assert refused.value.code is ErrorCode.CONFLICT  # nobody else has cups
    assert row_counts(ctx) == before
    id_ = ask(ctx, parent)
    before = row_counts(ctx)
    refusals = (
        lambda uow: transfers.receive(uow, id_),  # not sent yet
        lambda uow: transfers.receive(uow, parent),
        lambda uow: fulfillment.reassign(uow, parent, "NY", reason="x"),
        lambda uow: remainder.split(uow, id_, [AskedLine("tea", 1)], reason="x"),
        lambda uow: transfers.transfer(uow, id_, [AskedLine("tea", 1)], reason="x"),
    )
    for act in refusals:
        with pytest.raises(DomainError) as refused, ctx.uow() as uow:
            act(uow)
        assert refused.value.code is ErrorCode.ILLEGAL_TRANSITION
    assert row_counts(ctx) == before
    assert [row["awaited"] for row in rows_of(ctx, ShipmentLine)] == [2, 0, 0]
