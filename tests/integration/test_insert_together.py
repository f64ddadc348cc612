"""Rows of several tables written at once: all of them, or the caller is told that some were there already."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from backend.context import Context
from backend.orders.desk import Desk
from backend.orders.intake import commit
from backend.persistence.bulk import Insert, allocate_ids, allocate_several, insert_together
from models.enums import Method
from models.tables import Order, OrderLine, Product
from tests.concurrency.test_order_intake import call
from tests.support.shop import open_shop, rows_of

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)


def _order(id_: int, external_id: str) -> dict[str, Any]:
    return {
        "id": id_,
        "external_id": external_id,
        "channel": "web",
        "customer": {},
        "method": Method.SHIP.value,
        "ship_to": {},
        "attributes": {},
        "status": "placed",
        "placed_at": AT,
        "created_at": AT,
        "updated_at": AT,
    }


def _line(id_: int, order_id: int, product_id: int) -> dict[str, Any]:
    own = {"id": id_, "order_id": order_id, "line_number": 1, "product_id": product_id, "sku": "tea", "quantity": 1}
    return {**own, "unit_price_minor": 500, "cancelled": 0}


def _product_id(ctx: Context) -> int:
    open_shop(ctx, {"CHI": {"tea": 5}})
    with ctx.read() as uow:
        return int(uow.session.scalars(sa.select(Product.id)).one())


def test_keys_of_several_tables_are_fresh_and_ascending(ctx: Context) -> None:
    known = _product_id(ctx)
    with ctx.uow() as uow:
        products, none, orders = allocate_several(uow.session, [(Product, 3), (OrderLine, 0), (Order, 2)])
        assert allocate_ids(uow.session, OrderLine, 0) == []
    assert products == sorted(set(products))
    assert len(products) == 3
    assert products[0] > known
    assert none == []
    assert orders == sorted(set(orders))
    assert len(orders) == 2


def test_orders_and_their_lines_go_in_together(ctx: Context) -> None:
    product_id = _product_id(ctx)
    with ctx.uow() as uow:
        orders = Insert(Order, [_order(1, "A-1"), _order(2, "A-2")], only_new=True)
        lines = Insert(OrderLine, [_line(1, 1, product_id), _line(2, 2, product_id)], part_of="order_id")
        assert insert_together(uow.session, [orders, lines, Insert(OrderLine, [])])
    assert [row["external_id"] for row in rows_of(ctx, Order)] == ["A-1", "A-2"]
    assert [row["order_id"] for row in rows_of(ctx, OrderLine)] == [1, 2]


def test_who_was_overtaken_is_told_and_no_line_is_without_its_order(ctx: Context) -> None:
    product_id = _product_id(ctx)
    with ctx.uow() as uow:
        assert insert_together(uow.session, [Insert(Order, [_order(1, "A-1")], only_new=True)])
    with ctx.read() as uow:  # as whoever is told must do, it rolls back
        orders = Insert(Order, [_order(2, "A-1"), _order(3, "A-3")], only_new=True)
        lines = Insert(OrderLine, [_line(1, 2, product_id), _line(2, 3, product_id)], part_of="order_id")
        assert not insert_together(uow.session, [orders, lines])
    assert [row["id"] for row in rows_of(ctx, Order)] == [1]
    assert rows_of(ctx, OrderLine) == []


def test_nothing_is_inserted_without_a_statement(ctx: Context) -> None:
    with ctx.read() as uow:
        assert insert_together(uow.session, [Insert(Order, []), Insert(OrderLine, [])])


def test_a_group_of_orders_waits_for_the_database_three_times_before_it_commits(ctx: Context) -> None:
    """Whoever placed an order waits for each statement of its group, so that one more has to be worth it."""
    open_shop(ctx, {"CHI": {"tea": 50}})
    desk = Desk()
    commit(ctx, [call("A-0", key="k-0")], desk)  # now it knows the products
    said: list[str] = []

    @sa.event.listens_for(ctx.engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    commit(ctx, [call(f"A-{number}", key=f"k-{number}") for number in range(1, 9)], desk)
    assert len(rows_of(ctx, Order)) == 9
    if ctx.engine.dialect.name == "postgresql":  # SQLite waits for nobody
        said = said[: next(place for place, words in enumerate(said) if "FROM customer_order" in words)]
        assert len(said) == 3, said  # keys, the active strategy, everything that is written
