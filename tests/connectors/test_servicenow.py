"""ServiceNow: one incident per episode of an alert, whatever was retried; events that close by themselves."""

from __future__ import annotations

import json

import pytest

from alerts.connectors.base import HttpRequest, Reply, Verdict
from alerts.connectors.servicenow_event import CONNECTOR as EVENT
from alerts.connectors.servicenow_incident import CONNECTOR
from alerts.delivery.retry import Outcome
from models.alerting import NoticeKind, ReceiverKind, Severity
from tests.connectors.cases import channel, notice, sending
from tests.connectors.tools import ServiceNow, talk

KIND = ReceiverKind.SERVICENOW_INCIDENT


def tell(tool: ServiceNow, kind: NoticeKind, severity: Severity = Severity.CRITICAL) -> tuple[list[str], Verdict]:
    said = notice(kind, severity)
    requests, verdict = talk(CONNECTOR, said, channel(KIND), sending(said), tool)
    assert verdict is not None
    return [request.method for request in requests if isinstance(request, HttpRequest)], verdict


def test_the_life_of_an_incident() -> None:
    tool = ServiceNow()
    assert tell(tool, NoticeKind.OPENED)[0] == ["GET", "POST"]
    assert tell(tool, NoticeKind.OPENED)[0] == ["GET", "PATCH"]  # told twice, and still one
    assert tell(tool, NoticeKind.CHANGED, Severity.WARNING)[0] == ["GET", "PATCH"]
    (row,) = tool.rows.values()
    assert (row["urgency"], row["impact"]) == ("2", "2")
    assert tell(tool, NoticeKind.ACKNOWLEDGED)[0] == ["GET", "PATCH"]
    assert row["state"] == "2"
    methods, verdict = tell(tool, NoticeKind.RESOLVED)
    assert (methods, verdict.receipt) == (["GET", "PATCH"], row["sys_id"])
    assert (row["state"], row["close_code"]) == ("6", "Solution provided")
    assert row["close_notes"].startswith("Resolved: Atlanta")


def test_an_alert_that_opens_anew_gets_an_incident_of_its_own() -> None:
    tool = ServiceNow()
    for kind in (NoticeKind.OPENED, NoticeKind.RESOLVED, NoticeKind.OPENED):
        tell(tool, kind)
    assert [row["state"] for row in tool.rows.values()] == ["6", "1"]


@pytest.mark.parametrize("kind", [NoticeKind.RESOLVED, NoticeKind.ACKNOWLEDGED])
def test_nothing_is_made_only_to_be_ended(kind: NoticeKind) -> None:
    tool = ServiceNow()
    methods, verdict = tell(tool, kind)
    assert (methods, verdict.outcome) == (["GET"], Outcome.DELIVERED)
    assert tool.rows == {}


def test_a_test_leaves_nothing_open() -> None:
    tool = ServiceNow()
    assert tell(tool, NoticeKind.TEST)[0] == ["GET", "POST", "PATCH"]
    assert [row["state"] for row in tool.rows.values()] == ["6"]


@pytest.mark.parametrize("key", ["a^state=1", "pickwatch:p:x^ORcorrelation_idISNOTEMPTY", "ключ", "x" * 300, "a&b=c#d"])
def test_a_key_never_becomes_a_query(key: str) -> None:
    tool = ServiceNow()
    said = notice(key=key)
    talk(CONNECTOR, said, channel(KIND), sending(said), tool)
    (row,) = tool.rows.values()
    assert "^" not in row["correlation_id"]
    talk(CONNECTOR, said, channel(KIND), sending(said), tool)
    assert len(tool.rows) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, "<html>Instance Hibernating</html>"),
        Reply(200, "{}"),
        Reply(200, json.dumps({"result": "?"})),
        Reply(200, "", {"content-type": "text/html"}),
    ],
)
def test_an_instance_that_sleeps_is_asked_again(reply: Reply) -> None:
    said = notice()
    _, verdict = talk(CONNECTOR, said, channel(KIND), sending(said), lambda _: reply)
    assert verdict is not None
    assert (verdict.outcome, verdict.then) == (Outcome.REJECTED, None)


@pytest.mark.parametrize("kind", [NoticeKind.OPENED, NoticeKind.RESOLVED, NoticeKind.TEST])
def test_an_event_says_more_in_keys_and_texts_alone(kind: NoticeKind) -> None:
    said = notice(kind, facts={"open": 3, "deep": {"a": [1]}}, count=40)
    request = EVENT.build(said, channel(ReceiverKind.SERVICENOW_EVENT), sending(said))
    assert isinstance(request, HttpRequest)
    (record,) = json.loads(request.body)["records"]
    more = json.loads(record["additional_info"])
    assert {type(value) for value in more.values()} == {str}
    assert (more["count"], json.loads(more["facts"])) == ("40", {"open": 3, "deep": {"a": [1]}})


def test_what_is_set_is_sent() -> None:
    tool = ServiceNow()
    config = {"assignment_group": "Floor", "close_code": "Solved (Permanently)", "resolved_state": "7"}
    for kind in (NoticeKind.OPENED, NoticeKind.RESOLVED):
        said = notice(kind)
        talk(CONNECTOR, said, channel(KIND, config=config), sending(said), tool)
    (row,) = tool.rows.values()
    assert (row["assignment_group"], row["close_code"], row["state"]) == ("Floor", "Solved (Permanently)", "7")
