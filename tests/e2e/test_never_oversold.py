"""Four processes sell scarce products at once and are killed: the small form of `bench/oversell.py`."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from backend.context import Context
from bench import oversell_child
from bench.oversell import Size, check, open_shop, sell_out

pytestmark = pytest.mark.e2e

#: 240 orders for some 18 units of each product, of which there are 12.
SMALL = Size(processes=4, orders=60, kills=5, locations=4, units=3, batch=5)


def test_processes_that_are_killed_sell_no_unit_twice_and_lose_none(ctx: Context) -> None:
    open_shop(ctx, SMALL)
    url = ctx.engine.url.render_as_string(hide_password=False)
    assert sell_out(ctx, url, SMALL) >= 4  # the last moment to kill one may be missed
    assert check(ctx, SMALL) == []
    with ctx.engine.connect() as connection:
        free = connection.execute(sa.text("SELECT count(*) FROM stock_balance WHERE allocated < on_hand")).scalar_one()
        waiting = connection.execute(
            sa.text("SELECT count(*) FROM order_line WHERE remainder IS NOT NULL")
        ).scalar_one()
    assert waiting > 0, "there was enough for everybody: nothing was tried"
    assert free < SMALL.locations * 20 / 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("harm", "orders", "told"),
    [
        ("UPDATE stock_balance SET allocated = allocated + 1 WHERE allocated < on_hand", 1, "promised"),
        ("UPDATE stock_balance SET on_hand = on_hand + 1", 1, "on hand"),
        ("UPDATE customer_order SET routing_due_at = placed_at", 1, "1 still to be routed"),
        ("SELECT 1", 2, "2 were placed"),
    ],
)
def test_its_check_sees_units_and_orders_that_are_wrong(ctx: Context, harm: str, orders: int, told: str) -> None:
    size = Size(processes=1, orders=1, kills=0, locations=2, units=3, batch=1)
    open_shop(ctx, size)
    oversell_child.main(ctx.engine.url.render_as_string(hide_password=False), "P0", 1, 1)
    assert check(ctx, size) == []
    with ctx.engine.begin() as connection:
        connection.execute(sa.text(harm))
    assert any(told in fault for fault in check(ctx, replace(size, orders=orders)))
