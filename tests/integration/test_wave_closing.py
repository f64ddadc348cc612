"""Closing a wave with what was counted: it is picked, what was not found goes elsewhere, the rest is recovered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.auth.actor import SYSTEM
from backend.context import Context
from backend.invariants import violations
from backend.waves import service
from backend.waves.rules import Counted, Missing, WaveCommand
from backend.waves.service import CloseAsk
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from models.errors import DomainError, ErrorCode
from models.tables import PickWave, Scan, Shipment, ShipmentLine
from tests.support.picking import picked
from tests.support.picking import statuses as steps
from tests.support.shop import NEW_YORK, location, open_shop, row_counts, rows_of
from tests.support.waves import inside, open_aisles, pick, plan, shares, statuses, wait_for_picking, wave_of

BOSS = Asker(SYSTEM, AMERICAN)


@pytest.fixture(autouse=True)
def nothing_broken(ctx: Context) -> Iterator[None]:
    yield
    with ctx.read() as uow:
        assert violations(uow) == []


def close(ctx: Context, wave_id: int, ask: CloseAsk) -> list[int]:
    with ctx.uow() as uow:
        return [int(wave.id or 0) for wave in service.close(uow, wave_id, ask)]


def test_what_was_counted_is_picked_and_what_was_not_found_goes_elsewhere(ctx: Context) -> None:
    open_aisles(ctx)
    open_shop(ctx, {"NYC": {"rye": 9}}, NYC=location("NYC", at=NEW_YORK))
    ids = wait_for_picking(ctx, [{"tea": 2, "soap": 1}, {"rye": 3}])
    (wave_id,) = plan(ctx, released=True)
    counts = (Counted(ids[0], "tea", 2), Counted(ids[0], "soap", 1), Counted(ids[1], "rye", 1))
    assert close(ctx, wave_id, CloseAsk((Missing(ids[1], "rye"),), "not_found", picked=counts)) == []
    assert shares(ctx, wave_id) == {ids[0]: "picked", ids[1]: "short"}
    assert (statuses(ctx), wave_of(ctx, wave_id).view.picked) == (["closed"], 4)
    assert picked(ctx) == {ids[0]: {"tea": 2, "soap": 1}, ids[1]: {"rye": 1}}
    assert steps(ctx) == {ids[0]: "picked", ids[1]: "picked"}  # each has all that it still asks for
    assert sum(row["units"] for row in rows_of(ctx, Scan)) == 4


def test_what_was_neither_counted_nor_missed_is_recovered(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 2, "soap": 1}, {"rye": 3}, {"milk": 1}])
    (wave_id,) = plan(ctx, released=True)
    pick(ctx, ids[0], units=1)
    (again,) = close(ctx, wave_id, CloseAsk(picked=(Counted(ids[0], "tea", 2), Counted(ids[1], "rye", 1))))
    assert shares(ctx, wave_id) == {ids[0]: "picked", ids[1]: "removed", ids[2]: "removed"}
    assert inside(ctx) == {ids[0]: wave_id, ids[1]: again, ids[2]: again}
    assert (wave_of(ctx, wave_id).view.picked, wave_of(ctx, again).view.wave.units) == (4, 3)
    assert picked(ctx)[ids[1]] == {"rye": 1}


def test_every_wrong_count_is_a_fault_and_nothing_changes(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 4}, {"rye": 1}])
    (wave_id,) = plan(ctx, released=True)
    pick(ctx, ids[0], units=2)
    before = [rows_of(ctx, each) for each in (PickWave, Shipment, ShipmentLine, Scan)], row_counts(ctx)
    wrong = (
        Counted(ids[0], "tea", 5),
        Counted(ids[0], "jam", 1),
        Counted(7_777, "tea", 1),
        Counted(ids[0], "tea", 1),
        Counted(ids[1], "rye", 1),
    )
    with pytest.raises(DomainError) as refused:
        close(ctx, wave_id, CloseAsk((Missing(ids[0], "tea", 3),), picked=wrong))
    assert refused.value.code is ErrorCode.INVALID
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/picked/0/picked", "out_of_range"),
        ("/picked/1/sku", "not_in_shipment"),
        ("/picked/2/shipment", "not_in_wave"),
        ("/picked/3", "duplicate"),
        ("/picked/3/picked", "out_of_range"),
        ("/short/0/missing", "too_many"),
    ]
    assert refused.value.faults[0].message == "From 2 (in hand already) to 4 units of tea can have been picked."
    assert ([rows_of(ctx, each) for each in (PickWave, Shipment, ShipmentLine, Scan)], row_counts(ctx)) == before


def test_more_cannot_be_missing_than_is_left_beside_the_count(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 4}])
    (wave_id,) = plan(ctx, released=True)
    with pytest.raises(DomainError) as refused:
        close(ctx, wave_id, CloseAsk((Missing(ids[0], "tea", 2),), picked=(Counted(ids[0], "tea", 3),)))
    assert [fault.pointer for fault in refused.value.faults] == ["/short/0/missing"]


def test_the_page_asks_for_counts_and_says_at_its_field_what_is_wrong(ctx: Context) -> None:
    gateway = Gateway(lambda: ctx)
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 4, "soap": 1}, {"rye": 3}])
    (wave_id,) = plan(ctx, released=True, slots_per_cart=9)
    pick(ctx, ids[0], units=1)
    version = wave_of(ctx, wave_id).view.wave.version
    form = gateway.wave_form(BOSS, wave_id, WaveCommand.CLOSE)
    asked = {field.label: (field.name, field.hint) for field in form.fields[2:]}
    assert sorted(hint for _, hint in asked.values()) == ["0 of 3 scanned", "1 of 4 scanned"]
    tea, rye = (next(name for label, (name, _) in asked.items() if label.startswith(sku)) for sku in ("tea", "rye"))
    before = row_counts(ctx), rows_of(ctx, PickWave)

    def confirm(**typed: str) -> None:
        gateway.command_wave(BOSS, wave_id, WaveCommand.CLOSE, {"rest": "recover", **typed}, version=version)

    for typed, pointers in (({tea: "x", rye: "-1"}, [tea, rye]), ({tea: "0", rye: "4"}, [tea, rye])):
        with pytest.raises(DomainError) as refused:
            confirm(**typed)
        assert sorted(fault.pointer for fault in refused.value.faults) == sorted(f"/{name}" for name in pointers)
        assert (row_counts(ctx), rows_of(ctx, PickWave)) == before
    confirm(**{tea: "4", rye: "2"})
    assert statuses(ctx) == ["closed", "planned"]
    assert picked(ctx) == {ids[0]: {"tea": 4, "soap": 1}, ids[1]: {"rye": 2}}
    assert wave_of(ctx, wave_id).recovery[0][1] == 2
