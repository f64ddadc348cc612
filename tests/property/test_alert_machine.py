"""Whatever happens in whatever order, alerts tell the truth: one open alert per key, nothing called off that nobody was
called for, nothing open that does not hold, nothing told by an edit, every list complete."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter, defaultdict
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlmodel import col

from backend.alerting import commands, invariants, policies
from backend.alerting.engine import work
from backend.jobs.escalation import run_steps
from backend.persistence.migrate import upgrade
from models.errors import DomainError
from models.tables import Alert, AlertPolicy, AlertProblem, Event, Silence
from tests.property.test_stock_machine import context
from tests.support.alerting import COLOUR, LATE, add_channel, alerts, becomes, settle, turns
from tests.support.events import make_location

PLACES = {"A": "south", "B": "south", "C": "south", "D": "north"}
CALLS = {"alert.opened", "alert.changed", "alert.repeated", "alert.escalated"}
EDITS: list[dict[str, Any]] = [
    {},
    {"wait_s": 30},
    {"wait_s": 30, "storm": {"more_than": 1, "within_s": 60}},
    {"keep_s": 40},
    {"for_s": 20, "repeat_s": 60},
    {"group_by": ["group"], "update_s": 10},
    {"severity": "info"},
    {"enabled": False},
    {"escalate": [{"after_s": 30, "notify": ["boss"]}]},
    {"quiet": [{"from": "15:01", "to": "15:03"}]},
]

places = st.sampled_from(sorted(PLACES))
which = st.integers(0, 20)


class CrashError(Exception):
    """The program died before it could commit."""


@cache
def template() -> Path:
    """Return a migrated file with four locations, two channels and two policies."""
    path = Path(tempfile.mkdtemp()) / "template.db"
    ctx = context(path)
    upgrade(ctx.engine)
    for code, group in PLACES.items():
        make_location(ctx, code, groups=(group,))
    add_channel(ctx, "desk")
    add_channel(ctx, "boss", default=False)
    with ctx.uow() as uow:
        policies.put(uow, "colour", {**COLOUR, **EDITS[2]})
        policies.put(uow, "late", LATE)
    with ctx.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    ctx.engine.dispose()
    return path


class AlertMachine(RuleBasedStateMachine):
    """What locations and shipments are, what people do, what time and crashes do; the engine looks after some of it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.ctx = context(Path(shutil.copy(template(), self.folder / "alerts.db")))
        self.ids = {code: place for place, code in enumerate(PLACES, start=1)}

    def teardown(self) -> None:
        self.follow()
        self.ctx.engine.dispose()
        shutil.rmtree(self.folder)

    @rule(code=places, to=st.sampled_from(["compliant", "at_risk", "non_compliant"]))
    def turn(self, code: str, to: str) -> None:
        turns(self.ctx, code, to, self.ids[code])

    @rule(code=places, number=st.integers(1, 3), to=st.sampled_from(["compliant", "non_compliant"]))
    def ship(self, code: str, number: int, to: str) -> None:
        becomes(self.ctx, self.ids[code] * 10 + number, to, self.ids[code])

    @rule(seconds=st.sampled_from([1, 10, 30, 60, 300, 4000]))
    def pass_time(self, seconds: int) -> None:
        self.ctx.clock.advance(timedelta(seconds=seconds))  # type: ignore[attr-defined]  # a ManualClock

    @rule()
    def follow(self) -> None:
        settle(self.ctx)
        run_steps(self.ctx)
        settle(self.ctx)
        self.one_open_alert_per_key()
        self.notices_come_in_order()
        self.what_is_over_was_called_off()
        self.muted_alerts_are_muted_by_something()
        self.everything_is_as_it_is()
        with self.ctx.read() as uow:
            assert [found for _, rows in invariants.rules() for found in uow.session.execute(rows)] == []

    @rule()
    def crash(self) -> None:
        try:
            with self.ctx.uow() as uow:
                work(uow)
                raise CrashError
        except CrashError:
            pass

    @rule(number=which)
    def acknowledge(self, number: int) -> None:
        self._command(number, commands.acknowledge)

    @rule(number=which)
    def give_back(self, number: int) -> None:
        self._command(number, commands.unacknowledge)

    @rule(number=which)
    def resolve(self, number: int) -> None:
        self._command(number, commands.resolve)

    @rule(code=st.sampled_from(["colour", "late"]), change=st.sampled_from(EDITS))
    def edit(self, code: str, change: dict[str, Any]) -> None:
        settle(self.ctx)
        waiting = {one.id for one in alerts(self.ctx) if one.status == "firing" and one.notified_at is None}
        before = self._last()
        document = COLOUR if code == "colour" else LATE
        with self.ctx.uow() as uow:
            policies.put(uow, code, {**document, **change})
        calls = [
            event for event in self._events() if event.id is not None and event.id > before and event.type in CALLS
        ]
        assert {event.data["alert"] for event in calls} <= waiting, [event.data["title"] for event in calls]
        alive = {alert.group_key for alert in alerts(self.ctx, policy=code) if alert.status != "resolved"}
        if change.get("enabled", True) is False:
            assert alive == set()

    @rule(code=places, seconds=st.sampled_from([20, 100]))
    def silence(self, code: str, seconds: int) -> None:
        with self.ctx.uow() as uow:
            uow.session.add(
                Silence(
                    matchers=[{"name": "location", "value": code, "is_regex": False, "is_equal": True}],
                    reason="works",
                    starts_at=uow.now,
                    ends_at=uow.now + timedelta(seconds=seconds),
                    created_by="test",
                    created_at=uow.now,
                )
            )

    def one_open_alert_per_key(self) -> None:
        opened = Counter((one.policy_code, one.group_key) for one in alerts(self.ctx) if one.status != "resolved")
        assert set(opened.values()) <= {1}

    def notices_come_in_order(self) -> None:
        told: dict[int, list[str]] = defaultdict(list)
        for event in self._events():
            if event.type != "alert.noted":
                told[event.data["alert"]].append(event.type)
        for kinds in told.values():
            loud = [kind for kind in kinds if kind != "alert.acknowledged"]
            if not loud:
                continue
            assert loud[0] == "alert.opened", kinds
            assert loud.count("alert.opened") == 1, kinds
            assert "alert.resolved" not in loud[:-1], kinds

    def what_is_over_was_called_off(self) -> None:
        over = {event.data["alert"] for event in self._events() if event.type == "alert.resolved"}
        for alert in alerts(self.ctx):
            assert (alert.id in over) == (alert.status == "resolved" and alert.notified_at is not None)

    def muted_alerts_are_muted_by_something(self) -> None:
        rows = {alert.id: alert for alert in alerts(self.ctx)}
        for alert in rows.values():
            if alert.status in ("firing", "acknowledged") and alert.muted == "storm":
                parent = rows[alert.parent_id]
                assert parent.group_key.startswith("storm:")
                assert parent.status != "resolved"

    def everything_is_as_it_is(self) -> None:
        rows = alerts(self.ctx)
        opened = {(one.policy_code, one.group_key): one for one in rows if one.status != "resolved"}
        with self.ctx.read() as uow:
            problems = list(uow.session.scalars(sa.select(AlertProblem)))
            active = sa.select(AlertPolicy).where(col(AlertPolicy.status) == "active")
            documents = {row.code: row.document for row in uow.session.scalars(active)}
            uow.session.expunge_all()
        by_key = Counter((problem.policy_code, problem.group_key) for problem in problems)
        for key, alert in opened.items():
            if key[1].startswith("storm:"):
                children = [one for one in opened.values() if one.parent_id == alert.id]
                assert len(children) == alert.problems
                continue
            assert alert.problems == by_key[key] or alert.clear_since is not None
            self._told_if_it_should_be(alert, documents[key[0]])
        assert set(by_key) <= set(opened)

    def _told_if_it_should_be(self, alert: Alert, document: dict[str, Any]) -> None:
        if alert.status != "firing" or alert.muted is not None:
            return
        assert alert.opened_at is not None
        due = alert.opened_at + timedelta(seconds=document.get("wait_s", 0)) <= self.ctx.clock.now()
        assert alert.notified_at is not None or not due

    def _command(self, number: int, command: Any) -> None:
        opened = [alert.id for alert in alerts(self.ctx) if alert.status != "resolved"]
        if not opened:
            return
        try:
            with self.ctx.uow() as uow:
                command(uow, opened[number % len(opened)])
        except DomainError:
            pass

    def _events(self) -> list[Event]:
        query = sa.select(Event).where(col(Event.type).like("alert.%")).order_by(col(Event.id))
        with self.ctx.read() as uow:
            rows = list(uow.session.scalars(query))
            uow.session.expunge_all()
            return rows

    def _last(self) -> int:
        with self.ctx.read() as uow:
            return uow.session.scalar(sa.select(sa.func.max(col(Event.id)))) or 0


TestAlertMachine = AlertMachine.TestCase
TestAlertMachine.settings = settings(
    max_examples=4, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
