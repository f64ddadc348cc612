"""A network of 200 locations × 1,000 products with plenty of stock on PostgreSQL, and the roles that serve it.

It writes the tables directly, because what it prepares is not what is measured. Commits wait for the disk here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from backend import runtime
from backend.config import Settings
from backend.context import Context
from tests.support.databases import TestDatabase, administer
from tests.support.server import Program

LOCATIONS, SKUS = 200, 1000
WORKERS = int(os.environ.get("PICKWATCH_BENCH_WORKERS", "2"))

_NETWORK = """
INSERT INTO location (id, code, name, kind, time_zone, methods, hours, daily_limit, groups, attributes, version,
    latitude, longitude, created_at, updated_at)
SELECT i, 'L' || i, 'Store ' || i, 'store', 'America/Chicago', '["ship","pickup"]', '{}', '{}', '[]', '{}', 1,
    30 + (i * 7) % 15, -120 + (i * 13) % 50, now(), now()
FROM generate_series(1, CAST(:locations AS bigint)) i;
INSERT INTO location_health (location_id, compliant, at_risk, non_compliant, met, missed, grade, since, rule_version,
    changed_at)
SELECT i, 0, 0, 0, 0, 0, 'compliant', now(), 1, now() FROM generate_series(1, CAST(:locations AS bigint)) i;
INSERT INTO product (id, sku, name, barcodes, weight_g, attributes, version, created_at, updated_at)
SELECT i, 'SKU-' || lpad(i::text, 5, '0'), 'Product ' || i, '[]', 100, '{}', 1, now(), now()
FROM generate_series(1, CAST(:skus AS bigint)) i;
INSERT INTO stock_balance (location_id, product_id, on_hand, allocated, version, updated_at)
SELECT l, p, CAST(:units AS bigint), 0, 1, now()
FROM generate_series(1, CAST(:locations AS bigint)) l, generate_series(1, CAST(:skus AS bigint)) p;
INSERT INTO stock_movement (location_id, product_id, on_hand, allocated, reason, actor, at)
SELECT l, p, CAST(:units AS bigint), 0, 'count', 'bench', now()
FROM generate_series(1, CAST(:locations AS bigint)) l, generate_series(1, CAST(:skus AS bigint)) p;
SELECT setval('location_id_seq', :locations), setval('product_id_seq', :skus);
"""


@dataclass
class Shop:
    """What runs: the context for looking in, the web role, and a key that may order."""

    ctx: Context
    web: Program
    key: str

    def waiting(self) -> int:
        """Return how many orders wait for routing."""
        with self.ctx.engine.connect() as connection:
            statement = "SELECT count(*) FROM customer_order WHERE routing_due_at IS NOT NULL"
            return int(connection.execute(sa.text(statement)).scalar_one())

    def settle(self) -> None:
        """Count what is there, as a database has done long since whose shop did not open a minute ago."""
        with self.ctx.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ANALYZE"))

    def load(self, mode: str, **options: object) -> dict[str, Any]:
        """Run the loader to its end and return its figures."""
        return finished(self.loader(mode, **options))

    def loader(self, mode: str, **options: object) -> subprocess.Popen[bytes]:
        """Start the loader."""
        wanted = {"port": self.web.port, "key": self.key, **options}
        words = [part for name, value in wanted.items() for part in (f"--{name.replace('_', '-')}", str(value))]
        return subprocess.Popen([sys.executable, "-m", "bench.order_load", mode, *words], stdout=subprocess.PIPE)


def finished(loader: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Wait for a loader and return its figures."""
    out, _ = loader.communicate(timeout=600)
    if loader.returncode:
        raise RuntimeError(f"the loader ended with {loader.returncode}")
    figures: dict[str, Any] = json.loads(out)
    return figures


@contextmanager
def open_shop(*, units: int = 1_000_000) -> Iterator[Shop]:
    """Prepare the database, start `web` and `worker`, and stop and drop everything at the end."""
    with TestDatabase() as database, tempfile.TemporaryDirectory() as folder:
        administer(f"ALTER DATABASE {database.name} RESET synchronous_commit")
        url = database.url.render_as_string(hide_password=False)
        ctx = runtime.build(Settings(database_url=url))
        stock(ctx, units=units)
        web = Program("web", folder=Path(folder) / "web", DATABASE_URL=url)
        with ExitStack() as roles:
            roles.enter_context(web)
            for number in range(WORKERS):
                roles.enter_context(Program("worker", folder=Path(folder) / f"worker{number}", DATABASE_URL=url))
            yield Shop(ctx, web, web.key("orders:write", "orders:read"))
        ctx.engine.dispose()


def stock(ctx: Context, *, units: int) -> None:
    """Fill an empty PostgreSQL database with the network."""
    numbers = {"locations": LOCATIONS, "skus": SKUS, "units": units}
    with ctx.engine.begin() as connection:
        for statement in _NETWORK.split(";\n"):
            if statement.strip():
                used = {name: value for name, value in numbers.items() if f":{name}" in statement}
                connection.execute(sa.text(statement), used)
    with ctx.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("location", "location_health", "product", "stock_balance", "stock_movement"):
            connection.execute(sa.text(f"VACUUM ANALYZE {table}"))  # an empty one would be planned as empty for minutes
