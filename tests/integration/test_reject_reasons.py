"""What a reason does to stock, and to others who need the same product there."""

from __future__ import annotations

import pytest

from backend.context import Context
from backend.fulfillment import reasons, remainder
from backend.fulfillment import service as fulfillment
from backend.fulfillment.reasons import BUILT_IN, Reason
from backend.fulfillment.remainder import ShortLine
from backend.fulfillment.splitting import AskedLine
from backend.inventory import service as inventory
from backend.inventory.fefo import LotName
from backend.jobs import routing as job
from backend.persistence.bulk import table_of
from models.errors import DomainError, ErrorCode
from models.floor import StockEffect
from models.tables import Event, ShipmentLine, StockBlock
from tests.integration.test_splitting import FAR, assert_sound, content
from tests.support.shop import open_shop, order, place, rows_of
from tests.support.stock import balance_of


def short(ctx: Context, shipment_id: int, sku: str, missing: int, reason: str) -> None:
    with ctx.uow() as uow:
        remainder.short(uow, shipment_id, [ShortLine(sku, missing)], reason=reason)


def put(ctx: Context, reason: Reason, version: int | None = None) -> Reason:
    with ctx.uow() as uow:
        return reasons.put(uow, reason, expected_version=version)


def in_hand(ctx: Context, shipment_id: int, units: int) -> None:
    """Have a filler hold units of the first line."""
    lines = table_of(ShipmentLine)
    with ctx.uow() as uow:
        uow.session.connection().execute(lines.update().where(lines.c.shipment_id == shipment_id).values(picked=units))


@pytest.mark.parametrize(
    ("effect", "blocked", "until_count"),
    [
        (StockEffect.NONE, False, False),
        (StockEffect.BLOCK_UNTIL_COUNT, True, True),
        (StockEffect.KEEP_BLOCKED, True, False),
    ],
)
def test_a_reason_blocks_as_it_says(ctx: Context, effect: StockEffect, blocked: bool, until_count: bool) -> None:
    open_shop(ctx, {"CHI": {"tea": 9, "cup": 9}, "NY": {"tea": 9, "cup": 9}}, **FAR)
    put(ctx, Reason("odd", "Looks odd", effect))
    (placed,) = place(ctx, order(lines={"tea": 3, "cup": 1}))
    short(ctx, placed.shipments[0].id, "tea", 2, "odd")
    assert [row["until_count"] for row in rows_of(ctx, StockBlock)] == [until_count] * blocked
    assert balance_of(ctx).on_hand == 9
    (later,) = place(ctx, order("A-2"))
    assert later.shipments[0].location == ("NY" if blocked else "CHI")
    assert_sound(ctx)


def test_plain_words_and_codes_no_longer_in_use_say_nothing_of_stock(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 9}, "NY": {"tea": 9}}, **FAR)
    put(ctx, Reason("not_found", "Gone", StockEffect.SET_TO_ZERO, active=False))
    first, second = place(ctx, order("A-1", lines={"tea": 3}), order("A-2", lines={"tea": 3}))
    short(ctx, first.shipments[0].id, "tea", 1, "not_found")
    short(ctx, second.shipments[0].id, "tea", 1, "fell behind the rack")
    assert rows_of(ctx, StockBlock) == []
    assert (balance_of(ctx).on_hand, balance_of(ctx).allocated) == (9, 4)


def test_an_empty_shelf_leaves_what_is_in_hands_and_takes_others_along(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 20, "cup": 20}, "NY": {"tea": 20, "cup": 20}}, **FAR)
    lines = [{"tea": 4}, {"tea": 3}, {"tea": 2, "cup": 1}, {"tea": 2}, {"cup": 1}]
    placed = place(ctx, *(order(f"A-{index}", lines=each) for index, each in enumerate(lines)))
    ids = [item.shipments[0].id for item in placed]
    in_hand(ctx, ids[0], 1)
    in_hand(ctx, ids[3], 2)
    with ctx.uow() as uow:
        fulfillment.hold(uow, [ids[1]], reason="payment")
    short(ctx, ids[0], "tea", 3, "sold_out")
    assert content(ctx) == {
        ids[0]: ("CHI", "open", {"tea": 1}),
        ids[1]: ("CHI", "open", {"tea": 3}),  # held: nobody works on it
        ids[2]: ("CHI", "open", {"cup": 1}),
        ids[3]: ("CHI", "open", {"tea": 2}),  # in hand already
        ids[4]: ("CHI", "open", {"cup": 1}),
    }
    balance = balance_of(ctx)
    assert (balance.on_hand, balance.allocated, balance.pending) == (3, 3, 3)
    assert balance_of(ctx, "cup").on_hand == 20
    told = {
        e["data"]["shipment"]: e["data"]["found_by"] for e in rows_of(ctx, Event) if e["type"].endswith("short_picked")
    }
    assert told == {ids[0]: None, ids[2]: ids[0]}
    assert_sound(ctx)
    job.run(ctx)
    assert sorted(units["tea"] for code, _, units in content(ctx).values() if code == "NY") == [2, 3]
    assert_sound(ctx)


def test_a_shipment_with_nothing_left_is_given_back_with_the_others(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 20}, "NY": {"tea": 20}}, **FAR)
    first, second = place(ctx, order("A-1", lines={"tea": 2}), order("A-2", lines={"tea": 3}))
    with ctx.uow() as uow:
        remainder.reject(uow, [first.shipments[0].id], reason="sold_out")
    assert [status for _, status, _ in content(ctx).values()] == ["cancelled", "cancelled"]
    assert balance_of(ctx).on_hand == 0
    job.run(ctx)
    alive = [where for where in content(ctx).values() if where[1] == "open"]
    assert sorted(alive, key=str) == [("NY", "open", {"tea": 2}), ("NY", "open", {"tea": 3})]
    assert second.shipments[0].location == "CHI"
    assert_sound(ctx)


def test_an_empty_shelf_empties_lots_too_and_leaves_what_cannot_be_sold(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 3}, "NY": {"tea": 9}}, **FAR)
    lots = [LotName(lot="L"), LotName(lot="D", condition="damaged")]
    with ctx.uow() as uow:
        inventory.adjust(uow, [inventory.StockChange("CHI", "tea", 4, lot=lot) for lot in lots])
    (placed,) = place(ctx, order(lines={"tea": 5}))
    in_hand(ctx, placed.shipments[0].id, 2)
    with ctx.uow() as uow:
        remainder.reject_part(uow, placed.shipments[0].id, [AskedLine("tea", 3)], reason="sold_out")
    balance = balance_of(ctx)
    assert (balance.on_hand, balance.unsellable, balance.allocated) == (6, 4, 2)
    assert_sound(ctx)


def test_reasons_are_edited_and_a_stale_edit_is_refused(ctx: Context) -> None:
    with ctx.read() as uow:
        assert reasons.known(uow) == dict(sorted(BUILT_IN.items()))
    wanted = Reason("damaged", "Broken", StockEffect.KEEP_BLOCKED)
    assert put(ctx, wanted, version=0).version == 1
    assert put(ctx, wanted).version == 1  # as it is already
    with pytest.raises(DomainError) as refused:
        put(ctx, Reason("damaged", "Else"), version=0)
    assert refused.value.code is ErrorCode.STALE
    with ctx.read() as uow:
        assert reasons.of(uow, "damaged").effect is StockEffect.KEEP_BLOCKED
    told = [event["data"] for event in rows_of(ctx, Event) if event["type"] == "reject_reason.changed"]
    assert [data["version"] for data in told] == [1]
