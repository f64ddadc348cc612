"""PagerDuty: one key from trigger to resolve, details that give way to the rest, a test that leaves nothing open."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alerts.connectors.base import HttpRequest
from alerts.connectors.pagerduty import CONNECTOR
from models.alerting import NoticeKind, ReceiverKind, Severity
from tests.connectors.cases import channel, notice, sending
from tests.connectors.tools import takes, talk

KIND = ReceiverKind.PAGERDUTY


def body(kind: NoticeKind = NoticeKind.OPENED, severity: Severity = Severity.CRITICAL, **changes: Any) -> Any:
    said = notice(kind, severity, **changes)
    request = CONNECTOR.build(said, channel(KIND), sending(said))
    assert isinstance(request, HttpRequest)
    return json.loads(request.body)


def test_one_key_from_trigger_to_resolve() -> None:
    events = [body(kind) for kind in NoticeKind]
    assert len({event["dedup_key"] for event in events}) == 1
    assert {kind: body(kind)["event_action"] for kind in NoticeKind} == {
        NoticeKind.OPENED: "trigger",
        NoticeKind.CHANGED: "trigger",
        NoticeKind.REPEATED: "trigger",
        NoticeKind.ESCALATED: "trigger",
        NoticeKind.ACKNOWLEDGED: "acknowledge",
        NoticeKind.RESOLVED: "resolve",
        NoticeKind.TEST: "trigger",
    }


@pytest.mark.parametrize("severity", Severity)
def test_severities_are_pagerdutys(severity: Severity) -> None:
    assert body(severity=severity)["payload"]["severity"] == severity.value


def test_a_test_resolves_what_it_triggered() -> None:
    said = notice(NoticeKind.TEST)
    requests, _ = talk(CONNECTOR, said, channel(KIND), sending(said), takes(KIND))
    assert [request.about for request in requests] == ["trigger", "resolve"]


def test_details_give_way_and_say_so() -> None:
    facts = {f"fact {n}": ["😀" * 500] * 50 for n in range(50)}
    details = body(facts=facts)["payload"]["custom_details"]
    assert details["left_out"] == 1
    assert "facts" not in details
    assert details["labels"]


def test_europe_is_another_host() -> None:
    assert CONNECTOR.where(channel(KIND)) == "events.pagerduty.com"
    assert CONNECTOR.where(channel(KIND, config={"region": "eu"})) == "events.eu.pagerduty.com"


@pytest.mark.parametrize("secret", ["", "short", "R0K1TSECRET2ABCDEF3GHIJKL4MNOPQ!", "x" * 33])
def test_what_is_no_integration_key_is_said(secret: str) -> None:
    assert [fault.pointer for fault in CONNECTOR.faults("", secret, {})] == ["/secret"]
