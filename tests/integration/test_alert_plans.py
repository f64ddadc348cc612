"""What is asked every second, whatever was ever told, is answered by an index made for it, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from alerts import steps
from alerts.concerning import alerts_concerning
from alerts.delivery import claims, turns
from backend.alerting import engine
from backend.context import Context
from backend.persistence.uow import Uow


@contextmanager
def plans(ctx: Context) -> Iterator[list[str]]:
    """Yield what will hold the plan of every statement that begins with SELECT, as one text each."""
    found: list[str] = []
    word = "EXPLAIN QUERY PLAN " if ctx.engine.dialect.name == "sqlite" else "EXPLAIN "

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            rows = connection.exec_driver_sql(word + statement, parameters).all()
            found.append("\n".join(str(row[-1]) for row in rows))

    sa.event.listen(ctx.engine, "before_cursor_execute", explain)
    yield found
    sa.event.remove(ctx.engine, "before_cursor_execute", explain)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (engine.outlook, "ix_alert_check"),
        (lambda uow: engine._due(uow, limit=1000), "ix_alert_check"),
        (lambda uow: engine._over(uow, limit=1000), "ix_alert_problem_until"),
        (lambda uow: steps.due(uow.session, uow.now), "ix_alert_step_due"),
        (lambda uow: steps.next_due(uow.session), "ix_alert_step_due"),
        (lambda uow: steps.late(uow.session, uow.now), "ix_alert_step_due"),
        (lambda uow: turns.due_lanes(uow.session), "ix_delivery_due"),
        (lambda uow: claims._due(uow.session, 1, limit=9, now=uow.now + timedelta(hours=1)), "ix_delivery_due"),
        (lambda uow: claims.foreign_owners(uow.session, owner="h:1:a", now=uow.now), "ix_delivery_s"),
        (lambda uow: alerts_concerning(uow.session, ["order/1"]), "alert_problem"),
    ],
)
def test_an_index_answers(ctx: Context, ask: Callable[[Uow], object], index: str) -> None:
    sqlite = ctx.engine.dialect.name == "sqlite"
    with ctx.read() as uow:
        if not sqlite:  # the tables are empty here: reading them would be cheapest, and any index as good as another
            uow.session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        with plans(ctx) as found:
            ask(uow)
    assert found
    assert not sqlite or any(index in plan for plan in found), found
    for plan in found:
        for table in ("alert", "alert_step", "delivery", "alert_problem"):
            assert f"Seq Scan on {table} " not in plan, plan
            assert f"SCAN {table}" not in plan.splitlines(), plan
