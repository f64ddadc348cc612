"""What the pages about workflows learn from the database, and do to it: what holds, what shipments under way keep,
versions written, activated, retired, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from backend.auth.actor import SYSTEM, Actor, LocationScope
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment import versions, workflows
from backend.fulfillment.defaults import DEFAULT_DOCUMENTS, EXAMPLE_FORK
from backend.fulfillment.rules import StepCommand
from dashboard.address.workflows import WorkflowAddress, WorkflowsAddress
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from dashboard.present.editing.text import write
from dashboard.views.workflows import MethodWays, WayRow
from models.enums import ActorKind, DefinitionStatus, Method, Permission
from models.errors import DomainError, ErrorCode
from models.tables import Workflow
from tests.support import shop

BOSS = Asker(SYSTEM, AMERICAN)
READS = frozenset({Permission.ORDERS_READ})
READER = Asker(Actor(ActorKind.USER, "rita", READS), AMERICAN)
EAST = Asker(Actor(ActorKind.USER, "eve", READS, LocationScope(group_codes=frozenset({"east"}))), AMERICAN)
NOBODY = Asker(Actor(ActorKind.USER, "ned", frozenset({Permission.NETWORK_READ})), AMERICAN)
FORK = WorkflowAddress(method=Method.SHIP, group="gift")


@pytest.fixture
def gateway(ctx: Context) -> Gateway:
    """Return the door of two stores: Chicago in the group gift, New York in east."""
    places = {
        "chi": shop.location("chi", name="Chicago", groups=("gift",)),
        "nyc": shop.location("nyc", name="New York", groups=("east",), at=shop.NEW_YORK),
    }
    shop.open_shop(ctx, {code: {"tea": 99} for code in places}, **places)
    return Gateway(lambda: ctx)


def refusal(call: Any) -> DomainError:
    with pytest.raises(DomainError) as error:
        call()
    return error.value


def written(ctx: Context) -> list[dict[str, Any]]:
    return shop.rows_of(ctx, Workflow)


def fork(gateway: Gateway, **changes: Any) -> int:
    """Save the example under "gift-ship" and let it hold; return its version."""
    version = gateway.begin_workflow(BOSS, "gift-ship", write(EXAMPLE_FORK | changes), note="")
    gateway.activate_workflow(BOSS, "gift-ship", version)
    return version


def opened_shipment(ctx: Context, name: str, **changes: Any) -> int:
    return shop.place(ctx, shop.order(name, **changes))[0].shipments[0].id


def ways(gateway: Gateway, asker: Asker = BOSS, method: Method = Method.SHIP) -> MethodWays:
    screen = gateway.workflows(asker, WorkflowsAddress())
    return next(one for one in screen.ways if one.key == method.value)


def chain(row: WayRow) -> list[str]:
    return [chip.key for chip in row.chips]


def test_what_is_built_in_holds_until_somebody_writes_another(gateway: Gateway) -> None:
    screen = gateway.workflows(BOSS, WorkflowsAddress())
    assert [one.key for one in screen.ways] == [method.value for method in Method]
    row = ways(gateway).ways[0]
    assert (row.where, row.title, row.version, row.since) == (
        "Everywhere",
        "Ship to home",
        "Built in",
        "nobody wrote another",
    )
    assert chain(row) == ["accept", "pick", "pack", "ship"]
    assert [chip.optional for chip in row.chips] == [True, True, True, False]
    assert (screen.versions, screen.pager.text) == ([], "No versions")
    assert screen.groups == [("east", "east · 1 location"), ("gift", "gift · 1 location")]


def test_a_fork_begins_with_what_holds_and_reaches_new_shipments_only(ctx: Context, gateway: Gateway) -> None:
    before = opened_shipment(ctx, "A-1")
    new = gateway.open_workflow(BOSS, FORK)
    assert (new.name, new.version, new.fresh, new.tag) == ("ship-gift", 0, True, "0")
    checked = gateway.check_workflow(BOSS, new.text)
    assert (checked.faults, checked.about) == ([], "Ship to home, at locations of group gift")
    assert {change.where for change in checked.changes} == {"title", "group"}
    version = gateway.begin_workflow(BOSS, "gift-ship", write(EXAMPLE_FORK), note=" for the season ")
    assert ways(gateway).ways[0].draft == ""
    assert len(ways(gateway).ways) == 1
    saved = gateway.open_workflow(BOSS, FORK)
    assert (saved.name, saved.version, saved.state, saved.fresh) == ("gift-ship", 1, "draft", False)
    assert saved.about.endswith(": for the season")
    assert saved.activating[1] == ("Until now they worked by Ship to home as built in. 1 shipment under way keeps it.")
    gateway.activate_workflow(BOSS, "gift-ship", version)
    after = opened_shipment(ctx, "A-2")
    with ctx.read() as uow:
        kept = {row["id"]: row["workflow_id"] for row in shop.rows_of(ctx, versions.Shipment)}
        way = workflows.by_id(uow, [kept[after]])[kept[after]]
    assert kept[before] is None
    assert [step.code for step in way.steps] == ["accept", "pick", "check", "gift-wrap", "pack", "ship"]
    here = ways(gateway)
    assert [(row.where, row.places, row.under_way) for row in here.ways] == [
        ("Everywhere", "", "1 shipment under way"),
        ("Group gift", "1 location", "1 shipment under way"),
    ]
    assert [chip.key for chip in here.ways[1].chips if chip.own] == ["check", "gift-wrap"]
    assert here.older == []


def test_shipments_under_way_keep_a_version_that_holds_no_more(ctx: Context, gateway: Gateway) -> None:
    fork(gateway)
    first = opened_shipment(ctx, "A-1")
    opened_shipment(ctx, "A-2")
    second = gateway.save_workflow(BOSS, "gift-ship", write(EXAMPLE_FORK | {"title": "Anew"}), note="", known=1)
    assert ways(gateway).ways[1].draft == "Draft waits: gift-ship 2"
    told = gateway.open_workflow(BOSS, WorkflowAddress(code="gift-ship")).activating
    assert told[1] == "gift-ship 1 holds no more. 2 shipments under way keep it."
    gateway.activate_workflow(BOSS, "gift-ship", second)
    assert [one.text for one in ways(gateway).older] == ["2 shipments under way keep gift-ship 1"]
    for step, inputs in (("pick", {}), ("check", {"result": "good"}), ("pack", {}), ("ship", {})):
        with ctx.uow() as uow:
            fulfillment.advance(uow, [StepCommand(first, step=step, inputs=inputs)])
    assert [one.text for one in ways(gateway).older] == ["1 shipment under way keeps gift-ship 1"]
    assert ways(gateway, EAST).older == []
    rows = gateway.workflows(BOSS, WorkflowsAddress(state=DefinitionStatus.RETIRED)).versions
    assert [(row.version, row.word, row.under_way) for row in rows] == [("gift-ship 1", "Retired", "1")]
    lines = [row for batch in gateway.every_workflow(BOSS, WorkflowsAddress()) for row in batch]
    assert [row[:5] for row in lines] == [
        ("gift-ship", 2, "ship", "gift", "active"),
        ("gift-ship", 1, "ship", "gift", "retired"),
    ]


def test_what_is_built_in_is_overruled_and_returned_to(ctx: Context, gateway: Gateway) -> None:
    opened_shipment(ctx, "A-1")
    mine = DEFAULT_DOCUMENTS[Method.SHIP] | {"title": "Ours"}
    built_in = gateway.open_workflow(BOSS, WorkflowAddress(code="ship", version=0))
    assert (built_in.heading, built_in.tag, built_in.active) == ("Ship to home, built in", "0", 0)
    gateway.save_workflow(BOSS, "ship", write(mine), note="", known=0)
    gateway.activate_workflow(BOSS, "ship", 1)
    here = ways(gateway)
    assert (here.ways[0].title, here.ways[0].version) == ("Ours", "ship, version 1")
    assert [one.text for one in here.older] == ["1 shipment under way keeps Ship to home as built in"]
    opened = gateway.open_workflow(BOSS, WorkflowAddress(code="ship"))
    assert opened.choices == [("ship:1", "ship 1 · Active"), ("ship:0", "Built in · Retired")]
    assert opened.retiring == [
        "ship 1 holds no more: new shipments everywhere work by Ship to home as built in.",
        "No shipment is under way by it.",
    ]
    gateway.retire_workflow(BOSS, "ship", 1)
    assert ways(gateway).ways[0].version == "Built in"


def test_any_two_versions_are_compared(gateway: Gateway) -> None:
    fork(gateway)
    text = write(EXAMPLE_FORK | {"title": "Anew"})
    gateway.save_workflow(BOSS, "gift-ship", text, note="", known=1)
    opened = gateway.open_workflow(BOSS, WorkflowAddress(code="gift-ship"))
    assert [key for key, _ in opened.others] == ["", "gift-ship:1", "ship:0"]
    holds = gateway.check_workflow(BOSS, text)
    assert (holds.other, [one.where for one in holds.changes]) == ("gift-ship 1 (holds now)", ["title"])
    assert gateway.check_workflow(BOSS, text, against="gift-ship:2").changes == []
    shipped = gateway.check_workflow(BOSS, text, against="ship:0")
    assert shipped.other == "Ship to home as built in"
    assert {"step “Quality check”", "step “Gift wrap”"} <= {one.where for one in shipped.changes}
    assert gateway.check_workflow(BOSS, text, against="nothing:7").other == "gift-ship 1 (holds now)"


def test_what_is_wrong_is_told_by_its_path_and_not_saved(ctx: Context, gateway: Gateway) -> None:
    steps = [step | {"by": ["pirate"]} if step["code"] == "check" else step for step in EXAMPLE_FORK["steps"]]
    checked = gateway.check_workflow(BOSS, write(EXAMPLE_FORK | {"steps": steps, "method": "teleport"}))
    assert [fault.where for fault in checked.faults] == ["/method", "/steps/2/by/0"]
    assert checked.steps == []
    nowhere = write(EXAMPLE_FORK | {"group": "moon"})
    assert [fault.where for fault in gateway.check_workflow(BOSS, nowhere).faults] == ["/group"]
    error = refusal(lambda: gateway.begin_workflow(BOSS, "Bad code", nowhere, note=""))
    assert [fault.pointer for fault in error.faults] == ["/code", "/group"]
    assert refusal(lambda: gateway.begin_workflow(BOSS, "x", "{", note="")).code is ErrorCode.INVALID
    assert refusal(lambda: gateway.save_workflow(BOSS, "x", nowhere, note="", known=0)).code is ErrorCode.INVALID
    assert written(ctx) == []


def test_who_comes_second_changes_nothing(ctx: Context, gateway: Gateway) -> None:
    fork(gateway)
    other = write(EXAMPLE_FORK | {"title": "Mine"})
    gateway.save_workflow(BOSS, "gift-ship", write(EXAMPLE_FORK | {"title": "Theirs"}), note="", known=1)
    before = written(ctx)
    for code in ("gift-ship", "ship"):
        error = refusal(lambda code=code: gateway.begin_workflow(BOSS, code, other, note=""))
        assert (error.code, error.message) == (ErrorCode.CONFLICT, f"The code {code} is taken; choose another.")
    stale = refusal(lambda: gateway.save_workflow(BOSS, "gift-ship", other, note="", known=1))
    unseen = refusal(lambda: gateway.retire_workflow(BOSS, "gift-ship", 2))
    assert (stale.code, unseen.code) == (ErrorCode.STALE, ErrorCode.STALE)
    assert written(ctx) == before
    assert gateway.save_workflow(BOSS, "gift-ship", other, note="", known=None) == 3
    gateway.retire_workflow(BOSS, "gift-ship", 1)
    assert refusal(lambda: gateway.retire_workflow(BOSS, "gift-ship", 1)).code is ErrorCode.CONFLICT


def test_a_new_fork_is_called_so_that_nothing_is_overwritten(gateway: Gateway) -> None:
    gateway.begin_workflow(BOSS, "ship-gift", write(EXAMPLE_FORK | {"method": "ship", "group": "east"}), note="")
    assert gateway.open_workflow(BOSS, FORK).name == "ship-gift-2"
    assert gateway.open_workflow(BOSS, WorkflowAddress(method=Method.SHIP, group="east")).name == "ship-gift"
    assert gateway.open_workflow(BOSS, WorkflowAddress()).name == "ship-gift"


def test_who_may_only_read_changes_nothing(ctx: Context, gateway: Gateway) -> None:
    fork(gateway)
    text, before = write(EXAMPLE_FORK), written(ctx)
    for call in (
        lambda: gateway.begin_workflow(READER, "x", text, note=""),
        lambda: gateway.save_workflow(READER, "gift-ship", text, note="", known=None),
        lambda: gateway.activate_workflow(READER, "gift-ship", 1),
        lambda: gateway.retire_workflow(READER, "gift-ship", 1),
        lambda: gateway.workflows(NOBODY, WorkflowsAddress()),
        lambda: next(gateway.every_workflow(NOBODY, WorkflowsAddress())),
        lambda: gateway.open_workflow(NOBODY, WorkflowAddress()),
        lambda: gateway.check_workflow(NOBODY, text),
    ):
        assert refusal(call).code is ErrorCode.FORBIDDEN
    assert written(ctx) == before
    assert not gateway.workflows(READER, WorkflowsAddress()).may_write
    assert not gateway.open_workflow(READER, WorkflowAddress(code="gift-ship")).may_write
    assert refusal(lambda: gateway.open_workflow(READER, WorkflowAddress(code="x"))).code is ErrorCode.NOT_FOUND


def test_no_more_shipments_are_looked_at_than_the_page_can_wait_for(
    ctx: Context, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.place(ctx, *[shop.order(f"A-{number}") for number in range(4)])
    assert ways(gateway).ways[0].under_way == "4 shipments under way"
    monkeypatch.setattr(versions, "LOOKED_AT", 3)
    assert ways(gateway).ways[0].under_way == "3+ shipments under way"
