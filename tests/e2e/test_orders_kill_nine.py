"""The program is killed with SIGKILL while orders arrive: what it answered is there, and nothing is there twice."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from backend.context import Context
from backend.invariants import violations
from tests.support.ports import eventually
from tests.support.server import HANGS, Program
from tests.support.shop import open_shop

pytestmark = pytest.mark.e2e

ORDERS, SENDERS, STOCK = 400, 12, 150


class Senders:
    """Threads that send the orders 0 … ORDERS-1, each with a key of its own, until the program is gone."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key
        self.answered: dict[int, int] = {}
        self._numbers = iter(range(ORDERS))
        self._next = threading.Lock()

    def send_all(self) -> None:
        with httpx.Client(base_url=f"{self.url}/api/v1/", timeout=HANGS, headers=self._who) as client:
            while (number := self._take()) is not None:
                try:
                    answer = send(client, number)
                except httpx.TransportError:
                    return  # it has been killed
                self.answered[number] = answer["id"]

    @property
    def _who(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def _take(self) -> int | None:
        with self._next:
            return next(self._numbers, None)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        threads = [threading.Thread(target=self.send_all) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for thread in threads:
                thread.join(HANGS)


def send(client: httpx.Client, number: int) -> dict[str, Any]:
    order = {
        "external_id": f"A-{number}",
        "channel": "web",
        "method": "ship",
        "ship_to": {"latitude": 41.88, "longitude": -87.63},
        "lines": [{"sku": "tea", "quantity": 1, "unit_price": "5.00"}],
    }
    answer = client.post("orders", json=order, headers={"Idempotency-Key": f"k-{number}", "Prefer": "respond-async"})
    assert answer.is_success, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_killed_while_orders_arrive_each_is_there_once_and_is_routed_after_the_restart(
    built_ui: None, ctx: Context, tmp_path: Path
) -> None:
    open_shop(ctx, {"CHI": {"tea": STOCK}})
    url = ctx.engine.url.render_as_string(hide_password=False)
    with Program("up", "--empty", folder=tmp_path / "program", DATABASE_URL=url) as program:
        senders = Senders(program.url, program.key("orders:write", "orders:read"))
        with senders.at_work():
            eventually(lambda: len(senders.answered) >= ORDERS // 10, what=f"the first orders; {program.log}")
            time.sleep(random.Random(5).uniform(0, 0.05))  # somewhere within a group
            program.kill()
        before = dict(senders.answered)
        assert 0 < len(before) < ORDERS, "it was to be killed in the middle"
        kept = external_ids(ctx)
        assert {f"A-{number}" for number in before} <= kept.keys()
        assert all(kept[f"A-{number}"] == id_ for number, id_ in before.items())

        program.start()
        with httpx.Client(
            base_url=f"{program.url}/api/v1/", timeout=HANGS, headers={"Authorization": f"Bearer {senders.key}"}
        ) as client:
            again = {number: send(client, number)["id"] for number in range(ORDERS)}
        assert {number: again[number] for number in before} == before
        eventually(lambda: not waiting(ctx), what=f"everything to be routed; {program.log}", seconds=180)
    kept = external_ids(ctx)
    assert kept == {f"A-{number}": id_ for number, id_ in again.items()}
    with ctx.read() as uow:
        assert violations(uow) == []
        given = uow.session.execute(sa.text("SELECT sum(quantity) FROM shipment_line")).scalar_one()
        decided = sa.text("SELECT count(*), count(DISTINCT order_id) FROM routing_decision")
        assert given == STOCK
        assert tuple(uow.session.execute(decided).one()) == (ORDERS, ORDERS)


def external_ids(ctx: Context) -> dict[str, int]:
    with ctx.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT external_id, id FROM customer_order")).all()
    assert len(rows) == len({row.external_id for row in rows})
    return {row.external_id: row.id for row in rows}


def waiting(ctx: Context) -> int:
    with ctx.engine.connect() as connection:
        found = sa.text("SELECT count(*) FROM customer_order WHERE routing_due_at IS NOT NULL")
        return int(connection.execute(found).scalar_one())
