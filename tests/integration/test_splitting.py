"""A shipment is parted: quantities, stock, limits, clocks and the order's account stay true."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.context import Context
from backend.fulfillment import remainder
from backend.fulfillment import service as fulfillment
from backend.fulfillment.remainder import ShortLine
from backend.fulfillment.service import StepCommand
from backend.fulfillment.splitting import AskedLine, SplitNotAllowed
from backend.invariants import violations
from backend.inventory import service as inventory
from backend.inventory.fefo import LotName
from backend.jobs import routing as job
from backend.persistence.bulk import table_of
from backend.sla.definitions import ensure_defaults
from models.enums import ClockScope, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import (
    Event,
    Location,
    LocationLoad,
    LotAllocation,
    Order,
    Shipment,
    ShipmentLine,
    SlaClock,
)
from tests.support.shop import DENVER, NEW_YORK, location, open_shop, order, place, row_counts, rows_of, stock_of

FAR = {"NY": location("NY", at=NEW_YORK), "DEN": location("DEN", at=DENVER)}


def split(ctx: Context, shipment_id: int, *lines: tuple[str, int], **how: object) -> int:
    with ctx.uow() as uow:
        return remainder.split(uow, shipment_id, [AskedLine(*line) for line in lines], reason="too heavy", **how)  # type: ignore[arg-type]


def short(ctx: Context, shipment_id: int, *lines: tuple[str, int]) -> None:
    with ctx.uow() as uow:
        remainder.short(uow, shipment_id, [ShortLine(*line) for line in lines], reason="not there")


def content(ctx: Context) -> dict[int, tuple[str, str, dict[str, int]]]:
    """Return (location, status, units by SKU) of every shipment."""
    codes = {row["id"]: row["code"] for row in rows_of(ctx, Location)}
    units: dict[int, dict[str, int]] = {}
    for line in rows_of(ctx, ShipmentLine):
        mine = units.setdefault(line["shipment_id"], {})
        mine[line["sku"]] = mine.get(line["sku"], 0) + line["quantity"]
    return {
        row["id"]: (codes[row["location_id"]], row["status"], units.get(row["id"], {}))
        for row in rows_of(ctx, Shipment)
    }


def assert_sound(ctx: Context) -> None:
    with ctx.read() as uow:
        assert violations(uow) == []
    for row in rows_of(ctx, Shipment):
        lines = [line for line in rows_of(ctx, ShipmentLine) if line["shipment_id"] == row["id"]]
        assert row["units"] == sum(line["quantity"] for line in lines)


def test_what_is_split_off_stays_here_as_far_as_the_rest_is(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 9, "cup": 9}})
    (placed,) = place(ctx, order(lines={"tea": 3, "cup": 2}))
    (parent,) = (item.id for item in placed.shipments)
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(parent, ShipmentStatus.ACCEPTED)])
    child = split(ctx, parent, ("tea", 1), ("cup", 2))
    assert content(ctx) == {parent: ("CHI", "accepted", {"tea": 2}), child: ("CHI", "accepted", {"tea": 1, "cup": 2})}
    by_id = {row["id"]: row for row in rows_of(ctx, Shipment)}
    assert by_id[child]["parent_id"] == parent
    assert by_id[child]["accepted_at"] == by_id[parent]["accepted_at"]
    assert (stock_of(ctx, "tea"), stock_of(ctx, "cup")) == ((9, 3), (9, 2))
    assert_sound(ctx)
    with ctx.uow() as uow:  # each goes its own way, and the order is done when both are
        fulfillment.cancel(uow, [child], reason="given up")
        fulfillment.advance(uow, [StepCommand(parent, ShipmentStatus.SHIPPED)])
    assert (stock_of(ctx, "tea"), stock_of(ctx, "cup")) == ((7, 0), (9, 0))
    assert rows_of(ctx, Order)[0]["status"] == "fulfilled"
    assert_sound(ctx)


def test_what_was_done_before_the_split_is_taken_back_on_either_side(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 9}})
    (placed,) = place(ctx, order(lines={"tea": 5}))
    parent = placed.shipments[0].id
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(parent, ShipmentStatus.ACCEPTED)])
        uow.session.connection().execute(table_of(ShipmentLine).update().values(picked=4))
        fulfillment.advance(uow, [StepCommand(parent, ShipmentStatus.PICKED)])
    child = split(ctx, parent, ("tea", 2))

    def picked() -> dict[int, int]:
        return {row["shipment_id"]: row["picked"] for row in rows_of(ctx, ShipmentLine)}

    assert picked() == {parent: 3, child: 2}
    with ctx.uow() as uow:
        fulfillment.undo(uow, [child])
    assert picked() == {parent: 3, child: 1}
    with ctx.uow() as uow:
        fulfillment.undo(uow, [child])
        fulfillment.undo(uow, [parent])
    assert picked() == {parent: 3, child: 1}
    assert {id_: where[1] for id_, where in content(ctx).items()} == {parent: "accepted", child: "open"}
    assert_sound(ctx)


def test_split_to_another_location_takes_the_stock_along_or_changes_nothing(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 5}, "NY": {"tea": 1}}, **FAR)
    (placed,) = place(ctx, order(lines={"tea": 4}))
    parent = placed.shipments[0].id
    before = row_counts(ctx)
    with pytest.raises(DomainError) as refused:
        split(ctx, parent, ("tea", 2), to="NY")
    assert refused.value.code is ErrorCode.CONFLICT
    assert row_counts(ctx) == before
    child = split(ctx, parent, ("tea", 1), to="NY")
    assert content(ctx) == {parent: ("CHI", "open", {"tea": 3}), child: ("NY", "open", {"tea": 1})}
    assert_sound(ctx)


def test_the_remainder_is_routed_at_once_and_never_back(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 9}, "NY": {"tea": 9}, "DEN": {"tea": 9}}, **FAR)
    (placed,) = place(ctx, order(lines={"tea": 5}))
    parent = placed.shipments[0].id
    with ctx.uow() as uow:
        remainder.reject_part(uow, parent, [AskedLine("tea", 2)], reason="too few")
    assert rows_of(ctx, Order)[0]["status"] == "partly_routed"
    assert stock_of(ctx) == (27, 3)
    job.run(ctx)
    assert rows_of(ctx, Order)[0]["status"] == "routed"
    assert sorted(content(ctx).values(), key=str) == [("CHI", "open", {"tea": 3}), ("NY", "open", {"tea": 2})]
    assert_sound(ctx)


def test_a_short_pick_goes_on_with_what_is_there(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 9, "cup": 9}, "NY": {"tea": 9, "cup": 9}}, **FAR)
    (placed,) = place(ctx, order(lines={"tea": 3, "cup": 1}))
    parent = placed.shipments[0].id
    short(ctx, parent, ("tea", 2), ("cup", 1))
    job.run(ctx)
    (first, second) = content(ctx).values()
    assert (first, second) == (("CHI", "open", {"tea": 1}), ("NY", "open", {"tea": 2, "cup": 1}))
    told = [event for event in rows_of(ctx, Event) if event["type"] == "shipment.short_picked"]
    assert told[0]["data"]["lines"] == [{"sku": "tea", "quantity": 2}, {"sku": "cup", "quantity": 1}]
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(parent, ShipmentStatus.SHIPPED)])
    assert rows_of(ctx, Order)[0]["status"] == "routed"
    assert_sound(ctx)


def test_when_nothing_was_found_the_whole_shipment_is_given_back(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 9}, "NY": {"tea": 9}}, **FAR)
    (placed,) = place(ctx, order(lines={"tea": 2}))
    short(ctx, placed.shipments[0].id, ("tea", 2))
    job.run(ctx)
    assert list(content(ctx).values()) == [("CHI", "cancelled", {"tea": 2}), ("NY", "open", {"tea": 2})]
    assert_sound(ctx)


def test_the_customers_clock_goes_along_whatever_was_paused(ctx: Context) -> None:
    with ctx.uow() as uow:
        ensure_defaults(uow)
    open_shop(ctx, {"CHI": {"tea": 9}})
    with ctx.read() as uow:
        now = uow.now
    (placed,) = place(ctx, order(lines={"tea": 3}, placed_at=now - timedelta(hours=2)))
    parent = placed.shipments[0].id
    with ctx.uow() as uow:
        fulfillment.hold(uow, [parent], reason="wait", at=now - timedelta(minutes=60))
    with ctx.uow() as uow:
        fulfillment.release(uow, [parent], at=now - timedelta(minutes=30))
    child = split(ctx, parent, ("tea", 1))
    clocks = rows_of(ctx, SlaClock)
    measured = ("definition_id", "scope", "state", "status", "started_at", "at_risk_at", "due_at", "paused_seconds")

    def of(shipment: int) -> list[list[object]]:
        open_ = [row for row in clocks if row["shipment_id"] == shipment and row["state"] == "running"]
        return [[row[name] for name in measured] for row in open_]

    assert of(child) == of(parent) != []
    assert any(row["scope"] == ClockScope.NETWORK.value and row["paused_seconds"] == 1800 for row in clocks)
    rows = {row["id"]: row for row in rows_of(ctx, Shipment)}
    assert rows[child]["sla_due_at"] == rows[parent]["sla_due_at"] is not None
    assert_sound(ctx)


def test_lots_are_parted_too_and_what_expires_first_stays(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 0}})
    with ctx.read() as uow:
        today = uow.now.date()
    early, late = (LotName(lot=name, expires_on=today + timedelta(days=days)) for name, days in (("E", 9), ("L", 99)))
    with ctx.uow() as uow:
        inventory.count(uow, [inventory.StockCount("CHI", "tea", 2, lot=lot) for lot in (early, late)])
    (placed,) = place(ctx, order(lines={"tea": 4}))
    parent = placed.shipments[0].id
    child = split(ctx, parent, ("tea", 1))
    assert_sound(ctx)
    taken = {(row["shipment_id"], row["lot_id"]): row["quantity"] for row in rows_of(ctx, LotAllocation)}
    assert taken == {(parent, 1): 2, (parent, 2): 1, (child, 2): 1}
    with ctx.uow() as uow:
        remainder.reject_part(uow, parent, [AskedLine("tea", 2)], reason="torn")
    taken = {(row["shipment_id"], row["lot_id"]): row["quantity"] for row in rows_of(ctx, LotAllocation)}
    assert taken == {(parent, 1): 1, (child, 2): 1}
    assert_sound(ctx)


def test_limits_count_what_a_location_still_has(ctx: Context) -> None:
    places = {"CHI": location("CHI", daily_limit={"orders": 9, "items": 90}), **FAR}
    open_shop(ctx, {"CHI": {"tea": 9}, "NY": {"tea": 9}}, **places)
    (placed,) = place(ctx, order(lines={"tea": 5}))
    parent = placed.shipments[0].id

    def load() -> tuple[int, int, int]:
        (row,) = rows_of(ctx, LocationLoad)
        return row["orders"], row["items"], row["money_minor"]

    assert load() == (1, 5, 2500)
    child = split(ctx, parent, ("tea", 1))
    assert load() == (2, 5, 2500)
    short(ctx, parent, ("tea", 2))
    assert load() == (2, 3, 1500)
    with ctx.uow() as uow:
        fulfillment.reject(uow, [parent, child], reason="burnt")
    assert load() == (0, 0, 0)


@pytest.mark.parametrize(
    ("status", "held"),
    [(ShipmentStatus.PACKED, False), (ShipmentStatus.SHIPPED, False), (ShipmentStatus.OPEN, True)],
)
def test_what_is_packed_or_held_is_not_parted(ctx: Context, status: ShipmentStatus, held: bool) -> None:
    open_shop(ctx, {"CHI": {"tea": 9}})
    (placed,) = place(ctx, order(lines={"tea": 5}))
    parent = placed.shipments[0].id
    with ctx.uow() as uow:
        if status is not ShipmentStatus.OPEN:
            fulfillment.advance(uow, [StepCommand(parent, status)])
        if held:
            fulfillment.hold(uow, [parent], reason="payment")
    before = row_counts(ctx)
    for act in (split, short):
        with pytest.raises(SplitNotAllowed) as refused:
            act(ctx, parent, ("tea", 1))
        assert refused.value.code is ErrorCode.ILLEGAL_TRANSITION
    assert row_counts(ctx) == before


def test_a_split_decided_on_an_old_version_is_refused(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 9}})
    (placed,) = place(ctx, order(lines={"tea": 5}))
    parent = placed.shipments[0].id
    split(ctx, parent, ("tea", 1), expected_version=1)
    with pytest.raises(DomainError) as refused:
        split(ctx, parent, ("tea", 1), expected_version=1)
    assert refused.value.code is ErrorCode.STALE
