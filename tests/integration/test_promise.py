"""Promises for orders that were decided on: in batch, from the network as it is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from backend.context import Context
from backend.locations.service import put_locations
from backend.persistence.bulk import insert_rows
from backend.promise.edits import CarrierInput, put_carrier
from backend.promise.service import promise_for
from backend.routing.facts import Assignment, Decision, Leftover, LineFacts, Load, OrderFacts, Place
from models.enums import Method
from models.tables import Carrier, Event, Order, RoutingDecision, TransferLane
from tests.support.shop import location, open_shop, order, place, rows_of

#: The manual clock stands at a Friday, 09:00 in Chicago.
WEEK = {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def wanted(external_id: str = "1", method: Method = Method.SHIP, **changes: Any) -> OrderFacts:
    return OrderFacts(external_id, "web", method, (LineFacts(1, 1, "tea", 1),), **changes)


def sent(*places: tuple[int, str, int], left: tuple[Leftover, ...] = ()) -> Decision:
    given = [
        Assignment(Place(id_, code, frozenset(Method), load=Load(open_shipments=ahead)), ((1, 1),), 100.0)
        for id_, code, ahead in places
    ]
    return Decision(tuple(given), left, {})


def a_network(ctx: Context) -> dict[str, int]:
    open_shop(
        ctx,
        {"CHI": {"tea": 5}, "NYC": {"tea": 5}},
        CHI=location("CHI", hours={"weekly": WEEK}, processing={"ship": 60}, capacity={"shipments_per_hour": 2}),
    )
    with ctx.uow() as uow:
        document = {"services": {"standard": {"days": 1}}}
        rows = [
            {"code": "road", "name": "Road", "document": document, "active": True, "version": 1, "updated_at": uow.now}
        ]
        rows.append({**rows[0], "code": "gone", "active": False, "document": {"services": {"standard": {"days": 0}}}})
        insert_rows(uow.session, Carrier, rows)
        ids = dict(uow.session.execute(sa.text("SELECT code, id FROM location")).all())
        insert_rows(
            uow.session,
            TransferLane,
            [{"from_location_id": ids["NYC"], "to_location_id": ids["CHI"], "minutes": 24 * 60}],
        )
    return ids


def test_dates_come_from_the_stored_network(ctx: Context) -> None:
    ids = a_network(ctx)
    with ctx.read() as uow:
        plain, busy, none, partly, given_up = promise_for(
            uow,
            [
                (wanted(), sent((ids["NYC"], "NYC", 50))),
                (wanted(), sent((ids["CHI"], "CHI", 8))),
                (wanted(), sent()),
                (wanted(), sent((ids["NYC"], "NYC", 0), left=(Leftover(1, 1, "backordered"),))),
                (wanted(), sent((ids["NYC"], "NYC", 0), left=(Leftover(1, 1, "cancel"),))),
            ],
        )
    monday_evening = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    assert plain.date == given_up.date == monday_evening
    assert busy.date == monday_evening  # done by Friday 14:00 in Chicago
    assert [part.part for part in busy.parts] == ["window", "queue", "processing", "collection", "transit"]
    assert busy.shipments[0].carrier == "road"  # the quicker one is not in use
    assert none.date is None
    assert partly.date is None


def test_an_order_may_ask_for_a_pause(ctx: Context) -> None:
    ids = a_network(ctx)
    with ctx.read() as uow:
        orders = [wanted(attributes={"pause_minutes": value}) for value in (30, "soon", -5, True)]
        made = promise_for(uow, [(one, sent((ids["CHI"], "CHI", 0))) for one in orders])
    assert [shipment.parts[0].part for shipment in made] == ["pause", "window", "window", "window"]


def test_a_routed_order_carries_its_promise_and_what_it_is_made_of(ctx: Context) -> None:
    a_network(ctx)
    place(ctx, order("1", lines={"tea": 2}), order("2", lines={"tea": 400}))
    first, second = rows_of(ctx, Order)
    assert first["promised_at"] == datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    assert (first["due_at"], second["promised_at"]) == (None, None)
    told = [row["data"]["promised_at"] for row in rows_of(ctx, Event) if row["type"] == "order.routed"]
    assert told == ["2026-12-01T02:00:00+00:00", None]  # of the second something has no place
    made, partly = (row["trace"] for row in rows_of(ctx, RoutingDecision))
    assert made["promise"]["promised_at"] == told[0]
    assert made["promise"]["decided_by"] == "CHI"
    (shipment,) = made["promise"]["shipments"]
    assert [part["part"] for part in shipment["parts"]] == ["window", "processing", "collection", "transit"]
    assert partly["promise"]["promised_at"] is partly["promise"]["decided_by"] is None
    assert len(partly["promise"]["shipments"]) == 2


def test_an_edited_network_is_promised_with_at_once(ctx: Context) -> None:
    ids = a_network(ctx)

    def ask() -> datetime | None:
        with ctx.read() as uow:
            return promise_for(uow, [(wanted(), sent((ids["NYC"], "NYC", 0)))])[0].date

    before = ask()
    with ctx.uow() as uow:
        put_carrier(uow, "air", CarrierInput("Air", {"services": {"standard": {"minutes": 60}}}))
    assert ask() == datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
    with ctx.uow() as uow:
        put_carrier(uow, "air", CarrierInput("Air", {"services": {"standard": {"minutes": 60}}}, active=False))
    assert ask() == before
    with ctx.uow() as uow:
        put_locations(uow, [location("NYC", processing={"ship": 60 * 24 * 7})])
    assert ask() == datetime(2026, 12, 8, 2, 0, tzinfo=UTC)
