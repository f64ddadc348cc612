"""One box finds an order by anything a customer may say, newest first, inside one's own part of the network."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.auth.actor import Actor, LocationScope
from backend.context import Context
from backend.orders import queries, search
from backend.orders.queries import OrderFilter
from backend.persistence.bulk import table_of
from models.enums import ActorKind, Method, OrderStatus, Permission
from models.tables import Order, Shipment
from tests.support.shop import NEW_YORK, location, open_shop, order, place

ADA = {"id": "C-7", "name": "Ada  Lovelace", "email": "Ada@Example.com"}
ADAM = {"name": "Adam Smith"}


@pytest.fixture
def shop(ctx: Context) -> Context:
    open_shop(ctx, {"CHI": {"tea": 50, "cup": 0}, "NY": {"tea": 50, "cup": 50}}, NY=location("NY", at=NEW_YORK))
    place(
        ctx, order("W-100", customer=ADA), order("W-101", lines={"cup": 2, "tea": 1}, customer={"name": "Adam Smith"})
    )
    place(ctx, order("b-200", channel="b2b", method=Method.PICKUP, location="NY"))
    with ctx.uow() as uow:
        shipments = table_of(Shipment)
        first = sa.select(sa.func.min(shipments.c.id)).scalar_subquery()
        uow.session.execute(shipments.update().where(shipments.c.id == first).values(tracking_number="1Z999AA1"))
    return ctx


def found(ctx: Context, text: str, **wanted: object) -> list[str]:
    with ctx.read() as uow:
        return [view.order.external_id for view in queries.listing(uow, text, wanted=OrderFilter(**wanted))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["b-200", "W-101", "W-100"]),
        ("W-10", ["W-101", "W-100"]),
        ("w-100", ["W-100"]),
        ("B-200", ["b-200"]),
        ("1", ["W-100"]),
        ("#1", ["W-100"]),
        ("C-7", ["W-100"]),
        ("ada@example.com", ["W-100"]),
        ("ADA@EX", ["W-100"]),
        ("ada", ["W-101", "W-100"]),
        ("ada lovelace", ["W-100"]),
        (" Ada  L", ["W-100"]),
        ("cup", ["W-101"]),
        ("TEA", ["b-200", "W-101", "W-100"]),
        ("1z999aa1", ["W-100"]),
        ("1Z99 9AA1", ["W-100"]),
        ("love", []),
        ("%", []),
        ("W_10", []),
        ("99999999999999999999999", []),
    ],
)
def test_the_box_finds(shop: Context, text: str, expected: list[str]) -> None:
    assert found(shop, text) == expected


def test_a_broad_beginning_is_found_the_other_way_round_with_the_same_answer(
    shop: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {text: found(shop, text) for text in ("W-1", "ada", "cup", "1", "C-7", "zz")}
    monkeypatch.setattr(search, "_MANY", 1)
    assert {text: found(shop, text) for text in few} == few


def test_filters_narrow_what_the_words_find(shop: Context) -> None:
    assert found(shop, "tea", channel="b2b") == ["b-200"]
    assert found(shop, "", method=Method.SHIP) == ["W-101", "W-100"]
    assert found(shop, "", status=OrderStatus.HELD) == []
    now = shop.clock.now()
    assert found(shop, "", placed_to=now) == []
    assert found(shop, "", placed_from=now, placed_to=now + timedelta(seconds=1)) == ["b-200", "W-101", "W-100"]


def test_pages_follow_without_gaps_and_limited_people_find_only_their_own(shop: Context) -> None:
    with shop.read() as uow:
        first = queries.listing(uow, "tea", limit=2)
        rest = queries.listing(uow, "tea", limit=2, after=first[-1].order.id)
        assert [view.order.external_id for view in first + rest] == ["b-200", "W-101", "W-100"]
    here = LocationScope(location_codes=frozenset({"NY"}))
    eve = Actor(ActorKind.USER, "eve", frozenset({Permission.ORDERS_READ}), here)
    with shop.read(eve) as uow:
        assert [view.order.external_id for view in queries.listing(uow, "tea")] == ["b-200", "W-101"]
        assert queries.listing(uow, "1Z999AA1") == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_every_way_of_looking_is_a_range_of_an_index(shop: Context) -> None:
    """Scans are switched off, so that one that remains has no index to go by."""
    with shop.read() as uow:
        connection = uow.session.connection()
        connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        ranges = [sa.select(table_of(Order).c.id).where(part) for part in search._prefixes(uow, "ada lo")]
        for query in [*search._exact("42"), *ranges]:
            text = str(query.compile(connection, compile_kwargs={"literal_binds": True})).replace("%%", "%")
            plan = "\n".join(connection.execute(sa.text("EXPLAIN " + text.replace(":", "\\:"))).scalars())
            assert "Seq Scan" not in plan, plan
            assert "Index Cond" in plan, plan


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_way_of_looking_is_a_search_of_an_index(shop: Context) -> None:
    with shop.read() as uow:
        connection = uow.session.connection()
        ranges = [sa.select(table_of(Order).c.id).where(part) for part in search._prefixes(uow, "ada lo")]
        for query in [*search._exact("42"), *ranges]:
            text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
            plan = [row[3] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + text)]
            assert not [step for step in plan if step.startswith("SCAN")], plan


def test_a_filter_is_what_it_says(shop: Context) -> None:
    assert replace(OrderFilter(), customer="C-7").customer == "C-7"
    assert found(shop, "", customer="C-7", external_id="W-100") == ["W-100"]
    assert found(shop, "", customer="C-8") == []
