"""What each tool takes at most (domain notes F10), read from their documents, not from our code."""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from alerts.connectors.base import HttpRequest, MailRequest, Request
from models.alerting import ReceiverKind


def _json(request: Request) -> Any:
    assert isinstance(request, HttpRequest)
    assert "\x00" not in request.url
    for name, value in request.headers.items():
        assert name == name.lower()
        assert value.isascii()
        assert not {"\r", "\n", "\x00"} & set(value)
    if not request.body:
        return None

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    document = json.loads(request.body.decode("utf-8"), parse_constant=refuse)
    assert "\x00" not in json.dumps(document, ensure_ascii=False)
    assert "\\u0000" not in json.dumps(document)
    return document


def webhook(request: Request) -> None:
    """CloudEvents 1.0: 64 KiB, and its required attributes."""
    document = _json(request)
    assert isinstance(request, HttpRequest)
    assert len(request.body) <= 64 * 1024
    assert document["specversion"] == "1.0"
    assert all(isinstance(document[name], str) and document[name] for name in ("id", "source", "type", "subject"))
    assert "." not in request.headers["webhook-id"]


def pagerduty(request: Request) -> None:
    """PagerDuty Events API v2."""
    document = _json(request)
    assert isinstance(request, HttpRequest)
    assert len(request.body) <= 512_000
    assert len(document["routing_key"]) == 32
    assert 1 <= len(document["dedup_key"]) <= 255
    assert document["event_action"] in ("trigger", "acknowledge", "resolve")
    if document["event_action"] != "trigger":
        assert set(document) == {"routing_key", "event_action", "dedup_key"}
        return
    payload = document["payload"]
    assert 1 <= len(payload["summary"]) <= 1024
    assert payload["source"]
    assert payload["severity"] in ("critical", "error", "warning", "info")
    assert all(link["href"].startswith("https://") and link["text"] for link in document["links"])


def opsgenie(request: Request) -> None:
    """Opsgenie's Alert API; JSM Operations takes the same."""
    document = _json(request)
    assert isinstance(request, HttpRequest)
    assert request.headers["authorization"].startswith("GenieKey ")
    if request.about == "priority":
        assert document["priority"] in ("P1", "P2", "P3", "P4", "P5")
    elif request.about == "create":
        assert 1 <= len(document["message"]) <= 130
        assert 1 <= len(document["alias"]) <= 512
        assert len(document["description"]) <= 15_000
        assert len(document["tags"]) <= 20
        assert all(1 <= len(tag) <= 50 for tag in document["tags"])
        assert all(isinstance(value, str) for value in document["details"].values())
        assert sum(len(name) + len(value) for name, value in document["details"].items()) <= 8000
        assert len(document["entity"]) <= 512
        assert len(document["source"]) <= 100
        assert document["priority"] in ("P1", "P2", "P3", "P4", "P5")
    else:
        assert request.url.endswith("?identifierType=alias")
        assert len(document["note"]) <= 25_000
        assert len(document.get("user", "")) <= 100


def alertmanager(request: Request) -> None:
    """Alertmanager's API v2: what its own validation asks for."""
    alerts = _json(request)
    assert isinstance(alerts, list)
    for alert in alerts:
        assert alert["labels"]["alertname"]
        for name, value in alert["labels"].items():
            assert re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", name)
            assert not name.startswith("__")
            assert value
        assert all(isinstance(value, str) for value in alert["annotations"].values())
        assert datetime.fromisoformat(alert["startsAt"]) <= datetime.fromisoformat(alert["endsAt"])


def grafana(request: Request) -> None:
    """Grafana OnCall's formatted webhook."""
    document = _json(request)
    assert set(document) == {"alert_uid", "title", "image_url", "state", "link_to_upstream_details", "message"}
    assert document["alert_uid"]
    assert document["title"]
    assert document["state"] in ("alerting", "ok")


def slack(request: Request) -> None:
    """Slack: blocks of a message, and nothing that mentions or links but our own."""
    document = _json(request)
    assert document["text"]
    blocks = document.get("blocks", [])
    assert len(blocks) <= 50
    assert len(json.dumps(blocks, ensure_ascii=False)) <= 13_000
    texts = [document["text"]]
    for block in blocks:
        if block["type"] == "header":
            assert 1 <= len(block["text"]["text"]) <= 150
            continue
        fields = block.get("fields", [])
        assert len(fields) <= 10
        assert all(1 <= len(field["text"]) <= 2000 for field in fields)
        assert 1 <= len(block.get("text", {"text": "-"})["text"]) <= 3000
        texts += [field["text"] for field in fields]
        texts += [block["text"]["text"]] if "text" in block else []
    for text in texts:
        assert re.sub(r"<https://pickwatch\.example\.com/[^<>|]*\|[A-Za-z ]+>", "", text).count("<") == 0
        assert not re.search("&(?!amp;|lt;|gt;)", text)


def teams(request: Request) -> None:
    """Adaptive cards 1.2 in Teams."""
    document = _json(request)
    assert isinstance(request, HttpRequest)
    assert len(request.body) <= 28 * 1024
    card = document["attachments"][0]["content"]
    assert card["type"] == "AdaptiveCard"
    assert len(card["actions"]) <= 6
    for part in card["body"]:
        assert part["type"] in ("TextBlock", "FactSet")
        assert part["type"] == "FactSet" or part["text"]
        assert all(fact["title"] and fact["value"] for fact in part.get("facts", []))
    assert "](" not in json.dumps(card, ensure_ascii=False)


def servicenow_event(request: Request) -> None:
    """ServiceNow's events."""
    for record in _json(request)["records"]:
        assert all(isinstance(value, str) for value in record.values())
        for name in ("source", "node", "resource", "type", "metric_name", "event_class"):
            assert 1 <= len(record[name]) <= 100
        assert 1 <= len(record["message_key"]) <= 1024
        assert record["severity"] in "012345"
        assert len(record["description"]) <= 4000
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", record["time_of_event"])
        assert record["resolution_state"] in ("New", "Closing")
        json.loads(record["additional_info"])


def servicenow_incident(request: Request) -> None:
    """ServiceNow's table of incidents."""
    document = _json(request)
    assert isinstance(request, HttpRequest)
    if request.method == "GET":
        query = parse_qs(urlsplit(request.url).query)["sysparm_query"][0]
        assert query.count("^") == 2
        assert len(query.split("^")[0]) <= 100 + len("correlation_id=")
        return
    assert len(document.get("short_description", "")) <= 160
    assert len(document.get("correlation_id", "")) <= 100
    assert all(len(value) <= 4000 for value in document.values())


def mail(request: Request) -> None:
    """A message as RFC 5322 and 2045 have it: short ASCII lines, one of each header, no header of somebody else's."""
    assert isinstance(request, MailRequest)
    assert request.raw.isascii()
    assert b"\n" not in request.raw.replace(b"\r\n", b"")
    assert b"\r" not in request.raw.replace(b"\r\n", b"")
    assert b"\x00" not in request.raw
    assert max(len(line) for line in request.raw.split(b"\r\n")) <= 998
    message = email.message_from_bytes(request.raw, policy=email.policy.default)
    assert not message.defects
    names = [name.lower() for name in message.keys()]  # noqa: SIM118  # names, each as often as it stands there
    assert len(names) == len(set(names))
    assert set(names) <= {
        *("from", "to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version", "content-type"),
        *("list-id", "auto-submitted", "x-auto-response-suppress", "x-priority"),
    }
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["subject"].strip()
    page = message.get_body(("html",))
    assert page is not None
    assert "<script" not in page.get_content()


CHECK: Mapping[ReceiverKind, Callable[[Request], None]] = {
    ReceiverKind.WEBHOOK: webhook,
    ReceiverKind.PAGERDUTY: pagerduty,
    ReceiverKind.OPSGENIE: opsgenie,
    ReceiverKind.JSM: opsgenie,
    ReceiverKind.ALERTMANAGER: alertmanager,
    ReceiverKind.GRAFANA: grafana,
    ReceiverKind.SLACK: slack,
    ReceiverKind.TEAMS: teams,
    ReceiverKind.SERVICENOW_EVENT: servicenow_event,
    ReceiverKind.SERVICENOW_INCIDENT: servicenow_incident,
    ReceiverKind.EMAIL: mail,
}
