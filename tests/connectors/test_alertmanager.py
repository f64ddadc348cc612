"""Alertmanager: identity that does not change, an end that is put off while it fires, silences both ways."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.connectors import alertmanager_silences as silences
from alerts.connectors.alertmanager import CONNECTOR, FIRES_FOR, alert_of, resend
from alerts.connectors.base import HttpRequest, Reply, Sending, Verdict
from alerts.delivery.retry import Outcome
from alerts.envelope import EventFacts
from models.alerting import NoticeKind, ReceiverKind, Severity
from tests.connectors.cases import NOW, SINCE, channel, notice, sending

KIND = ReceiverKind.ALERTMANAGER
CHANNEL = channel(KIND)


def test_the_labels_are_the_same_from_first_to_last() -> None:
    told = [
        alert_of(notice(kind, severity, facts={"late": number}, title=f"{number} late"), now=NOW)
        for kind in NoticeKind
        for number, severity in enumerate(Severity)
    ]
    assert len({json.dumps(alert["labels"], sort_keys=True) for alert in told}) == 1
    assert len({alert["startsAt"] for alert in told}) == 1


def test_it_fires_for_four_minutes_and_resolves_now() -> None:
    assert datetime.fromisoformat(alert_of(notice(), now=NOW)["endsAt"]) == NOW + FIRES_FOR
    assert datetime.fromisoformat(alert_of(notice(NoticeKind.RESOLVED), now=NOW)["endsAt"]) == NOW
    assert datetime.fromisoformat(alert_of(notice(), now=NOW)["startsAt"]) == SINCE


def test_an_alert_that_begins_later_than_it_is_told_begins_now() -> None:
    """Of a clock that is ahead of ours; Alertmanager refuses what starts after it ends."""
    ahead = alert_of(notice(NoticeKind.RESOLVED, since="2026-11-27T16:00:00Z"), now=NOW)
    assert ahead["startsAt"] == ahead["endsAt"]
    assert alert_of(notice(since="yesterday"), now=NOW)["startsAt"]


@pytest.mark.parametrize("name", ["region", "my-label", "1st", "__meta", "ümlaut", "", "a.b"])
def test_any_label_has_a_name_that_every_release_takes(name: str) -> None:
    labels = alert_of(notice(labels={name: "x"}), now=NOW)["labels"]
    assert "x" in labels.values()
    assert all(each.isascii() and each.replace("_", "a").isalnum() and each[0].isalpha() for each in labels)


def test_many_are_sent_again_a_few_hundred_at_a_time() -> None:
    firing = [notice(key=f"pickwatch:p:{number}") for number in range(1201)]
    requests = resend(firing, CHANNEL, now=NOW)
    bodies = [json.loads(request.body) for request in requests]
    assert [len(body) for body in bodies] == [500, 500, 201]
    assert len({alert["labels"]["key"] for body in bodies for alert in body}) == 1201
    assert bodies[0][0] == alert_of(firing[0], now=NOW)
    assert resend([], CHANNEL, now=NOW) == []


def test_who_we_are() -> None:
    assert _authorization(CHANNEL) == "Basic cGlja3dhdGNoOmtpdC1zZWNyZXQvYWxlcnQmbWFuYWdlcg=="
    assert _authorization(channel(KIND, config={})) == "Bearer kit-secret/alert&manager"
    assert _authorization(channel(KIND, config={}, secret="")) is None


def _authorization(facts: Any) -> str | None:
    said = notice()
    request = CONNECTOR.build(said, facts, sending(said))
    assert isinstance(request, HttpRequest)
    return request.headers.get("authorization")


# ── silences
def silence(change: str = "created", *, receipt: str | None = None, ends: timedelta = timedelta(hours=2)) -> Sending:
    data = {
        "silence": 7,
        "change": change,
        "matchers": [
            {"name": "location", "value": "ATL.*", "is_regex": True, "is_equal": True},
            {"name": "my-label", "value": "x", "is_regex": False, "is_equal": False},
        ],
        "reason": "Stock count",
        "owner": "Kim Lee",
        "starts_at": (NOW - timedelta(minutes=1)).isoformat(),
        "ends_at": (NOW + ends).isoformat(),
    }
    return Sending(EventFacts("evt_7", "silence.changed", "silence/7", NOW, data), NOW, "x", receipt=receipt)


def build(told: Sending) -> HttpRequest | None:
    return silences.build(CHANNEL, told)


def judge(told: Sending, reply: Reply) -> Verdict:
    request = build(told)
    assert request is not None
    return silences.judge(CHANNEL, told, request, reply)


def test_a_silence_is_made_with_our_matchers() -> None:
    request = build(silence())
    assert request is not None
    assert (request.method, request.url) == ("POST", "https://alertmanager.example.com/prefix/api/v2/silences")
    assert json.loads(request.body) == {
        "matchers": [
            {"name": "location", "value": "ATL.*", "isRegex": True, "isEqual": True},
            {"name": "my_label", "value": "x", "isRegex": False, "isEqual": False},
        ],
        "startsAt": "2026-11-27T15:03:05Z",
        "endsAt": "2026-11-27T17:04:05Z",
        "createdBy": "Kim Lee",
        "comment": "Stock count",
    }
    verdict = judge(silence(), Reply(200, '{"silenceID":"0a1b"}'))
    assert (verdict.outcome, verdict.receipt) == (Outcome.DELIVERED, "0a1b")


def test_a_change_names_the_silence_and_one_that_is_forgotten_is_made_anew() -> None:
    told = silence("updated", receipt="0a1b")
    request = build(told)
    assert request is not None
    assert json.loads(request.body)["id"] == "0a1b"
    verdict = judge(told, Reply(404, '"silence not found"'))
    assert isinstance(verdict.then, HttpRequest)
    assert "id" not in json.loads(verdict.then.body)


def test_an_end_deletes_it_and_what_is_over_is_over() -> None:
    told = silence("ended", receipt="0a1b", ends=timedelta(0))
    request = build(told)
    assert request is not None
    assert (request.method, request.body) == ("DELETE", b"")
    assert request.url.endswith("/api/v2/silence/0a1b")
    for reply in (Reply(200), Reply(404), Reply(500, '"silence 0a1b already expired"')):
        assert judge(told, reply).outcome is Outcome.DELIVERED
    assert judge(told, Reply(500, "oops")).outcome is Outcome.REJECTED


def test_what_the_clock_does_is_not_told() -> None:
    assert build(silence("started", receipt="0a1b")) is None
    assert build(silence("expired", receipt="0a1b", ends=timedelta(0))) is None
    assert build(silence("ended", ends=timedelta(0))) is None  # it never knew of it
