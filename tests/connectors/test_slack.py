"""Slack: a bot keeps one message per alert and calls people back in its thread; a 200 may be an error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alerts.connectors.base import HttpRequest, Reply, Verdict
from alerts.connectors.slack import CONNECTOR
from alerts.connectors.slack_blocks import escaped
from alerts.delivery.retry import Outcome
from models.alerting import NoticeKind, ReceiverKind
from tests.connectors.cases import BOT, HARM, channel, hostile, notice, sending
from tests.connectors.limits import slack as within_limits
from tests.connectors.tools import talk

KIND = ReceiverKind.SLACK
RECEIPT = "C024BE91L:1503435956.000247"
TAKEN = Reply(200, '{"ok":true,"channel":"C024BE91L","ts":"1503435956.000247"}')


def bot(kind: NoticeKind, receipt: str | None, *answers: Reply) -> tuple[list[HttpRequest], Verdict]:
    said = notice(kind)
    left = [*answers, *[TAKEN] * 4]
    requests, verdict = talk(
        CONNECTOR, said, channel(KIND, **BOT), sending(said, receipt=receipt), lambda _: left.pop(0)
    )
    assert verdict is not None
    return [request for request in requests if isinstance(request, HttpRequest)], verdict


def methods(requests: list[HttpRequest]) -> list[str]:
    return [request.url.removeprefix("https://slack.com/api/") for request in requests]


@pytest.mark.parametrize(
    ("kind", "called"),
    [
        (NoticeKind.OPENED, ["chat.postMessage"]),
        (NoticeKind.TEST, ["chat.postMessage"]),
        (NoticeKind.CHANGED, ["chat.update"]),
        (NoticeKind.ACKNOWLEDGED, ["chat.update"]),
        (NoticeKind.REPEATED, ["chat.update", "chat.postMessage"]),
        (NoticeKind.ESCALATED, ["chat.update", "chat.postMessage"]),
        (NoticeKind.RESOLVED, ["chat.update", "chat.postMessage"]),
    ],
)
def test_one_message_per_alert(kind: NoticeKind, called: list[str]) -> None:
    requests, verdict = bot(kind, RECEIPT)
    assert methods(requests) == called
    assert (verdict.outcome, verdict.receipt) == (Outcome.DELIVERED, RECEIPT)
    assert methods(bot(kind, None)[0]) == ["chat.postMessage"]
    assert all("kitSecret" not in request.url for request in requests)


def test_an_update_names_the_message_and_a_reply_its_thread() -> None:
    update, reply = (json.loads(request.body) for request in bot(NoticeKind.ESCALATED, RECEIPT)[0])
    assert (update["channel"], update["ts"]) == ("C024BE91L", "1503435956.000247")
    assert (reply["thread_ts"], reply["reply_broadcast"]) == ("1503435956.000247", True)


def test_a_message_that_is_gone_is_posted_anew() -> None:
    requests, verdict = bot(NoticeKind.CHANGED, "C1:1.2", Reply(200, '{"ok":false,"error":"message_not_found"}'))
    assert methods(requests) == ["chat.update", "chat.postMessage"]
    assert verdict.receipt == RECEIPT


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(200, '{"ok":false,"error":"channel_not_found"}'), Outcome.INVALID),
        (Reply(200, '{"ok":false,"error":"invalid_auth"}'), Outcome.INVALID),
        (Reply(200, '{"ok":false}'), Outcome.INVALID),
        (Reply(200, '{"ok":false,"error":"ratelimited"}', {"retry-after": "9"}), Outcome.REJECTED),
        (Reply(200, '{"ok":false,"error":"internal_error"}'), Outcome.REJECTED),
        (Reply(200, "<html>sign in</html>"), Outcome.REJECTED),
        (Reply(200, "[]"), Outcome.REJECTED),
        (Reply(200, ""), Outcome.REJECTED),
    ],
)
def test_a_200_may_be_an_error(reply: Reply, outcome: Outcome) -> None:
    _, verdict = bot(NoticeKind.OPENED, None, reply)
    assert verdict.outcome is outcome
    assert verdict.error
    assert verdict.retry_after == reply.headers.get("retry-after")


@pytest.mark.parametrize("body", ["ok", "", '{"success":true}'])
def test_a_webhook_says_ok(body: str) -> None:
    said = notice()
    request = CONNECTOR.build(said, channel(KIND), sending(said))
    assert request is not None
    assert CONNECTOR.judge(said, channel(KIND), sending(said), request, Reply(200, body)).outcome is Outcome.DELIVERED


@pytest.mark.parametrize("told", NoticeKind)
def test_a_bots_messages_are_within_the_limits_too(told: NoticeKind) -> None:
    for text in HARM:
        said = hostile(told, text)
        attempt = sending(said, receipt=RECEIPT)
        for request in talk(CONNECTOR, said, channel(KIND, **BOT), attempt, lambda _: TAKEN)[0]:
            within_limits(request)


def test_entities_are_never_cut() -> None:
    assert escaped("a<b>&c", 100) == "a&lt;b&gt;&amp;c"
    assert escaped("a<b>&c", 6) == "a&lt;…"
    assert escaped("&&&&", 11) == "&amp;&amp;…"


@pytest.mark.parametrize(
    ("url", "secret", "config", "pointers"),
    [
        ("", "https://hooks.slack.com/services/T/B/x", {}, []),
        ("", "xoxb-kit-01234567", {}, ["/secret"]),
        ("", "xoxb-kit-01234567", {"mode": "bot", "channel": "C1"}, []),
        ("", "xoxb-kit-01234567", {"mode": "bot"}, ["/config/channel"]),
        ("", "https://hooks.slack.com/services/T/B/x", {"mode": "bot", "channel": "C1"}, ["/secret"]),
        ("https://hooks.slack.com/x", "https://hooks.slack.com/x", {}, ["/url"]),
        ("", "", {"mode": "sms"}, ["/config/mode", "/config/channel", "/secret"]),
    ],
)
def test_settings_by_mode(url: str, secret: str, config: dict[str, Any], pointers: list[str]) -> None:
    assert [fault.pointer for fault in CONNECTOR.faults(url, secret, config)] == pointers
