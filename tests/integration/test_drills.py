"""A drill goes the whole way, from open to its report, and touches nothing real."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from backend.alerting import policies
from backend.clock import ManualClock
from backend.context import Context
from backend.jobs import escalation
from models.enums import DeliveryStatus, Permission
from models.tables import Delivery, Event
from tests.support.alerting import COLOUR, add_channel, add_policy, alerts, settle, turns
from tests.support.api import client_of
from tests.support.events import make_location
from tests.support.open_alerts import owed, step_rows, told
from tests.support.shop import row_counts

PATH = "/api/v1/drills"
BOTH = (Permission.ALERTS_READ, Permission.ALERTS_WRITE)
ESCALATES = [{"after_s": 600, "notify": ["boss"]}]


def begin(ctx: Context, **changes: Any) -> None:
    add_channel(ctx, "desk")
    add_channel(ctx, "boss", default=False)
    add_channel(ctx, "lab", default=False)
    document = {**COLOUR, "for_s": 300, "at_least": 2, "escalate": ESCALATES, "notify": ["desk"], **changes}
    add_policy(ctx, "colour", document)


def delivered(ctx: Context) -> None:
    """Let everything owed have arrived, three seconds after it was owed."""
    settle(ctx)
    with ctx.uow() as uow:
        for row in uow.session.scalars(sa.select(Delivery)):
            row.status, row.finished_at = DeliveryStatus.DELIVERED.value, row.created_at + timedelta(seconds=3)


def test_a_drill_goes_from_open_to_its_report(ctx: Context, clock: ManualClock) -> None:
    begin(ctx)
    client = client_of(ctx, *BOTH)
    asked = {"policy": "colour", "channels": ["lab"], "escalate": True}
    made = [client.post(PATH, json=asked, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    drill = made[0].json()
    alert = drill["alert"]
    assert (alert["status"], alert["drill"], alert["labels"]["location"]) == ("firing", True, "DRILL")
    assert alert["title"].startswith("DRILL is At Risk")
    assert drill["report"] is None
    assert [item["id"] for item in client.get(PATH).json()["items"]] == [drill["id"]]
    delivered(ctx)
    clock.advance(timedelta(minutes=10))
    escalation.run_steps(ctx)
    assert [step.channels for step in step_rows(ctx, drill["id"])] == [["lab"]]  # the boss sleeps
    assert told(ctx) == [("alert.opened", ["lab"]), ("alert.escalated", ["lab"])]
    clock.advance(timedelta(minutes=2))
    client.post(f"/api/v1/alerts/{drill['id']}/acknowledge")
    clock.advance(timedelta(minutes=3))
    over = client.post(f"{PATH}/{drill['id']}/end").json()
    assert over["alert"]["status"] == "resolved"
    delivered(ctx)
    for _ in range(2):
        escalation.file_drills(ctx)
    report = client.get(f"{PATH}/{drill['id']}").json()["report"]
    assert (report["acknowledged_after_s"], report["resolved_after_s"]) == (720, 900)
    assert {(one["channel"], one["status"], one["after_s"]) for one in report["told"]} == {("lab", "delivered", 3)}
    assert [(step["number"], step["state"]) for step in report["escalated"]] == [(1, "sent")]
    assert report["findings"] == ["It had to be escalated: 1 of 1 step."]
    with ctx.read() as uow:
        filed = sa.select(sa.func.count()).select_from(Event).where(col(Event.type) == "drill.filed")
        assert uow.session.scalar(filed) == 1
    assert {code for code, _ in owed(ctx)} == {"lab"}


def test_a_drill_nobody_takes_on_ends_by_itself_and_says_so(ctx: Context, clock: ManualClock) -> None:
    begin(ctx)
    client = client_of(ctx, *BOTH)
    drill = client.post(PATH, json={"policy": "colour", "minutes": 5}).json()
    assert step_rows(ctx, drill["id"]) == []  # not asked for
    clock.advance(timedelta(minutes=5))
    settle(ctx)
    escalation.file_drills(ctx)
    shown = client.get(f"{PATH}/{drill['id']}").json()
    assert shown["alert"]["status"] == "resolved"
    assert shown["report"]["findings"] == [
        "No channel was named, so nobody outside was told.",
        "Nobody acknowledged it.",
    ]
    assert owed(ctx) == []
    again = client.post(f"{PATH}/{drill['id']}/end").json()
    assert again["alert"]["version"] == shown["alert"]["version"]


def test_a_drill_joins_no_real_alert(ctx: Context) -> None:
    begin(ctx, group_by=[], at_least=1, for_s=0)
    place = make_location(ctx, "ATL01")
    client = client_of(ctx, *BOTH)
    client.post(PATH, json={"policy": "colour", "channels": ["lab"]})
    turns(ctx, "ATL01", "non_compliant", place)
    settle(ctx)
    drill, real = alerts(ctx)
    assert (drill.drill, real.drill) == (True, False)
    assert (real.muted, real.problems, real.status) == (None, 1, "firing")
    assert real.told["channels"] == ["desk"]
    turns(ctx, "ATL01", "compliant", place)
    settle(ctx)
    assert [one.status for one in alerts(ctx)] == ["firing", "resolved"]


def test_an_edit_of_its_policy_leaves_a_drill_alone_and_apart(ctx: Context, clock: ManualClock) -> None:
    begin(ctx, group_by=[], at_least=1, for_s=0, lasts_s=86_400)
    place = make_location(ctx, "ATL01")
    client = client_of(ctx, *BOTH)
    client.post(PATH, json={"policy": "colour", "channels": ["lab"], "minutes": 10})
    edited = {**COLOUR, "group_by": [], "lasts_s": 86_400, "notify": ["desk"], "title": "Edited"}
    with ctx.uow() as uow:
        policies.put(uow, "colour", edited)
    turns(ctx, "ATL01", "non_compliant", place)
    settle(ctx)
    drill, real = alerts(ctx)
    assert (drill.drill, drill.problems, drill.status) == (True, 1, "firing")
    assert (real.drill, real.problems, real.muted, real.told["channels"]) == (False, 1, None, ["desk"])
    clock.advance(timedelta(minutes=11))
    settle(ctx)
    assert [one.status for one in alerts(ctx)] == ["resolved", "firing"]
    with ctx.uow() as uow:
        policies.put(uow, "colour", {**edited, "enabled": False})
    assert [one.status for one in alerts(ctx)] == ["resolved", "resolved"]


def test_a_drill_that_is_ended_is_over_though_its_policy_keeps_alerts(ctx: Context) -> None:
    begin(ctx, keep_s=3600)
    client = client_of(ctx, *BOTH)
    drill = client.post(PATH, json={"policy": "colour", "channels": ["lab"]}).json()["id"]
    assert client.post(f"{PATH}/{drill}/end").json()["alert"]["status"] == "resolved"


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"channels": [f"lab{number}" for number in range(21)]}, "/channels"),
        ({"policy": "nothing"}, "/policy"),
        ({"channels": ["lab", "nobody"]}, "/channels/1"),
        ({"minutes": 0}, "/minutes"),
    ],
)
def test_what_cannot_be_tried_is_said(ctx: Context, wrong: dict[str, Any], pointer: str) -> None:
    begin(ctx)
    client = client_of(ctx, *BOTH)
    before = row_counts(ctx)
    answer = client.post(PATH, json={"policy": "colour", **wrong})
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert row_counts(ctx) == before


def test_drills_are_for_whoever_sees_the_whole_network(ctx: Context) -> None:
    begin(ctx)
    make_location(ctx, "ATL01")
    drill = client_of(ctx, *BOTH).post(PATH, json={"policy": "colour"}).json()["id"]
    limited = client_of(ctx, *BOTH, locations=["ATL01"])
    assert limited.post(PATH, json={"policy": "colour"}).status_code == 403
    assert limited.post(f"{PATH}/{drill}/end").status_code == 404
    assert limited.get(PATH).json()["items"] == []
    real = client_of(ctx, Permission.ALERTS_READ)
    assert real.post(PATH, json={"policy": "colour"}).status_code == 403
    assert len(alerts(ctx)) == 1
