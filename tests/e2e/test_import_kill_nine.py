"""A worker is killed with SIGKILL in the middle of a file: another one ends it, and no row is lost or taken twice."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from backend.catalog.service import ProductInput, put_products
from backend.context import Context
from models.enums import ImportKind
from models.tables import StockMovement
from tests.support.imports import stand, upload
from tests.support.ports import eventually
from tests.support.server import Program
from tests.support.shop import open_shop, stock_of

pytestmark = pytest.mark.e2e

ROWS = 6_000
KILLS = 2


def test_killed_in_the_middle_of_a_file_every_row_is_taken_once(ctx: Context, tmp_path: Path) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}})
    with ctx.uow() as uow:
        put_products(uow, [ProductInput(f"S{number}", "x") for number in range(ROWS)])
    rows = "".join(f"CHI,S{number},{number + 1}\n" for number in range(ROWS))
    job = upload(ctx, "location,sku,on_hand\n" + rows, ImportKind.STOCK)
    url = ctx.engine.url.render_as_string(hide_password=False)
    dice, done = random.Random(3), 0
    with Program("worker", folder=tmp_path / "worker", DATABASE_URL=url) as worker:
        for _ in range(KILLS):
            eventually(
                lambda before=done: stand(ctx, job)["rows_done"] > before, what=f"a batch; {worker.log}", seconds=60
            )
            time.sleep(dice.uniform(0, 0.05))
            worker.kill()
            done = stand(ctx, job)["rows_done"]
            worker.start()
        eventually(lambda: stand(ctx, job)["status"] == "done", what=f"the end of the file; {worker.log}", seconds=120)
    assert stand(ctx, job) == {
        "status": "done",
        "rows": ROWS,
        "rows_done": ROWS,
        "taken": ROWS,
        "known": 0,
        "refused": 0,
    }
    with ctx.read() as uow:
        counted = sa.select(sa.func.count()).select_from(StockMovement).where(StockMovement.reason == "count")
        assert uow.session.execute(counted).scalar_one() == ROWS + 1
    assert stock_of(ctx, "S41") == (42, 0)
