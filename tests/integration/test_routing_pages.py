"""What the pages about routing learn from the database: figures, empty suggestions, versions, a tried order."""

from __future__ import annotations

import pytest

from backend.auth.actor import SYSTEM, Actor, LocationScope
from backend.context import Context
from backend.routing import strategies
from backend.routing.shadowing import Shadowing
from backend.sla.definitions import ensure_defaults
from dashboard.address.routing import EditAddress, EmptyAddress, RoutingAddress, ShadowAddress, TryAddress
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from dashboard.present.editing.text import write
from models.enums import ActorKind, Method, Permission, RoutingOutcome, StrategyStatus
from models.errors import DomainError, ErrorCode
from tests.support import shop

BOSS = Asker(SYSTEM, AMERICAN)
READS = frozenset({Permission.ROUTING_READ, Permission.ORDERS_READ})
READER = Asker(Actor(ActorKind.USER, "rita", READS), AMERICAN)
EAST = Asker(Actor(ActorKind.USER, "eve", READS, LocationScope(group_codes=frozenset({"east"}))), AMERICAN)
NOBODY = Asker(Actor(ActorKind.USER, "ned", frozenset({Permission.NETWORK_READ})), AMERICAN)
DOCUMENT = {
    "title": "East first",
    "routes": [{"name": "All", "scenarios": [{"name": "East", "groups": ["east"]}]}],
}


@pytest.fixture
def gateway(ctx: Context) -> Gateway:
    """Return the door of a network with tea in Chicago and New York, where nobody has a mug."""
    with ctx.uow() as uow:
        ensure_defaults(uow)
        strategies.ensure_defaults(uow)
    shop.open_shop(
        ctx,
        {"chi": {"tea": 10, "mug": 0}, "nyc": {"tea": 10}},
        chi=shop.location("chi", name="Chicago", groups=("midwest",)),
        nyc=shop.location("nyc", name="New York", groups=("east",), at=shop.NEW_YORK),
    )
    return Gateway(lambda: ctx)


def refusal(call: object) -> ErrorCode:
    with pytest.raises(DomainError) as error:
        call()  # type: ignore[operator]
    return error.value.code


def test_figures_count_what_was_routed_and_what_was_not(ctx: Context, gateway: Gateway) -> None:
    shop.place(ctx, shop.order("A-1"), shop.order("A-2", lines={"mug": 1}), shop.order("A-3", lines={"tea": 15}))
    screen = gateway.routing(BOSS, RoutingAddress())
    values = {kpi.label: kpi.value for kpi in screen.kpis}
    assert values == {"Routed": "2", "Split": "50.0%", "Waiting for a location": "1", "Found no location": "1"}
    assert screen.words.title.startswith("Nearest with all of it")
    assert screen.active == "standard, version 1"
    assert [row.word for row in screen.versions] == ["Active"]


def test_empty_suggestions_say_which_and_why(ctx: Context, gateway: Gateway) -> None:
    shop.place(ctx, shop.order("A-1"), shop.order("A-2", lines={"mug": 2}), shop.order("A-3", lines={"tea": 25}))
    screen = gateway.empty_suggestions(BOSS, EmptyAddress())
    assert [(row.order, row.outcome) for row in screen.rows] == [("A-3", "Found a part"), ("A-2", "Found nothing")]
    assert screen.rows[1].reason == "No location has stock"
    assert {share.label for share in screen.reasons} == {row.reason for row in screen.rows}
    partial = gateway.empty_suggestions(BOSS, EmptyAddress(outcome=RoutingOutcome.PARTIAL))
    assert [row.order for row in partial.rows] == ["A-3"]
    rows = [row for batch in gateway.every_empty_suggestion(BOSS, EmptyAddress()) for row in batch]
    assert [row[0] for row in rows] == ["A-3", "A-2"]


def test_one_s_part_of_the_network_is_all_one_sees(ctx: Context, gateway: Gateway) -> None:
    shop.place(ctx, shop.order("A-1"), shop.order("A-2", lines={"mug": 2}))
    assert gateway.empty_suggestions(EAST, EmptyAddress()).rows == []
    assert gateway.routing(EAST, RoutingAddress()).kpis[0].value == "0"
    tried = gateway.try_order(EAST, TryAddress(lines="tea 1", lat="41.88", lon="-87.63"))
    assert [one.name for one in tried.trial.chosen] == ["New York"]
    assert "Chicago" not in str(tried)
    assert refusal(lambda: gateway.try_order(EAST, TryAddress(order="A-1"))) is ErrorCode.NOT_FOUND


def test_a_version_is_saved_activated_and_opened_again(ctx: Context, gateway: Gateway) -> None:
    first = gateway.open_strategy(BOSS, EditAddress())
    assert (first.name, first.version, first.tag) == ("standard", 1, "1")
    saved = gateway.save_strategy(BOSS, "standard", write(DOCUMENT), note=" why ", tag=first.tag)
    assert saved == 2
    opened = gateway.open_strategy(BOSS, EditAddress())
    assert (opened.version, opened.state, opened.text) == (2, "draft", write(DOCUMENT))
    assert opened.about.endswith(": why")
    gateway.activate_strategy(BOSS, "standard", 2)
    screen = gateway.routing(BOSS, RoutingAddress())
    assert screen.words.title == "East first"
    assert [row.word for row in screen.versions] == ["Active", "Archived"]
    archived = gateway.routing(BOSS, RoutingAddress(state=StrategyStatus.ARCHIVED))
    assert [row.version for row in archived.versions] == ["standard 1"]
    old = gateway.open_strategy(BOSS, EditAddress(name="standard", version=1))
    assert old.tag == "2"
    assert gateway.save_strategy(BOSS, "standard", old.text, note="back", tag=old.tag) == 3


def test_who_saves_second_changes_nothing(ctx: Context, gateway: Gateway) -> None:
    tag = gateway.open_strategy(BOSS, EditAddress()).tag
    gateway.save_strategy(BOSS, "standard", write(DOCUMENT), note="", tag=tag)
    other = write({**DOCUMENT, "title": "Mine"})
    assert refusal(lambda: gateway.save_strategy(BOSS, "standard", other, note="", tag=tag)) is ErrorCode.STALE
    assert len(gateway.routing(BOSS, RoutingAddress()).versions) == 2
    assert gateway.save_strategy(BOSS, "standard", other, note="", tag="*") == 3


def test_what_is_wrong_is_told_and_not_saved(ctx: Context, gateway: Gateway) -> None:
    wrong = write({**DOCUMENT, "routes": [{"name": "All", "scenarios": [{"name": "X", "groups": ["moon"]}]}]})
    checked = gateway.check_strategy(BOSS, wrong)
    assert [fault.where for fault in checked.faults] == ["/routes/0/scenarios/0/groups/0"]
    assert refusal(lambda: gateway.save_strategy(BOSS, "standard", wrong, note="", tag="1")) is ErrorCode.INVALID
    assert refusal(lambda: gateway.save_strategy(BOSS, "standard", "{", note="", tag="1")) is ErrorCode.INVALID
    assert len(gateway.routing(BOSS, RoutingAddress()).versions) == 1


def test_who_may_only_read_changes_nothing(ctx: Context, gateway: Gateway) -> None:
    text = write(DOCUMENT)
    assert refusal(lambda: gateway.save_strategy(READER, "standard", text, note="", tag="1")) is ErrorCode.FORBIDDEN
    assert refusal(lambda: gateway.activate_strategy(READER, "standard", 1)) is ErrorCode.FORBIDDEN
    assert refusal(lambda: gateway.routing(NOBODY, RoutingAddress())) is ErrorCode.FORBIDDEN
    assert refusal(lambda: gateway.try_order(NOBODY, TryAddress(lines="tea"))) is ErrorCode.FORBIDDEN
    assert not gateway.routing(READER, RoutingAddress()).may_write
    assert len(gateway.routing(BOSS, RoutingAddress()).versions) == 1


def test_a_tried_order_says_where_why_and_why_not_and_reserves_nothing(ctx: Context, gateway: Gateway) -> None:
    before = shop.stock_of(ctx)
    screen = gateway.try_order(BOSS, TryAddress(lines="tea 2", near="chi", find="york"))
    trial = screen.trial
    assert [(one.name, one.units) for one in trial.chosen] == [("Chicago", ["2 × Product tea"])]
    assert [(row.rank, row.name, row.stock, row.chosen) for row in trial.steps[0].ranked] == [
        ("1", "Chicago", "10", True),
        ("2", "New York", "10", False),
    ]
    assert screen.why_not[0].name == "New York"
    assert "ranked 2" in screen.why_not[0].reasons[0]
    assert shop.stock_of(ctx) == before


def test_a_tried_order_may_be_one_that_came_in_or_follow_a_draft(ctx: Context, gateway: Gateway) -> None:
    shop.place(ctx, shop.order("A-1", method=Method.DELIVERY))
    assert [one.name for one in gateway.try_order(BOSS, TryAddress(order="A-1")).trial.chosen] == ["Chicago"]
    gateway.save_strategy(BOSS, "standard", write(DOCUMENT), note="", tag="1")
    draft = gateway.try_order(BOSS, TryAddress(order="A-1", strategy="standard:2")).trial
    assert [one.name for one in draft.chosen] == ["New York"]
    assert [group.reason for group in draft.steps[0].out] == ["Not among the locations of the scenario"]


def test_a_shadow_run_is_started_worked_off_and_read(ctx: Context, gateway: Gateway) -> None:
    shop.place(ctx, shop.order("A-1"), shop.order("A-2", lines={"tea": 2}))
    gateway.save_strategy(BOSS, "standard", write(DOCUMENT), note="", tag="1")
    number = gateway.start_shadow_run(BOSS, "standard:2", 10)
    waiting = gateway.shadow_runs(BOSS, ShadowAddress(run=number)).run
    assert (waiting.running, waiting.word, waiting.figures) == (True, "Waiting", [])
    work = Shadowing.claim(ctx, number)
    assert work is not None
    while work.step():
        pass
    screen = gateway.shadow_runs(BOSS, ShadowAddress(run=number))
    assert (screen.run.word, screen.runs[0].word) == ("Done", "Done")
    assert [(load.name, load.active, load.tried) for load in screen.run.loads] == [
        ("Chicago", "2", "0"),
        ("New York", "0", "2"),
    ]
    assert [(one.order, one.active, one.tried) for one in screen.run.differs] == [
        ("A-1", "Chicago", "New York"),
        ("A-2", "Chicago", "New York"),
    ]
    rows = [row for batch in gateway.every_difference(BOSS, number) for row in batch]
    assert [(row[0], row[2], row[3]) for row in rows] == [("A-1", "chi", "nyc"), ("A-2", "chi", "nyc")]


def test_a_shadow_run_is_cancelled_once_and_only_by_who_may(ctx: Context, gateway: Gateway) -> None:
    number = gateway.start_shadow_run(BOSS, "standard:1", 10)
    assert refusal(lambda: gateway.start_shadow_run(READER, "standard:1", 10)) is ErrorCode.FORBIDDEN
    assert refusal(lambda: gateway.cancel_shadow_run(READER, number)) is ErrorCode.FORBIDDEN
    assert gateway.shadow_runs(BOSS, ShadowAddress(run=number)).run.running
    gateway.cancel_shadow_run(BOSS, number)
    view = gateway.shadow_runs(BOSS, ShadowAddress(run=number)).run
    assert view.failed.startswith("This run was cancelled.")
    assert refusal(lambda: gateway.cancel_shadow_run(BOSS, number)) is ErrorCode.ILLEGAL_TRANSITION
    assert refusal(lambda: gateway.shadow_runs(EAST, ShadowAddress())) is ErrorCode.FORBIDDEN
    assert refusal(lambda: gateway.start_shadow_run(BOSS, "", 10)) is ErrorCode.INVALID
    assert refusal(lambda: gateway.start_shadow_run(BOSS, "standard:1", 0)) is ErrorCode.INVALID
    assert refusal(lambda: gateway.start_shadow_run(BOSS, "standard:9", 5)) is ErrorCode.NOT_FOUND
    assert len(gateway.shadow_runs(BOSS, ShadowAddress()).runs) == 1


def test_an_unknown_product_is_told_plainly(gateway: Gateway) -> None:
    with pytest.raises(DomainError, match=r"^There is no product cake\.$"):
        gateway.try_order(BOSS, TryAddress(lines="cake 1"))


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (TryAddress(lines="cake 1"), ErrorCode.INVALID),
        (TryAddress(lines="tea 0"), ErrorCode.INVALID),
        (TryAddress(lines="tea", lat="100"), ErrorCode.INVALID),
        (TryAddress(lines="tea", near="moon"), ErrorCode.NOT_FOUND),
        (TryAddress(lines="tea", strategy="standard:77"), ErrorCode.NOT_FOUND),
        (TryAddress(lines="tea", strategy="x"), ErrorCode.NOT_FOUND),
        (TryAddress(order="B-1"), ErrorCode.NOT_FOUND),
    ],
)
def test_what_cannot_be_tried_is_refused(gateway: Gateway, address: TryAddress, code: ErrorCode) -> None:
    assert refusal(lambda: gateway.try_order(BOSS, address)) is code
