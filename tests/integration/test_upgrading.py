"""A database of the first release, with rows in each of its tables, becomes one of this release and loses nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.engine import Engine, make_url

from backend.auth.actor import SYSTEM
from backend.clock import ManualClock
from backend.invariants import violations
from backend.orders.search import folded
from backend.persistence.engine import make_engine
from backend.persistence.migrate import _alone, _config, is_current, upgrade
from backend.persistence.uow import UowFactory
from backend.wakeups import Wakeups
from models.types import UTCDateTime
from tests.support.databases import POSTGRES, administer

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
Rows = list[dict[str, Any]]

ORDERS = ("placed", "routed", "unassigned", "held", "fulfilled", "cancelled")

#: The rows of the first release: whatever a table wants and is not named here is filled in by its type.
FIRST: dict[str, Rows] = {
    "location": [
        {"id": 1, "code": "CHI", "kind": "store", "methods": ["ship"]},
        {"id": 2, "code": "NYC", "kind": "3pl"},
    ],
    "product": [{"id": 1, "sku": "tea"}, {"id": 2, "sku": "mug"}],
    "customer_order": [
        {"id": number, "external_id": f"A-{number}", "channel": "web", "method": "ship", "status": status}
        | {"customer": {"name": "Ann  ÅSE", "email": "Ann@Example.org"} if status == "routed" else {}}
        for number, status in enumerate(ORDERS, 1)
    ],
    "order_line": [
        {
            "id": number,
            "order_id": number,
            "product_id": 1,
            "sku": "tea",
            "quantity": 2,
            "unit_price_minor": 100 * number,
        }
        for number in range(1, 7)
    ],
    "shipment": [
        {"id": 1, "order_id": 2, "location_id": 1, "method": "ship", "status": "open"}
        | {"sla_status": "at_risk", "sla_due_at": AT},
        {"id": 2, "order_id": 5, "location_id": 1, "method": "ship", "status": "shipped"},
    ],
    "shipment_line": [
        {"id": 1, "shipment_id": 1, "order_line_id": 2, "product_id": 1, "sku": "tea", "quantity": 2, "picked": 0},
        {"id": 2, "shipment_id": 2, "order_line_id": 5, "product_id": 1, "sku": "tea", "quantity": 2, "picked": 2},
    ],
    "stock_balance": [
        {"location_id": 1, "product_id": 1, "on_hand": 8, "allocated": 2},
        {"location_id": 2, "product_id": 2, "on_hand": 0, "allocated": 0},
    ],
    "stock_movement": [
        {"id": 1, "location_id": 1, "product_id": 1, "on_hand": 10, "allocated": 0, "reason": "counted"},
        {"id": 2, "location_id": 1, "product_id": 1, "on_hand": 0, "allocated": 4, "reason": "reserved"},
        {"id": 3, "location_id": 1, "product_id": 1, "on_hand": -2, "allocated": -2, "reason": "shipped"},
    ],
    "sla_definition": [
        {"id": 1, "code": "S", "version": 1, "status": "active", "method": "ship", "scope": "location"}
        | {"target_kind": "duration", "counting": "around_the_clock", "location_code": None}
    ],
    "sla_clock": [
        {"id": 1, "shipment_id": 1, "definition_id": 1, "scope": "location", "state": "running", "status": "at_risk"},
        {"id": 2, "shipment_id": 2, "definition_id": 1, "scope": "location", "state": "met", "status": "compliant"},
    ],
    "location_health": [
        {"location_id": 1, "compliant": 0, "at_risk": 1, "non_compliant": 0, "met": 1, "missed": 0, "grade": "at_risk"}
    ],
    "app_user": [{"id": 1, "username": "ann", "role": "admin"}],
    "delivery": [{"id": 1, "subscription_id": 1, "event_id": 2, "event_seq": 2, "status": "dead"}],
    "event": [
        {"id": 1, "seq": 1, "uid": "evt_1"},
        {"id": 2, "seq": 2, "uid": "evt_2"},
        {"id": 3, "seq": None, "uid": "evt_3"},
    ],
}


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Yield a database of the first release with rows in each of its tables."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'old.db'}")
        _make(engine)
        yield engine
        engine.dispose()
        return
    name = f"pw_test_{secrets.token_hex(6)}"
    administer(f"CREATE DATABASE {name}")
    engine = make_engine(make_url(POSTGRES).set(database=name))
    try:
        _make(engine)
        yield engine
    finally:
        engine.dispose()
        administer(f"DROP DATABASE {name} WITH (FORCE)")


def test_every_row_of_the_first_release_is_kept_and_all_invariants_hold(old: Engine) -> None:
    before = _rows(old)
    assert set(before) == {name for name, rows in before.items() if rows}, "each old table has something to lose"
    upgrade(old)
    assert is_current(old)
    after = _rows(old)
    for table, rows in before.items():
        kept = [{name: row[name] for name in rows[0]} for row in after[table]] if table != "alembic_version" else rows
        assert kept == rows, table
    with UowFactory(old, ManualClock(AT), Wakeups()).read(SYSTEM) as uow:
        assert violations(uow) == []


def test_orders_of_the_first_release_are_like_new_ones(old: Engine) -> None:
    upgrade(old)
    rows = _rows(old)
    orders = {row["status"]: row for row in rows["customer_order"]}
    assert [orders[status]["total_minor"] for status in ORDERS] == [200, 400, 600, 800, 1000, 1200]
    assert [status for status in ORDERS if orders[status]["routing_due_at"]] == ["placed"]
    assert [row["remainder"] for row in rows["order_line"]] == [None, None, "unassigned", None, None, None]
    names = (orders["routed"]["customer_name"], orders["routed"]["customer_email"])
    assert (
        names == (folded("Ann  ÅSE", limit=200), folded("Ann@Example.org", limit=254)) == ("ann åse", "ann@example.org")
    )
    assert (orders["held"]["customer_name"], orders["held"]["customer_email"]) == (None, None)


def test_references_are_kept_and_watched_after_the_upgrade(old: Engine) -> None:
    upgrade(old)
    for statement in ("DELETE FROM location WHERE id = 1", "DELETE FROM product WHERE id = 1"):
        with pytest.raises(sa.exc.IntegrityError), old.begin() as connection:
            connection.execute(sa.text(statement))
    with old.begin() as connection:
        connection.execute(sa.text("DELETE FROM sla_transition"))
        connection.execute(sa.text("DELETE FROM app_user"))
    assert _rows(old)["user_session"] == []  # goes with its user, as before


def test_an_upgrade_that_would_leave_a_loose_end_leaves_everything(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'old.db'}")
    _make(engine)
    before = _rows(engine)
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        connection.execute(sa.text("DELETE FROM product WHERE id = 1"))
        connection.commit()
        driver.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(RuntimeError, match="refer to nothing"):
        upgrade(engine)
    assert not is_current(engine)
    assert {name: len(rows) for name, rows in _rows(engine).items()} == {
        name: len(rows) - (name == "product") for name, rows in before.items()
    }
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def _make(engine: Engine) -> None:
    with _alone(engine) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    tables = _tables(engine)
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                rows = FIRST.get(table.name, [{}])
                connection.execute(table.insert(), [_filled(table, row) for row in rows])


def _filled(table: sa.Table, stated: dict[str, Any]) -> dict[str, Any]:
    made = {column.name: None if column.nullable else _some(column) for column in table.columns}
    return made | stated


def _some(column: sa.Column[Any]) -> Any:
    if column.foreign_keys:
        return 1
    if isinstance(column.type, UTCDateTime):
        return AT
    if isinstance(column.type, sa.JSON):
        return {}
    kinds: dict[type, Any] = {str: column.name[:8], int: 1, float: 1.5, bool: True, date: AT.date()}
    return kinds[column.type.python_type]


def _tables(engine: Engine) -> sa.MetaData:
    metadata = sa.MetaData()

    @sa.event.listens_for(metadata, "column_reflect")
    def ours(_inspector: Any, _table: Any, column: Any) -> None:
        if isinstance(column["type"], (sa.DateTime, sa.TIMESTAMP)):
            column["type"] = UTCDateTime()

    metadata.reflect(engine)
    return metadata


def _rows(engine: Engine) -> dict[str, Rows]:
    with engine.connect() as connection:
        return {
            table.name: [
                dict(row)
                for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()
            ]
            for table in _tables(engine).sorted_tables
        }
