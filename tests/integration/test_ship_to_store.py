"""Ship to store: what the location that a customer chose lacks is sent there by another, as the strategy says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.context import Context
from backend.fulfillment import remainder
from backend.fulfillment import service as fulfillment
from backend.fulfillment.remainder import ShortLine
from backend.jobs import routing as job
from backend.locations.service import close_location
from backend.orders import service as orders
from backend.promise.edits import LaneInput, put_lanes
from backend.routing import strategies, suggestions
from backend.sla.definitions import ensure_defaults
from dashboard.present.common import Reader
from dashboard.present.routing.trial import trial
from models.enums import Method, Permission, RoutingOutcome
from models.tables import Event, LocationLoad, Order, RoutingDecision, RoutingExclusion, Shipment, SlaClock
from tests.integration.test_splitting import assert_sound, content
from tests.integration.test_transfers import receive, send, shipment
from tests.support.api import client_of
from tests.support.shop import DENVER, NEW_YORK, location, open_shop, order, place, rows_of
from tests.support.stock import balance_of

WEEK = {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
PLACES = {
    "CHI": location("CHI", hours={"weekly": WEEK}, processing={"pickup": 30}),
    "NY": location(
        "NY", at=NEW_YORK, hours={"weekly": WEEK, "cutoffs": {"transfer": "12:00"}}, processing={"transfer": 60}
    ),
    "DEN": location("DEN", at=DENVER),
}
TO_STORE = {
    "title": "Ship to store",
    "routes": [{"name": "Collected", "scenarios": [{"name": "The chosen location", "transfer": True}]}],
    "otherwise": "backorder",
}


def shop(ctx: Context, *, chicago: int = 1, new_york: int = 9, denver: int = 9, **places: object) -> None:
    """Open three locations, with a lane from New York to Chicago, where pickups are sent what is lacking."""
    stock = {"CHI": {"tea": chicago, "cup": 9}, "NY": {"tea": new_york}, "DEN": {"tea": denver}}
    open_shop(ctx, stock, **{**PLACES, **places})  # type: ignore[arg-type]
    with ctx.uow() as uow:
        ensure_defaults(uow)
        put_lanes(uow, [LaneInput("NY", "CHI", 600)])
        strategies.put(uow, "to-store", TO_STORE)
        strategies.activate(uow, "to-store")


def pickup(external_id: str = "A-1", tea: int = 3, **lines: int):  # type: ignore[no-untyped-def]
    return order(external_id, lines={"tea": tea, **lines}, method=Method.PICKUP, pickup_location="CHI")


def test_what_is_lacking_is_sent_waited_for_and_handed_over(ctx: Context) -> None:
    shop(ctx)
    (placed,) = place(ctx, pickup(cup=1))
    (parent,) = [one.id for one in placed.shipments]
    assert content(ctx) == {parent: ("CHI", "open", {"tea": 3, "cup": 1}), parent + 1: ("NY", "open", {"tea": 2})}
    assert rows_of(ctx, Order)[0]["status"] == "routed"
    assert (shipment(ctx, parent)["waiting_for"], shipment(ctx, parent + 1)["method"]) == ("transfer", "transfer")
    assert (balance_of(ctx).allocated, balance_of(ctx, at="NY").allocated) == (1, 2)
    states = {row["state"] for row in rows_of(ctx, SlaClock) if row["shipment_id"] == parent}
    assert states == {"paused"}
    assert_sound(ctx)
    send(ctx, parent + 1)
    receive(ctx, parent + 1)
    assert shipment(ctx, parent)["waiting_for"] is None
    assert (balance_of(ctx).on_hand, balance_of(ctx).allocated) == (3, 3)
    assert_sound(ctx)


def test_the_promise_shows_the_transfer_in_its_sum_and_is_kept_with_the_order(ctx: Context) -> None:
    """The clock stands at a Friday, 09:00 in Chicago; New York works an hour, the lane takes ten."""
    shop(ctx)
    with ctx.read() as uow:
        tried = suggestions.suggest(uow, pickup("try"), strategies.active(uow).strategy)
    told = [(part.part.value, part.minutes) for part in tried.promise.parts]
    there = datetime(2026, 11, 28, 2, tzinfo=UTC)  # 20:00 in Chicago, where the doors open on Monday at 08:00
    monday = 60 * 60
    assert told == [("window", 0), ("processing", 60), ("transfer", 600), ("window", monday), ("processing", 30)]
    assert tried.promise.parts[2].end == there
    date = datetime(2026, 11, 30, 14, 30, tzinfo=UTC)
    assert (tried.outcome, tried.promise.date) == (RoutingOutcome.ASSIGNED, date)
    words = str(tried.words.document())
    assert "2 × Product tea (tea) from Store NY (NY) by transfer, because Store CHI (CHI) has only 1" in words
    place(ctx, pickup())
    assert rows_of(ctx, Order)[0]["promised_at"] == date
    (decision,) = rows_of(ctx, RoutingDecision)
    (shipment_,) = decision["trace"]["promise"]["shipments"]
    assert [part["part"] for part in shipment_["parts"]] == [word for word, _ in told]


def test_who_sends_it_counts_it_in_its_limit_and_is_passed_over_when_that_is_full(ctx: Context) -> None:
    limited = location("NY", at=NEW_YORK, daily_limit={"orders": 5, "items": 3})
    shop(ctx, chicago=0, NY=limited)
    first, second = (place(ctx, pickup(f"A-{number}", 2))[0] for number in range(2))
    assert [where for where, _, _ in content(ctx).values()] == ["CHI", "NY", "CHI", "DEN"]
    assert [(row["orders"], row["items"]) for row in rows_of(ctx, LocationLoad)] == [(1, 2)]
    with ctx.uow() as uow:
        orders.cancel_order(uow, first.id, reason="changed mind")
    assert [(row["orders"], row["items"]) for row in rows_of(ctx, LocationLoad)] == [(0, 0)]
    assert second.id
    assert_sound(ctx)


@pytest.mark.parametrize("waits_for", ["nobody", "somebody closed", "too little", "who sends nothing"])
def test_without_anybody_to_send_all_of_it_the_order_waits(ctx: Context, waits_for: str) -> None:
    changes: dict[str, dict[str, object]] = {
        "nobody": {"new_york": 0},
        "too little": {"new_york": 2},
        "who sends nothing": {"NY": location("NY", methods=(Method.SHIP,))},
    }
    shop(ctx, chicago=0, denver=0, **changes.get(waits_for, {}))  # type: ignore[arg-type]
    if waits_for == "somebody closed":
        with ctx.uow() as uow:
            close_location(uow, "NY", reason="flood")
    place(ctx, pickup())
    assert rows_of(ctx, Shipment) == []
    assert rows_of(ctx, Order)[0]["status"] == "backordered"


def test_cancelling_the_order_calls_the_transfer_back(ctx: Context) -> None:
    shop(ctx)
    (placed,) = place(ctx, pickup())
    with ctx.uow() as uow:
        orders.cancel_order(uow, placed.id, reason="changed mind")
    assert {status for _, status, _ in content(ctx).values()} == {"cancelled"}
    assert (balance_of(ctx).allocated, balance_of(ctx, at="NY").allocated) == (0, 0)
    assert_sound(ctx)


@pytest.mark.parametrize("chicago", [0, 1])
@pytest.mark.parametrize("how", ["reject", "cancel"])
def test_what_is_not_sent_comes_from_the_next(ctx: Context, how: str, chicago: int) -> None:
    shop(ctx, chicago=chicago)
    (placed,) = place(ctx, pickup())
    transfer_id = placed.shipments[0].id + 1
    with ctx.uow() as uow:
        if how == "reject":
            remainder.reject(uow, [transfer_id], reason="not_found")
        else:
            fulfillment.cancel(uow, [transfer_id], reason="truck broke")
    assert_sound(ctx)
    job.run(ctx)
    assert len(rows_of(ctx, RoutingExclusion)) == 1  # New York
    alive = [(where, units) for where, status, units in content(ctx).values() if status == "open"]
    assert alive[-2:] == [("CHI", {"tea": 3 - chicago}), ("DEN", {"tea": 3 - chicago})]
    order_ = rows_of(ctx, Order)[0]
    assert order_["status"] == "routed"
    assert order_["promised_at"] is None  # no lane says how long it takes from Denver
    assert_sound(ctx)


def test_what_is_found_short_at_the_source_comes_from_the_next(ctx: Context) -> None:
    shop(ctx, chicago=0)
    (placed,) = place(ctx, pickup())
    with ctx.uow() as uow:
        remainder.short(uow, placed.shipments[0].id + 1, [ShortLine("tea", 1)], reason="not there")
    job.run(ctx)
    alive = [(where, units) for where, status, units in content(ctx).values() if status == "open"]
    assert alive == [("CHI", {"tea": 2}), ("NY", {"tea": 2}), ("CHI", {"tea": 1}), ("DEN", {"tea": 1})]
    assert_sound(ctx)


def test_it_is_told_where_the_goods_come_from(ctx: Context) -> None:
    shop(ctx)
    place(ctx, pickup())
    (waiting,) = (event["data"] for event in rows_of(ctx, Event) if event["type"] == "shipment.waiting")
    assert (waiting["from"], waiting["lines"]) == ("NY", [{"sku": "tea", "quantity": 2}])
    (routed,) = (event["data"] for event in rows_of(ctx, Event) if event["type"] == "order.routed")
    assert (routed["locations"], routed["left"]) == (["CHI"], [])


def test_a_shop_that_asks_and_who_tries_it_are_told_the_same(ctx: Context) -> None:
    shop(ctx)
    asked = {"method": "pickup", "pickup_location": "CHI", "lines": [{"sku": "tea", "quantity": 3}]}
    answer = client_of(ctx, Permission.ROUTING_READ).post("/api/v1/promises", json=asked).json()
    (sent,) = answer["shipments"]
    assert (answer["promised_at"], answer["missing"]) == ("2026-11-30T14:30:00Z", [])
    assert (sent["location"], sent["from"], sent["parts"][2]["minutes"]) == ("CHI", "NY", 600)
    with ctx.read() as uow:
        tried = suggestions.suggest(uow, pickup("try"), strategies.active(uow).strategy)
        shown = trial(tried, Reader(uow.now), by="active")
    assert shown.chosen[0].why.endswith("from Store NY by transfer, because Store CHI has only 1")
    assert shown.steps[0].came == "The chosen location takes all of it; another one sends what it lacks."
    assert "Transfer" in {part.word for part in shown.parts}
