"""The signed webhook: somebody else's verifier takes both signatures, and the document is a CloudEvent."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from alerts.connectors.base import HttpRequest
from alerts.connectors.webhook import CONNECTOR
from alerts.delivery.signing import new_secret
from models.alerting import NoticeKind, ReceiverKind
from tests.connectors.cases import PREVIOUS, channel, notice, sending

KIND = ReceiverKind.WEBHOOK


def build(previous: str | None = None) -> HttpRequest:
    said = notice()
    attempt = sending(said, now=datetime.fromtimestamp(time.time(), UTC))
    request = CONNECTOR.build(said, channel(KIND, previous_secret=previous), attempt)
    assert isinstance(request, HttpRequest)
    return request


def test_the_standards_own_library_verifies_it() -> None:
    request = build()
    Webhook(channel(KIND).secret).verify(request.body, dict(request.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(PREVIOUS).verify(request.body, dict(request.headers))


def test_while_the_secret_changes_both_are_good() -> None:
    request = build(PREVIOUS)
    assert len(request.headers["webhook-signature"].split()) == 2
    for secret in (channel(KIND).secret, PREVIOUS):
        Webhook(secret).verify(request.body, dict(request.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(request.body, dict(request.headers))


def test_it_is_the_event_and_says_how_to_answer_while_there_is_something_to_do() -> None:
    document = json.loads(build().body)
    assert (document["id"], document["type"]) == ("evt_0481", "alert.opened")
    assert set(document["data"]["links"]) == {"acknowledge", "resolve"}
    over = notice(NoticeKind.RESOLVED)
    request = CONNECTOR.build(over, channel(KIND), sending(over))
    assert isinstance(request, HttpRequest)
    assert json.loads(request.body)["data"]["links"] == {}


def test_a_later_attempt_is_the_same_message() -> None:
    said = notice()
    first = CONNECTOR.build(said, channel(KIND), sending(said))
    later = CONNECTOR.build(said, channel(KIND), replace(sending(said), now=datetime(2026, 11, 28, tzinfo=UTC)))
    assert isinstance(first, HttpRequest)
    assert isinstance(later, HttpRequest)
    assert first.body == later.body
    assert first.headers["webhook-id"] == later.headers["webhook-id"]
    assert first.headers["webhook-signature"] != later.headers["webhook-signature"]
