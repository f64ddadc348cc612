"""`pickwatch availability` as it is started: it answers while its database is stopped, says how old, and goes on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import redis

from backend.auth.keys import NewApiKey, create_key, revoke_key
from backend.availability.book import Book
from backend.availability.redis_store import RedisStock
from backend.config import Settings
from backend.context import Context
from backend.inventory import service as inventory
from backend.inventory.service import StockChange
from backend.jobs import relay
from backend.runtime import build
from models.enums import Permission
from tests.support.databases import OTHERS, TestDatabase, administer
from tests.support.ports import eventually
from tests.support.server import Program
from tests.support.shop import open_shop

pytestmark = pytest.mark.e2e
REDIS = os.environ.get("PICKWATCH_TEST_REDIS", "redis://127.0.0.1:6379/0")
PATH = "/api/v1/availability"


class Stoppable:
    """A database of its own that can be stopped like a server: nobody gets in, and whoever is in is thrown out."""

    def __init__(self, database: TestDatabase) -> None:
        self.name = database.name
        self.url = database.url.render_as_string(hide_password=False)
        self.ctx: Context = build(Settings(database_url=self.url))

    def stop(self) -> None:
        """Refuse and end all connections."""
        self.ctx.engine.dispose()
        administer(
            f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false",
            OTHERS.replace("current_database()", f"'{self.name}'"),
        )

    def go_on(self) -> None:
        """Let connections in again."""
        administer(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS true")

    def key(self, name: str) -> str:
        """Make a key that may read stock."""
        with self.ctx.uow() as uow:
            return create_key(uow, NewApiKey(name, [Permission.INVENTORY_READ]))

    def adjust(self, delta: int) -> None:
        """Change the stock of tea, and give the event its place in the feed."""
        with self.ctx.uow() as uow:
            inventory.adjust(uow, [StockChange("A", "tea", delta)])
        relay.run(self.ctx)


@pytest.fixture
def database() -> Iterator[Stoppable]:
    with TestDatabase() as made:
        stoppable = Stoppable(made)
        open_shop(stoppable.ctx, {"A": {"tea": 4}})
        relay.run(stoppable.ctx)
        yield stoppable
        stoppable.go_on()
        stoppable.ctx.engine.dispose()


def asked(program: Program, key: str) -> httpx.Response:
    return program.http.get(PATH, params={"sku": "tea"}, headers={"Authorization": f"Bearer {key}"})


def units(program: Program, key: str) -> int | None:
    answer = asked(program, key)
    return answer.json()["items"][0]["atp"] if answer.is_success else None


def test_it_answers_while_the_database_is_stopped_and_goes_on_after(database: Stoppable, tmp_path: Path) -> None:
    key = database.key("shop")
    with Program("availability", folder=tmp_path, DATABASE_URL=database.url) as program:
        eventually(lambda: units(program, key) == 4)
        database.adjust(1)
        eventually(lambda: units(program, key) == 5)
        assert asked(program, key).json()["age_seconds"] >= 0

        database.stop()
        eventually(lambda: program.http.get("/readyz").json()["database"] == "away")
        first = asked(program, key).json()
        eventually(lambda: int(asked(program, key).headers["age"]) >= 2)
        later = asked(program, key).json()
        assert later["items"] == first["items"]
        assert later["as_of"] == first["as_of"]
        assert later["age_seconds"] > first["age_seconds"]
        assert program.http.get("/readyz").status_code == program.http.get("/healthz").status_code == 200
        assert asked(program, f"{key}x").status_code == 401

        database.go_on()
        database.adjust(2)
        eventually(lambda: units(program, key) == 7)
        assert program.http.get("/readyz").json()["database"] == "ok"
        assert program.stop() in (0, -2, 130)
    assert "Traceback" not in program.log


def test_a_revoked_key_stops_within_seconds_and_a_new_one_works(database: Stoppable, tmp_path: Path) -> None:
    key = database.key("shop")
    with Program("availability", folder=tmp_path, DATABASE_URL=database.url) as program:
        eventually(lambda: units(program, key) == 4)
        other = database.key("other")
        with database.ctx.uow() as uow:
            revoke_key(uow, "shop")
        relay.run(database.ctx)
        eventually(lambda: asked(program, key).status_code == 401)
        assert units(program, other) == 4


def test_started_while_the_database_is_away_it_waits_and_says_so(database: Stoppable, tmp_path: Path) -> None:
    key = database.key("shop")
    database.stop()
    with Program("availability", folder=tmp_path, DATABASE_URL=database.url) as program:
        answer = asked(program, key)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        assert "database" in answer.json()["detail"]
        assert program.http.get("/readyz").json()["status"] == "waiting"
        database.go_on()
        eventually(lambda: units(program, key) == 4)


def test_started_while_the_database_is_away_it_answers_from_redis(database: Stoppable, tmp_path: Path) -> None:
    key = database.key("shop")
    settings = {"DATABASE_URL": database.url, "REDIS_URL": REDIS}
    keys = RedisStock(REDIS, Book(), database.ctx.keys, database=str(database.ctx.engine.url))
    try:
        with Program("availability", folder=tmp_path, **settings) as program:
            eventually(lambda: units(program, key) == 4)
            first = asked(program, key).json()
        database.stop()
        with Program("availability", folder=tmp_path / "again", **settings) as program:
            eventually(lambda: units(program, key) == 4)
            again = asked(program, key).json()
            assert again["items"] == first["items"]
            assert again["age_seconds"] > 0
            database.go_on()
            database.adjust(3)
            eventually(lambda: units(program, key) == 7)
    finally:
        with redis.Redis.from_url(REDIS) as client:
            client.delete(keys._rows, keys._meta, keys._lease)


def test_the_whole_program_answers_too_and_a_sale_shows(tmp_path: Path) -> None:
    with Program("up", "--empty", folder=tmp_path) as program:
        scopes = ("locations:write", "products:write", "inventory:write", "inventory:read", "orders:write")
        with program.api(*scopes) as api:
            place = {
                "name": "A",
                "kind": "store",
                "time_zone": "UTC",
                "methods": ["ship"],
                "latitude": 1,
                "longitude": 1,
            }
            assert api.put("locations/A", json=place).status_code == 201
            assert api.put("products/tea", json={"name": "Tea"}).status_code == 201
            count = {"items": [{"location": "A", "sku": "tea", "on_hand": 5}]}
            assert api.post("inventory/counts", json=count).is_success
            atp = lambda: api.get("availability", params={"sku": "tea"}).json()["items"][0]["atp"]  # noqa: E731
            eventually(lambda: atp() == 5)
            order = {
                "external_id": "1",
                "channel": "web",
                "customer": {"id": "c", "name": "C"},
                "method": "ship",
                "service_level": "standard",
                "ship_to": {"latitude": 1, "longitude": 1},
                "lines": [{"sku": "tea", "quantity": 2, "unit_price": "1.00"}],
            }
            assert api.post("orders", json=order).status_code == 201
            eventually(lambda: atp() == 3)
