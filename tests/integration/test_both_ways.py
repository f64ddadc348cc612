"""From an event to a channel and back: the engine opens, the worker sends, the link in the message takes it on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.clock import ManualClock
from backend.context import Context
from backend.jobs import escalation
from models.enums import Permission
from models.tables import Location
from tests.support.alerting import COLOUR, add_policy, alerts, settle, turns
from tests.support.api import client_of
from tests.support.channels import make_channel
from tests.support.events import make_location, make_subscription
from tests.support.open_alerts import places, step_rows, told
from tests.support.ports import eventually
from tests.support.receiver import Receiver
from tests.support.webhooks import attempted, delivering, with_settings

NIGHT = [{"from": "09:05", "to": "11:00"}]  # Chicago's clock stands at 09:00


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def ctx(ctx: Context) -> Context:
    return with_settings(ctx)


def test_what_is_told_can_be_taken_on_from_the_message(ctx: Context, receiver: Receiver) -> None:
    place = make_location(ctx, "ATL01")
    make_channel(ctx, "desk", url=f"{receiver.url}/desk", config={"default": True})
    make_subscription(ctx, "integrator", url=f"{receiver.url}/integrator", types=["alert.*"])
    add_policy(ctx, "colour", COLOUR)
    turns(ctx, "ATL01", "non_compliant", place)
    settle(ctx)
    settle(ctx)
    with delivering(ctx):
        eventually(attempted(ctx, 2))
    desk, integrator = sorted(receiver.received, key=lambda request: request.path)
    links = desk.json["data"]["links"]
    assert set(links) == {"acknowledge", "resolve"}
    assert b"alert-links" not in integrator.body  # an integrator is no member of the team
    path = links["acknowledge"].removeprefix(ctx.settings.public_url)
    assert client_of(ctx).get(path).status_code == 200
    (before,) = alerts(ctx)
    assert before.status == "firing"
    assert client_of(ctx).post(path).status_code == 200
    (after,) = alerts(ctx)
    assert after.status == "acknowledged"


def test_the_engine_plans_steps_and_the_job_carries_them_out(ctx: Context, clock: ManualClock) -> None:
    places(ctx, "ATL01")
    with ctx.read() as uow:
        place = uow.session.scalar(sa.select(Location.id))
    for code in ("desk", "night"):  # `boss` comes with the places
        make_channel(ctx, code, config={"default": code == "desk"})
    steps = [
        {"after_s": 600, "notify": ["night"], "quiet": NIGHT},
        {"after_s": 300, "notify": ["boss"]},
    ]
    add_policy(ctx, "colour", COLOUR, escalate=steps)
    turns(ctx, "ATL01", "non_compliant", place)
    settle(ctx)
    (alert,) = alerts(ctx)
    assert alert.id is not None
    first, second = step_rows(ctx, alert.id)
    start = clock.now()
    assert (first.due_at, first.channels) == (start + timedelta(minutes=5), ["boss"])
    assert (second.planned_at, second.due_at) == (start + timedelta(minutes=10), start + timedelta(hours=2))
    clock.advance(timedelta(minutes=5))
    assert escalation.run_steps(ctx) == second.due_at
    assert told(ctx)[-1] == ("alert.escalated", ["boss"])
    turns(ctx, "ATL01", "compliant", place)
    settle(ctx)
    assert told(ctx)[-1] == ("alert.resolved", ["desk", "boss"])
    assert [step.state for step in step_rows(ctx, alert.id)] == ["sent", "stopped"]
    shown = client_of(ctx, Permission.ALERTS_READ).get(f"/api/v1/alerts/{alert.id}").json()
    assert [step["state"] for step in shown["steps"]] == ["sent", "stopped"]
