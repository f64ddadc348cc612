"""The Returns page: from the order's page to the refund, with faults at the field and nothing changed by them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.auth.actor import SYSTEM, Actor
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.rules import StepCommand
from backend.sla.definitions import ensure_defaults
from dashboard.address import ReturnsAddress
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from dashboard.present.return_forms import ReturnAction
from models.enums import ActorKind, Permission, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.floor import ReturnStatus
from models.tables import Return
from tests.support import shop

BOSS = Asker(SYSTEM, AMERICAN)
READER = Asker(Actor(ActorKind.USER, "rita", frozenset({Permission.ORDERS_READ})), AMERICAN)


@pytest.fixture
def door(ctx: Context) -> Gateway:
    """Return the door of a shop whose order 1, two teas and a mug, left for the customer."""
    with ctx.uow() as uow:
        ensure_defaults(uow)
    shop.open_shop(ctx, {"chi": {"tea": 5, "mug": 2}})
    (placed,) = shop.place(ctx, shop.order("A-1", lines={"tea": 2, "mug": 1}))
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(placed.shipments[0].id, ShipmentStatus.SHIPPED)])
    return Gateway(lambda: ctx)


def act(door: Gateway, action: ReturnAction, about: int, asker: Asker = BOSS, **given: str) -> int:
    _, version = door.return_form(asker, action, about)
    typed = {name.replace("_", "-"): value for name, value in given.items()}
    return door.change_return(asker, action, typed, about=about, version=version)


def announce(door: Gateway, **given: str) -> int:
    typed = {"units_0": "2", "units_1": "0", "reason": "too bitter", "resolution": "refund", **given}
    return act(door, ReturnAction.AUTHORISE, 1, **typed)


def test_from_the_order_to_the_refund(door: Gateway) -> None:
    assert door.order(BOSS, 1).head.send_back == "/returns?order=1"
    form, _ = door.return_form(BOSS, ReturnAction.AUTHORISE, 1)
    assert [(one.label, one.hint) for one in form.fields[:2]] == [("tea", "At most 2."), ("mug", "At most 1.")]
    one = announce(door)
    assert door.returns(BOSS, ReturnsAddress(id=one)).detail.actions == [("receive", "Receive"), ("cancel", "Call off")]
    act(door, ReturnAction.RECEIVE, one, units_0="2")
    act(door, ReturnAction.INSPECT, one, restock_0="1", condition_0="new")
    act(door, ReturnAction.CLOSE, one, refund="7.5")
    page = door.returns(BOSS, ReturnsAddress(id=one))
    assert (page.detail.word, page.detail.actions, page.detail.facts[-1]) == ("Settled", [], ("Refunded", "7.50"))
    assert [(part.name, part.about) for part in page.detail.parts] == [("tea", "2 came · 1 restocked · 1 written off")]
    assert [(row.word, row.what) for row in page.rows] == [("Settled", "2 × tea")]
    assert [choice.count for choice in page.statuses] == ["1", "0", "0", "0", "1", "0"]
    assert door.returns(BOSS, ReturnsAddress(status=ReturnStatus.RECEIVED)).rows == []
    assert [row[:3] for batch in door.every_return(BOSS, ReturnsAddress()) for row in batch] == [
        (page.detail.number, "A-1", "closed")
    ]


def test_faults_stand_at_their_fields_and_nothing_changes(door: Gateway, ctx: Context) -> None:
    def fields(action: ReturnAction, about: int, **given: str) -> set[str]:
        with pytest.raises(DomainError) as refused:
            act(door, action, about, **given)
        return {fault.pointer.strip("/") for fault in refused.value.faults}

    assert fields(ReturnAction.AUTHORISE, 1, units_0="x", resolution="gold") == {
        *("units-0", "units-1", "reason", "resolution")
    }
    asked = {"units_0": "3", "units_1": "0", "reason": "why", "resolution": "refund", "location": "moon"}
    assert fields(ReturnAction.AUTHORISE, 1, **asked) == {"location", "units-0"}
    assert shop.rows_of(ctx, Return) == []
    one = announce(door)
    assert fields(ReturnAction.RECEIVE, one, units_0="0") == {"units-0"}
    assert fields(ReturnAction.RECEIVE, one, units_0="3") == {"units-0"}
    act(door, ReturnAction.RECEIVE, one, units_0="2")
    assert fields(ReturnAction.INSPECT, one, restock_0="3", condition_0="shiny") == {"restock-0", "condition-0"}
    act(door, ReturnAction.INSPECT, one, restock_0="0", condition_0="new")
    assert fields(ReturnAction.CLOSE, one, refund="1.999") == {"refund"}
    assert fields(ReturnAction.CLOSE, one, refund="99") == {"refund"}


@pytest.mark.parametrize("action", list(ReturnAction))
def test_who_may_not_is_refused(door: Gateway, action: ReturnAction) -> None:
    one = announce(door)
    for ask in (
        lambda: door.return_form(READER, action, one),
        lambda: door.change_return(READER, action, {}, about=one, version=1),
    ):
        with pytest.raises(DomainError) as refused:
            ask()
        assert refused.value.code is ErrorCode.FORBIDDEN
    blind = replace(READER, actor=replace(READER.actor, permissions=frozenset()))
    with pytest.raises(DomainError, match="orders:read"):
        door.returns(blind, ReturnsAddress())
    assert door.order(READER, 1).head.send_back == ""
