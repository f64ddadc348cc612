"""Lines that wait are promised other arrivals at the same moment: nobody waits for each other in a circle."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.context import Context
from backend.inventory import future
from tests.concurrency.test_stock_races import assert_sound, together
from tests.support.shop import open_shop, order, place
from tests.support.stock import keys_of


@pytest.mark.parametrize("round_", range(5))
def test_lines_that_change_places_at_once(ctx: Context, round_: int) -> None:
    open_shop(ctx, {"CHI": {"tea": 0}})
    place(ctx, order("A", lines={"tea": 2}), order("B", lines={"tea": 2}))
    product = keys_of(ctx)["CHI", "tea"][1]
    with ctx.uow() as uow:
        for number in (1, 2):
            arrives_at = uow.now + timedelta(days=number)
            future.announce(uow, "CHI", "tea", f"PO-{number}", quantity=2, arrives_at=arrives_at)

    def promise(line: int) -> None:
        with ctx.uow() as uow:
            future.promise_future(uow, [(line, product, 2, None)])

    promise(2)
    promise(1)
    results = together([lambda line=line: promise(line) for line in (1, 2) * 6], threads=6)  # type: ignore[misc]
    assert results == [None] * 12
    assert_sound(ctx)
