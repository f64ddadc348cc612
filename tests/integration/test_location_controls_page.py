"""The manager's part of the Location page: what is typed works at once, is seen, and is taken back from there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.auth.actor import SYSTEM, Actor
from backend.context import Context
from backend.sla.definitions import ensure_defaults
from dashboard.address import LocationAddress
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from dashboard.present.control_forms import ControlAction
from dashboard.views.controls import Running
from models.enums import ActorKind, Permission
from models.errors import DomainError, ErrorCode
from models.tables import LocationControl, StockBlock
from tests.support import shop

BOSS = Asker(SYSTEM, AMERICAN)
READER = Asker(Actor(ActorKind.USER, "rita", frozenset({Permission.NETWORK_READ})), AMERICAN)
WHY = {"reason": "two people are ill"}


@pytest.fixture
def gateway(ctx: Context) -> Gateway:
    with ctx.uow() as uow:
        ensure_defaults(uow)
    shop.open_shop(ctx, {"chi": {"tea": 5}})
    return Gateway(lambda: ctx)


def in_force(gateway: Gateway, asker: Asker = BOSS) -> list[Running]:
    return gateway.location(asker, "chi", LocationAddress()).running


def test_all_that_is_put_on_it_is_seen_and_taken_back(gateway: Gateway) -> None:
    cap = {"most": "20", "unit": "orders", "ends": "today", **WHY}
    gateway.control(BOSS, ControlAction.CAP, cap, location="chi")
    pause = {"method": "pickup", "ends": "time", "until": "2026-11-27T11:00", **WHY}
    gateway.control(BOSS, ControlAction.PAUSE, pause, location="chi")
    gateway.control(BOSS, ControlAction.BLOCK, {"sku": "tea", "ends": "count", **WHY}, location="chi")
    shown = in_force(gateway)
    assert [one.text for one in shown] == ["Pickup paused", "At most 20 orders a day", "tea blocked"]
    assert shown[0].until.startswith("until 11:00")
    assert shown[0].why == "two people are ill · system"
    assert len(in_force(gateway, READER)) == 2  # blocks are stock
    for one in shown:
        gateway.take_back(BOSS, one.key, location="chi")
        with pytest.raises(DomainError) as again:
            gateway.take_back(BOSS, one.key, location="chi")
        assert again.value.code is ErrorCode.NOT_FOUND
    assert in_force(gateway) == []


def test_faults_stand_at_their_fields_and_nothing_changes(gateway: Gateway, ctx: Context) -> None:
    asked = [
        (ControlAction.CAP, {"most": "many", "unit": "kilos", "ends": "time"}, {"most", "unit", "until", "reason"}),
        (ControlAction.PAUSE, {"method": "drone", "ends": "never", **WHY}, {"method", "ends"}),
        (ControlAction.PAUSE, {"method": "ship", "ends": "time", "until": "2020-01-01T10:00", **WHY}, {"until"}),
        (ControlAction.BLOCK, {"ends": "hand"}, {"sku", "reason"}),
        (ControlAction.BLOCK, {"sku": "rum", "ends": "hand", **WHY}, {"sku"}),
    ]
    for action, given, fields in asked:
        with pytest.raises(DomainError) as refused:
            gateway.control(BOSS, action, given, location="chi")
        assert {fault.pointer.rpartition("/")[2] for fault in refused.value.faults} == fields, (action, given)
    assert (shop.rows_of(ctx, LocationControl), shop.rows_of(ctx, StockBlock)) == ([], [])


@pytest.mark.parametrize("action", list(ControlAction))
def test_who_may_not_is_refused(gateway: Gateway, action: ControlAction) -> None:
    may = Permission.LOCATIONS_WRITE if action is ControlAction.BLOCK else Permission.INVENTORY_WRITE
    half = replace(READER, actor=replace(READER.actor, permissions=READER.actor.permissions | {may}))
    for asker in (READER, half):
        with pytest.raises(DomainError) as refused:
            gateway.control(asker, action, {}, location="chi")
        assert refused.value.code is ErrorCode.FORBIDDEN
    key = "block/tea" if action is ControlAction.BLOCK else "control/1"
    with pytest.raises(DomainError, match="This needs the permission"):
        gateway.take_back(half, key, location="chi")
