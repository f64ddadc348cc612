"""Alerts over HTTP: lists, one with all about it, and what people do with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.clock import ManualClock
from backend.context import Context
from backend.jobs import escalation
from models.alerting import AlertLevel, AlertStatus, Muted, Severity, StepState
from models.enums import Permission
from tests.support.api import client_of
from tests.support.open_alerts import (
    ESCALATION,
    alert_row,
    channel,
    fire,
    owed,
    places,
    sequenced,
    step_rows,
    told,
)
from tests.support.shop import row_counts

PATH = "/api/v1/alerts"
BOTH = (Permission.ALERTS_READ, Permission.ALERTS_WRITE)


def test_lists_are_filtered_paged_and_scoped(ctx: Context) -> None:
    places(ctx, "CHI", "NYC")
    chi, nyc = fire(ctx, "CHI"), fire(ctx, "NYC", severity=Severity.WARNING.value, muted=Muted.SILENCED.value)
    net = fire(ctx, None, level=AlertLevel.NETWORK.value, policy_code="dead")
    group = fire(ctx, None, level=AlertLevel.GROUP.value, group_code="n", group_key="n")
    client = client_of(ctx, *BOTH)

    def ids(query: str, client: object = client) -> list[int]:
        answer = client.get(f"{PATH}{query}")  # type: ignore[attr-defined]
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    assert ids("") == [group, net, nyc, chi]
    assert ids("?severity=warning") == ids("?muted=true") == ids("?location=NYC") == ids("?q=nyc") == [nyc]
    assert ids("?policy=dead") == ids("?level=network") == [net]
    assert ids("?group=c") == [chi]
    assert ids("?status=resolved") == []
    first = client.get(f"{PATH}?limit=3").json()
    assert ids(f"?limit=3&after={first['next']}") == [chi]
    assert client.get(f"{PATH}?stauts=firing").status_code == 422
    limited = client_of(ctx, *BOTH, locations=["NYC"])
    assert ids("", limited) == [nyc]
    assert limited.get(f"{PATH}/{chi}").status_code == 404
    assert limited.post(f"{PATH}/{chi}/acknowledge").status_code == 404
    assert alert_row(ctx, chi).status == AlertStatus.FIRING


def test_acknowledging_stops_the_escalation_and_tells_whoever_was_told(ctx: Context) -> None:
    places(ctx, "CHI")
    channel(ctx, "team")
    alert = fire(ctx, steps_=ESCALATION)
    client = client_of(ctx, *BOTH)
    shown = client.get(f"{PATH}/{alert}")
    assert shown.json()["next_step_at"] == "2026-11-27T15:10:00Z"
    stale = client.post(f"{PATH}/{alert}/acknowledge", headers={"If-Match": '"77"'})
    assert stale.status_code == 412
    once = {"If-Match": shown.headers["ETag"], "Idempotency-Key": "k"}
    done = [client.post(f"{PATH}/{alert}/acknowledge", json={"note": "I look"}, headers=once) for _ in range(2)]
    assert [answer.status_code for answer in done] == [200, 200]
    assert done[0].json()["status"] == "acknowledged"
    assert done[0].json()["acknowledged_by"].startswith("key:test")
    again = client.post(f"{PATH}/{alert}/acknowledge")
    assert again.json()["version"] == done[0].json()["version"]  # again is no change
    assert told(ctx) == [("alert.opened", ["team"]), ("alert.acknowledged", ["team"])]
    assert {step.state for step in step_rows(ctx, alert)} == {StepState.STOPPED}
    sequenced(ctx)
    assert owed(ctx) == [("team", "alert.opened"), ("team", "alert.acknowledged")]
    whole = client.get(f"{PATH}/{alert}").json()
    assert [(one["channel"], one["status"]) for one in whole["told"]] == [("team", "pending")] * 2


def test_given_back_the_rest_goes_on_and_resolved_it_is_over(ctx: Context, clock: ManualClock) -> None:
    places(ctx, "CHI")
    alert = fire(ctx, steps_=ESCALATION)
    client = client_of(ctx, *BOTH)
    clock.advance(timedelta(minutes=4))
    client.post(f"{PATH}/{alert}/acknowledge")
    clock.advance(timedelta(hours=1))
    escalation.run_steps(ctx)
    assert [step.state for step in step_rows(ctx, alert)] == [StepState.STOPPED] * 2
    back = client.post(f"{PATH}/{alert}/unacknowledge", json={"note": "called away"})
    assert (back.json()["status"], back.json()["next_step_at"]) == ("firing", "2026-11-27T16:10:00Z")
    clock.advance(timedelta(minutes=6))
    escalation.run_steps(ctx)
    assert [step.state for step in step_rows(ctx, alert)] == [StepState.SENT, StepState.DUE]
    assert told(ctx)[-1] == ("alert.escalated", ["boss"])
    over = client.post(f"{PATH}/{alert}/resolve", json={"note": "printer back"})
    assert (over.json()["status"], over.json()["resolved_why"]) == ("resolved", "printer back")
    assert told(ctx)[-1] == ("alert.resolved", ["team", "boss"])
    assert step_rows(ctx, alert)[1].state == StepState.STOPPED
    before = row_counts(ctx)
    for command in ("acknowledge", "unacknowledge"):
        refused = client.post(f"{PATH}/{alert}/{command}")
        assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    assert client.post(f"{PATH}/{alert}/resolve").json()["version"] == over.json()["version"]
    assert row_counts(ctx) == before
    story = client.get(f"{PATH}/{alert}/timeline").json()["items"]
    assert [entry["kind"] for entry in story] == ["opened", "taken", "changed", "escalated", "resolved"]
    assert story[-1]["words"].startswith("Resolved by key:test")
    assert story[2]["detail"].startswith("called away")


def test_notes_stand_in_the_timeline_and_need_something_said(ctx: Context) -> None:
    places(ctx, "CHI")
    alert = fire(ctx)
    client = client_of(ctx, *BOTH)
    assert client.post(f"{PATH}/{alert}/note", json={"note": "  "}).status_code == 422
    assert client.post(f"{PATH}/{alert}/note", json={"note": "called the store"}).status_code == 201
    last = client.get(f"{PATH}/{alert}/timeline").json()["items"][-1]
    assert (last["kind"], last["words"]) == ("note", "called the store")
    assert client_of(ctx, Permission.ALERTS_READ).post(f"{PATH}/{alert}/note", json={"note": "x"}).status_code == 403
    paged = client.get(f"{PATH}/{alert}/timeline?limit=1").json()
    assert client.get(f"{PATH}/{alert}/timeline?after={paged['next']}").json()["items"] == [last]


@pytest.mark.parametrize("command", ["acknowledge", "resolve", "unacknowledge"])
def test_a_pending_alert_is_nobodys_yet(ctx: Context, command: str) -> None:
    alert = fire(ctx, None, status=AlertStatus.PENDING.value)
    answer = client_of(ctx, *BOTH).post(f"{PATH}/{alert}/{command}")
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
    assert told(ctx) == []
