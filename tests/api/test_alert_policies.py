"""Alert policies over HTTP: versions, faults, what a document would raise, and that an edit calls nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from alerts.notice import key_of, subject_of
from backend.alerting import policies
from backend.alerting.defaults import DEFAULT_POLICIES
from backend.alerting.policies import ensure_defaults
from backend.alerting.replay import Reach
from backend.clock import ManualClock
from backend.context import Context
from backend.events.sequencer import sequence
from models.enums import Permission
from tests.support.alerting import COLOUR, add_channel, alerts, settle, told, turns
from tests.support.api import client_of
from tests.support.events import make_location

URL = "/api/v1/alert-policies"
NOTHING = {"faults": [], "count": 0, "raises": [], "looked": 0, "whole": True}


@pytest.fixture
def api(ctx: Context) -> TestClient:
    add_channel(ctx, "desk")
    return client_of(ctx, Permission.ALERTS_READ, Permission.POLICIES_WRITE)


def test_what_ships_has_no_faults_and_is_written_once(ctx: Context, api: TestClient) -> None:
    for _ in range(2):
        with ctx.uow() as uow:
            ensure_defaults(uow)
    items = api.get(URL).json()["items"]
    assert [item["code"] for item in items] == sorted(DEFAULT_POLICIES)
    for item in items:
        assert item["version"] == 1
        assert item["document"]["clears"]
        assert item["document"]["runbook"]
        assert api.post(f"{URL}/check", json=item["document"]).json() == NOTHING
    assert api.delete(f"{URL}/location-stalled", headers={"If-Match": '"1"'}).status_code == 204
    with ctx.uow() as uow:
        ensure_defaults(uow)
    assert api.get(f"{URL}/location-stalled").json()["status"] == "retired"


def test_a_policy_is_saved_edited_and_retired(api: TestClient) -> None:
    made = api.put(f"{URL}/colour", json=COLOUR, params={"note": "first"}, headers={"If-Match": '"0"'})
    assert (made.status_code, made.headers["etag"], made.json()["enabled"]) == (201, '"1"', True)
    assert api.put(f"{URL}/colour", json=COLOUR, headers={"If-Match": '"0"'}).status_code == 412
    same = api.put(f"{URL}/colour", json=COLOUR, headers={"If-Match": '"1"'})
    assert (same.status_code, same.json()["version"]) == (200, 1)
    edited = api.put(f"{URL}/colour", json={**COLOUR, "enabled": False})
    assert (edited.json()["version"], edited.json()["enabled"]) == (2, False)
    assert [item["version"] for item in api.get(f"{URL}/colour/versions").json()["items"]] == [2, 1]
    assert api.get(f"{URL}/colour/versions/1").json()["note"] == "first"
    assert api.get(f"{URL}/colour/versions/9").status_code == 404
    assert api.delete(f"{URL}/colour", headers={"If-Match": '"1"'}).status_code == 412
    assert api.delete(f"{URL}/colour").status_code == 204
    assert api.delete(f"{URL}/colour").status_code == 409
    assert api.delete(f"{URL}/nothing").status_code == 404
    assert api.put(f"{URL}/colour", json=COLOUR).json()["version"] == 3
    assert api.get(f"{URL}/schema").json()["title"] == "Pickwatch alert policy"


def test_every_fault_is_named_and_nothing_is_written(api: TestClient) -> None:
    bad = {
        **COLOUR,
        "raise": [
            {"type": "alert.opened"},
            {"type": "no.such"},
            {"type": "sla.*", "where": [{"field": "data", "op": "in", "value": 1}, {"field": "type", "op": "is"}]},
        ],
        "group_by": ["location", "weather"],
        "says": "{location} {sun}",
        "notify": ["desk", "nobody"],
        "quiet": [{"from": "25:00", "to": "06:00"}, {"from": "06:00", "to": "06:00"}],
        "mutes": ["group"],
        "escalate": [{"after_s": 60, "notify": ["nobody"]}],
    }
    pointers = {
        "/raise/0/type",
        "/raise/1/type",
        "/raise/2/where/0/field",
        "/raise/2/where/0/value",
        "/raise/2/where/1/value",
        "/group_by/1",
        "/says",
        "/notify/1",
        "/quiet/0/from",
        "/quiet/1/to",
        "/mutes/0",
        "/escalate/0/notify/0",
    }
    refused = api.put(f"{URL}/bad", json=bad)
    assert (refused.status_code, {fault["pointer"] for fault in refused.json()["errors"]}) == (422, pointers)
    checked = api.post(f"{URL}/check", json=bad)
    assert (checked.status_code, {fault["pointer"] for fault in checked.json()["faults"]}) == (200, pointers)
    assert api.get(f"{URL}/bad").status_code == 404
    missing = api.put(f"{URL}/bad", json={"title": 1}).json()["errors"]
    assert {fault["pointer"] for fault in missing} == {"/title", "/level", "/severity", "/raise"}


def test_what_holds_when_a_policy_is_made_is_listed_and_not_told(ctx: Context, api: TestClient) -> None:
    places = {code: make_location(ctx, code, groups=("south",)) for code in ("A", "B", "C")}
    for code in ("A", "B"):
        turns(ctx, code, "non_compliant", places[code])
    settle(ctx)
    would = api.post(f"{URL}/check", json=COLOUR).json()
    assert (would["count"], [one["title"] for one in would["raises"]]) == (
        2,
        ["A is Non-Compliant", "B is Non-Compliant"],
    )
    turns(ctx, "C", "at_risk", places["C"])  # not yet in the feed
    api.put(f"{URL}/colour", json=COLOUR)
    settle(ctx)
    assert [(alert.title, alert.muted) for alert in alerts(ctx)] == [
        ("A is Non-Compliant", "born"),
        ("B is Non-Compliant", "born"),
        ("C is At Risk", None),
    ]
    turns(ctx, "A", "compliant", places["A"])
    turns(ctx, "A", "at_risk", places["A"])
    settle(ctx)
    assert told(ctx) == [("alert.opened", "C is At Risk"), ("alert.opened", "A is At Risk")]


def test_an_edit_calls_nobody_and_opens_nothing_anew(ctx: Context, api: TestClient) -> None:
    places = {code: make_location(ctx, code, groups=("south",)) for code in ("A", "B")}
    api.put(f"{URL}/colour", json=COLOUR)
    turns(ctx, "A", "at_risk", places["A"])
    settle(ctx)
    before = told(ctx)
    worse = [{**COLOUR["raise"][0], "severity": "critical"}, COLOUR["raise"][1]]
    api.put(f"{URL}/colour", json={**COLOUR, "raise": worse})
    settle(ctx)
    (alert,) = alerts(ctx)
    assert (alert.severity, alert.policy_version, told(ctx)) == ("critical", 2, before)
    api.put(f"{URL}/colour", json={**COLOUR, "group_by": ["group"]})
    settle(ctx)
    assert [(row.group_key, row.status, row.muted) for row in alerts(ctx)] == [
        ("location/A", "resolved", None),
        ("south", "firing", "born"),
    ]
    assert told(ctx) == [*before, ("alert.resolved", "A is At Risk")]
    turns(ctx, "B", "non_compliant", places["B"])
    settle(ctx)
    assert told(ctx)[2:] == [("alert.opened", "B is Non-Compliant and 1 more")]
    api.delete(f"{URL}/colour")
    settle(ctx)
    assert told(ctx)[3:] == [("alert.resolved", "B is Non-Compliant and 1 more")]


def test_a_program_from_before_alerts_starts_with_what_holds_now(ctx: Context, api: TestClient) -> None:
    places = {code: make_location(ctx, code, groups=("south",)) for code in ("A", "B")}
    for to in ("at_risk", "compliant", "non_compliant"):
        turns(ctx, "A", to, places["A"])
    turns(ctx, "B", "at_risk", places["B"])
    turns(ctx, "B", "compliant", places["B"])
    with ctx.uow() as uow:
        sequence(uow)
    with ctx.uow() as uow:
        ensure_defaults(uow)
    settle(ctx)
    assert [(alert.labels["location"], alert.status, alert.muted) for alert in alerts(ctx)] == [("A", "firing", "born")]
    assert told(ctx) == []


def test_long_names_stay_apart_and_fit(ctx: Context, api: TestClient) -> None:
    code = "p" * 64
    api.put(f"{URL}/{code}", json={**COLOUR, "subject": "data.what", "group_by": ["data.group", "data.what"]})
    for ending in "ab":
        turns(ctx, "A", "at_risk", None, what="w" * 400 + ending, group="g" * 300)
    settle(ctx)
    rows = alerts(ctx)
    assert len({row.group_key for row in rows}) == 2
    keys = [(key_of(row.policy_code, row.group_key), subject_of(row.policy_code, row.group_key)) for row in rows]
    assert len({key for key, _ in keys}) == len({subject for _, subject in keys}) == 2


@pytest.mark.parametrize("code", ["schema", "check"])
def test_a_code_that_is_an_address_of_its_own_is_refused(api: TestClient, code: str) -> None:
    refused = api.put(f"{URL}/{code}", json=COLOUR)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "reserved")
    assert api.get(URL).json()["items"] == []


def test_clearing_by_nothing_is_not_clearing(api: TestClient) -> None:
    refused = api.put(f"{URL}/colour", json={**COLOUR, "clear": []})
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/lasts_s"]
    assert api.put(f"{URL}/colour", json={**COLOUR, "clear": [], "lasts_s": 60}).status_code == 201


def test_a_check_looks_at_the_newest_events_of_a_week_and_says_so(
    ctx: Context, api: TestClient, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = make_location(ctx, "A")
    turns(ctx, "A", "at_risk", place)
    settle(ctx)
    clock.advance(timedelta(days=8))
    for code in ("B", "C", "D"):
        turns(ctx, code, "at_risk", make_location(ctx, code))
    settle(ctx)
    seen = api.post(f"{URL}/check", json=COLOUR).json()
    assert (seen["count"], seen["looked"], seen["whole"]) == (3, 3, False)
    monkeypatch.setattr(policies, "GLANCE", Reach(2, timedelta(days=30)))
    few = api.post(f"{URL}/check", json=COLOUR).json()
    assert (few["count"], few["looked"], few["whole"]) == (2, 2, False)
    monkeypatch.setattr(policies, "GLANCE", Reach(4, timedelta(days=30)))
    every = api.post(f"{URL}/check", json=COLOUR).json()
    assert (every["count"], every["looked"], every["whole"]) == (4, 4, True)
