"""Opsgenie and JSM: one alias from create to close, priorities that follow, texts within their limits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alerts.connectors.base import HttpRequest, Reply
from alerts.connectors.opsgenie import CONNECTOR, JSM_CONNECTOR
from alerts.delivery.retry import Outcome
from models.alerting import NoticeKind, ReceiverKind, Severity
from tests.connectors.cases import channel, notice, sending
from tests.connectors.tools import takes, talk

KIND = ReceiverKind.OPSGENIE


def sent(kind: NoticeKind, **changes: Any) -> list[HttpRequest]:
    said = notice(kind, **changes)
    requests, verdict = talk(CONNECTOR, said, channel(KIND), sending(said), takes(KIND))
    assert verdict is not None
    assert verdict.outcome is Outcome.DELIVERED
    return [request for request in requests if isinstance(request, HttpRequest)]


def test_the_alias_stands_in_every_path_as_it_was_created() -> None:
    created = json.loads(sent(NoticeKind.OPENED)[0].body)["alias"]
    assert created == notice().key
    inside = "pickwatch%3Alocation-non-compliant%3Alocation%2FATL01"
    for kind, action in ((NoticeKind.ACKNOWLEDGED, "acknowledge"), (NoticeKind.RESOLVED, "close")):
        assert sent(kind)[0].url == f"https://api.eu.opsgenie.com/v2/alerts/{inside}/{action}?identifierType=alias"


def test_who_did_it_is_said() -> None:
    assert json.loads(sent(NoticeKind.ACKNOWLEDGED)[0].body)["user"] == "Kim Lee"


@pytest.mark.parametrize(("severity", "priority"), zip(Severity, ["P5", "P3", "P2", "P1"], strict=True))
def test_a_change_sets_the_priority_too(severity: Severity, priority: str) -> None:
    create, update = sent(NoticeKind.CHANGED, severity=severity)
    assert json.loads(create.body)["priority"] == priority
    assert (update.method, json.loads(update.body)) == ("PUT", {"priority": priority})


def test_a_tool_that_knows_no_priority_has_the_alert_all_the_same() -> None:
    said = notice(NoticeKind.CHANGED)
    answers = [Reply(202), Reply(404, "no such call")]
    _, verdict = talk(CONNECTOR, said, channel(KIND), sending(said), lambda _: answers.pop(0))
    assert verdict is not None
    assert verdict.outcome is Outcome.DELIVERED
    assert verdict.error


def test_a_test_closes_what_it_created() -> None:
    assert [request.about for request in sent(NoticeKind.TEST)] == ["create", "close"]


def test_jsm_is_the_same_elsewhere() -> None:
    said = notice()
    request = JSM_CONNECTOR.build(said, channel(ReceiverKind.JSM), sending(said))
    assert isinstance(request, HttpRequest)
    assert request.url == "https://api.atlassian.com/jsm/ops/integration/v2/alerts"
    assert "region" not in JSM_CONNECTOR.schema()["properties"]


def test_what_is_not_set_is_not_sent() -> None:
    said = notice()
    request = CONNECTOR.build(said, channel(KIND, config={}), sending(said))
    assert isinstance(request, HttpRequest)
    assert "responders" not in json.loads(request.body)
    assert request.url.startswith("https://api.opsgenie.com/")
