"""The Waves pages through the door: what stands there, what a plan says, what the buttons do."""

from __future__ import annotations

import pytest

from backend.auth.actor import SYSTEM, Actor
from backend.context import Context
from backend.waves.rules import WaveCommand
from dashboard.address.waves import WavesAddress
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from models.enums import ActorKind, Permission
from models.errors import DomainError, ErrorCode
from models.tables import PickWave, WaveRule
from tests.support.shop import row_counts, rows_of
from tests.support.waves import open_aisles, pick, plan, statuses, wait_for_picking

BOSS = Asker(SYSTEM, AMERICAN)
READER = Asker(Actor(ActorKind.USER, "eve", frozenset({Permission.ORDERS_READ})), AMERICAN)
FORM = {"rule": "", "max_waves": "", "max_shipments": "2", "slots_per_cart": "", "lines": "any", "apart": "lines"}


def test_the_board_shows_each_state_and_the_list_pages_and_sorts(ctx: Context) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}, {"rye": 5}, {"soap": 1}])
    plan(ctx, max_shipments=1)
    door = Gateway(lambda: ctx)
    first = rows_of(ctx, PickWave)[0]["id"]
    door.command_wave(BOSS, first, WaveCommand.RELEASE, {}, version=1)
    board = door.waves(BOSS, WavesAddress(location="CHI"))
    assert {lane.key: [card.title for card in lane.cards] for lane in board.lanes} == {
        "planned": ["Wave 2", "Wave 3"],
        "released": ["Wave 1"],
        "picking": [],
        "closed": [],
    }
    assert board.title == "Store CHI"
    assert [one.may_release for lane in board.lanes for one in lane.cards] == [True, True, False]
    assert [choice.count for choice in board.choices] == ["", "3", "2", "1", "0", "0", "0"]
    listed = door.waves(READER, WavesAddress.parse({"list": "1", "sort": "-units"}))
    assert [row.units for row in listed.rows] == ["5 units", "1 unit", "1 unit"]
    assert (listed.may_plan, [row.may_release for row in listed.rows]) == (False, [False] * 3)
    (rows,) = door.every_wave(READER, WavesAddress(status=None, list="1"))
    assert len(rows) == 3


def test_a_plan_says_what_would_be_and_changes_nothing(ctx: Context) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}, {"rye": 1}, {"tea": 1, "soap": 1}])
    door = Gateway(lambda: ctx)
    before = row_counts(ctx)
    shown = door.plan_preview(BOSS, "CHI", {**FORM, "max_waves": "1"})
    assert shown.says == "1 wave of 1 shipment; 2 shipments left out. Nothing is kept yet."
    assert [(row.count, row.word) for row in shown.left_out] == [("2", "After the last wave asked for")]
    with pytest.raises(DomainError) as refused:
        door.plan_preview(BOSS, "CHI", {**FORM, "max_waves": "0", "max_shipments": "many"})
    assert {fault.pointer for fault in refused.value.faults} == {"/max_waves", "/max_shipments"}
    assert row_counts(ctx) == before
    with pytest.raises(DomainError) as forbidden:
        door.plan_waves(READER, "CHI", FORM, release=False)
    assert forbidden.value.code is ErrorCode.FORBIDDEN
    assert door.plan_waves(BOSS, "CHI", FORM, release=True) == 2
    assert statuses(ctx) == ["released", "released"]
    assert rows_of(ctx, WaveRule) == []


def test_a_wave_is_shown_with_its_walk_and_what_is_picked(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 2, "soap": 1}, {"tea": 1, "rye": 1}])
    (wave_id,) = plan(ctx, released=True, slots_per_cart=8)
    pick(ctx, ids[0], units=1)
    door = Gateway(lambda: ctx)
    shown = door.wave(BOSS, wave_id)
    assert [(stop.bin, stop.done, [item.slots for item in stop.goods]) for stop in shown.stops] == [
        ("A-01-1", False, ["2 → slot 1, 1 → slot 2"]),
        ("B-01-1", False, ["1 → slot 2"]),
        ("C-09-1", True, ["1 → slot 1"]),
    ]
    assert {row.order: row.picked for row in shown.members} == {"W-0": "2 of 3", "W-1": "0 of 2"}
    assert (shown.left, shown.head.progress, shown.head.pick) == (3, "2 of 5 picked", f"/pick/wave/{wave_id}")
    assert shown.head.actions == ["pick", "close", "cancel"]
    assert door.wave(READER, wave_id).head.actions == []
    with pytest.raises(DomainError) as missing:
        door.wave(BOSS, 999)
    assert missing.value.code is ErrorCode.NOT_FOUND


def test_closing_asks_what_becomes_of_the_rest(ctx: Context) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 2}])
    (wave_id,) = plan(ctx, released=True)
    door = Gateway(lambda: ctx)
    form = door.wave_form(BOSS, wave_id, WaveCommand.CLOSE)
    assert form.explain == "2 units of 1 shipment are not picked. Type what was counted; empty is as scanned."
    assert [field.name for field in form.fields[:2]] == ["rest", "reason"]
    with pytest.raises(DomainError):
        door.command_wave(BOSS, wave_id, WaveCommand.CANCEL, {"reason": " "}, version=2)
    door.command_wave(BOSS, wave_id, WaveCommand.CLOSE, {"rest": "recover"}, version=2)
    assert statuses(ctx) == ["closed", "planned"]
    recovery = door.wave(BOSS, rows_of(ctx, PickWave)[1]["id"])
    assert [link.label for link in recovery.links] == ["Recovers wave 1"]
    door.command_wave(BOSS, recovery.head.id, WaveCommand.RELEASE, {}, version=1)
    door.command_wave(BOSS, recovery.head.id, WaveCommand.CLOSE, {"rest": "short", "reason": "no_time"}, version=2)
    assert statuses(ctx) == ["closed", "closed"]
