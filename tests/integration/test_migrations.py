"""Migrations make exactly the tables that the models describe, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

import models.tables
from backend.persistence.engine import make_engine
from backend.persistence.migrate import _config, is_current, newest, upgrade

assert models.tables  # importing it is what registers the tables


def differences(engine: sa.Engine) -> list[Any]:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "compare_server_default": True, "target_metadata": SQLModel.metadata},
        )
        return compare_metadata(context, SQLModel.metadata)


def checks(table: sa.Table) -> set[str]:
    return {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint) and c.name}


def test_a_migrated_database_equals_the_models(database_url: str) -> None:
    engine = make_engine(database_url)
    assert differences(engine) == []
    assert is_current(engine)
    engine.dispose()


def test_checks_are_migrated_too(database_url: str) -> None:
    # Alembic does not compare CHECK constraints, and they are what keeps impossible words out.
    engine = make_engine(database_url)
    inspector = sa.inspect(engine)
    wanted = {table.name: checks(table) for table in SQLModel.metadata.tables.values()}
    assert sum(map(len, wanted.values())) > 5
    for table, names in wanted.items():
        assert names <= {str(check["name"]) for check in inspector.get_check_constraints(table)}, table
    engine.dispose()


def test_a_difference_would_be_seen(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE location ADD COLUMN forgotten INTEGER"))
    try:
        assert [difference[0] for difference in differences(engine)] == ["remove_column"]
    finally:  # the database is emptied for the next test, not made anew
        with engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE location DROP COLUMN forgotten"))
        engine.dispose()


def test_migrating_again_changes_nothing(database_url: str) -> None:
    engine = make_engine(database_url)
    before = sa.inspect(engine).get_table_names()
    upgrade(engine)
    assert sa.inspect(engine).get_table_names() == before
    engine.dispose()


def test_an_empty_database_is_not_current(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    assert not is_current(engine)
    engine.dispose()


def test_the_newest_migration_is_known_without_alembic() -> None:
    # Starting and /readyz compare with it; both would load Alembic else.
    assert ScriptDirectory.from_config(_config()).get_heads() == [newest()]


def test_an_older_database_is_not_current(database_url: str) -> None:
    engine = make_engine(database_url)
    try:
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
        assert not is_current(engine)
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest()})
        engine.dispose()
