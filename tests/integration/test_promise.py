"""Promises for orders that were decided on: in batch, from the network as it is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from backend.context import Context
from backend.persistence.bulk import insert_rows
from backend.promise.service import promise_for
from backend.routing.facts import Assignment, Decision, Leftover, LineFacts, Load, OrderFacts, Place
from models.enums import Method
from models.tables import Carrier, TransferLane
from tests.support.shop import location, open_shop

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


def test_a_pickup_elsewhere_waits_for_the_lane_and_the_doors(ctx: Context) -> None:
    ids = a_network(ctx)
    with ctx.read() as uow:
        order = wanted(method=Method.PICKUP, given="CHI")
        here, from_afar = promise_for(
            uow, [(order, sent((ids["CHI"], "CHI", 0))), (order, sent((ids["NYC"], "NYC", 0)))]
        )
    assert here.date == datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
    assert [part.part for part in from_afar.parts] == ["window", "processing", "transfer", "opening"]
    assert from_afar.date == datetime(2026, 11, 30, 14, 0, tzinfo=UTC)  # Monday, 08:00 in Chicago


def test_an_order_may_ask_for_a_pause(ctx: Context) -> None:
    ids = a_network(ctx)
    with ctx.read() as uow:
        orders = [wanted(attributes={"pause_minutes": value}) for value in (30, "soon", -5, True)]
        made = promise_for(uow, [(order, sent((ids["CHI"], "CHI", 0))) for order in orders])
    assert [shipment.parts[0].part for shipment in made] == ["pause", "window", "window", "window"]
