"""One shop of `bench/oversell.py`: places its orders, routes whatever is due, gives some back. May be killed anywhere.

Its orders are numbered, so that one that is started again goes on with those that are not there yet.
"""

from __future__ import annotations

import random
import sys

import sqlalchemy as sa

from backend import runtime
from backend.config import Settings
from backend.context import Context
from backend.orders import service as orders
from backend.orders.rules import NewLine, NewOrder
from backend.persistence.bulk import chunks
from backend.routing import service as routing
from models.enums import Method
from models.errors import DomainError, ErrorCode

SCARCE = 20
GIVEN_BACK = 10  # every tenth order is cancelled again


def main(url: str, mark: str, count: int, batch: int) -> None:
    """Bring `count` orders in, `batch` at a time, whatever of them is there already."""
    ctx = runtime.build(Settings(database_url=url))
    print("at work", flush=True)  # from here on it may be killed: a start takes long on a busy machine
    for numbers in chunks(_missing(ctx, mark, count), batch):
        _retry(ctx, lambda uow, numbers=numbers: orders.accept(uow, [_order(mark, number) for number in numbers]))
        _route(ctx, batch)
        _give_back(ctx, [f"{mark}-{number}" for number in numbers if number % GIVEN_BACK == 0])
    while _route(ctx, batch):
        pass


def _order(mark: str, number: int) -> NewOrder:
    chance = random.Random(f"{mark} {number}")
    skus = chance.sample(range(1, SCARCE + 1), chance.randint(1, 3))
    lines = tuple(NewLine(f"SKU-{sku:05}", chance.randint(1, 2)) for sku in skus)
    place = {"latitude": chance.uniform(30, 44), "longitude": chance.uniform(-120, -70)}
    return NewOrder(f"{mark}-{number}", "web", Method.SHIP, lines, ship_to=place)


def _missing(ctx: Context, mark: str, count: int) -> list[int]:
    found = sa.text("SELECT external_id FROM customer_order WHERE external_id LIKE :mark")
    with ctx.engine.connect() as connection:
        there = set(connection.execute(found, {"mark": f"{mark}-%"}).scalars())
    return [number for number in range(count) if f"{mark}-{number}" not in there]


def _route(ctx: Context, batch: int) -> int:
    return int(_retry(ctx, lambda uow: routing.route_due(uow, limit=batch).routed))


def _give_back(ctx: Context, external_ids: list[str]) -> None:
    found = sa.text("SELECT id FROM customer_order WHERE external_id = :external_id AND status <> 'cancelled'")
    for external_id in external_ids:
        with ctx.engine.connect() as connection:
            order_id = connection.execute(found, {"external_id": external_id}).scalar_one_or_none()
        if order_id is not None:
            _retry(ctx, lambda uow, order_id=order_id: orders.cancel_order(uow, order_id, reason="changed my mind"))


def _retry(ctx: Context, work):  # type: ignore[no-untyped-def]  # any work of one transaction
    """Do work in a transaction; somebody else was first now and then."""
    while True:
        try:
            with ctx.uow() as uow:
                return work(uow)
        except DomainError as error:
            if error.code not in {ErrorCode.CONFLICT, ErrorCode.STALE}:
                raise


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
