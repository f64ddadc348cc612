"""Tools that take more than one request, a server for mail, silences: through the real worker, receipts and all."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from backend.clock import system_now
from backend.context import Context
from models.alerting import NoticeKind, ReceiverKind
from models.enums import DeliveryStatus
from models.events import EventType
from tests.support.channels import make_channel, notice, tell
from tests.support.events import relay
from tests.support.ports import eventually
from tests.support.receiver import Answer, Receiver
from tests.support.smtp import MailServer, in_thread
from tests.support.webhooks import all_deliveries, delivering, with_settings

OPENED, CHANGED, RESOLVED = NoticeKind.OPENED, NoticeKind.CHANGED, NoticeKind.RESOLVED


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def ctx(ctx: Context) -> Context:
    return with_settings(ctx)


def says(status: int, document: Any) -> Answer:
    return Answer(status, text=json.dumps(document))


def told(ctx: Context, *kinds: NoticeKind) -> None:
    """Tell these, one after the other is delivered."""
    for kind in kinds:
        before = len(all_deliveries(ctx))
        tell(ctx, notice(kind, "ATL", "tool"))
        relay(ctx)
        done = [DeliveryStatus.DELIVERED] * (before + 1)
        eventually(lambda done=done: [row.status for row in all_deliveries(ctx)] == done)


def calls(receiver: Receiver) -> list[str]:
    return [f"{request.method} {request.path.partition('?')[0]}" for request in receiver.received]


def test_an_incident_is_looked_up_made_and_resolved(ctx: Context, receiver: Receiver) -> None:
    row = {"sys_id": "abc123", "number": "INC1"}
    receiver.plan(
        says(200, {"result": []}), says(201, {"result": row}), says(200, {"result": [row]}), says(200, {"result": row})
    )
    make_channel(ctx, "tool", ReceiverKind.SERVICENOW_INCIDENT, url=receiver.url, secret="password", config={})
    with delivering(ctx):
        told(ctx, OPENED, RESOLVED)
    table = "/hook/api/now/table/incident"
    assert calls(receiver) == [f"GET {table}", f"POST {table}", f"GET {table}", f"PATCH {table}/abc123"]
    assert {request.headers["authorization"] for request in receiver.received} == {"Bearer password"}
    assert all("password" not in repr(row) for row in all_deliveries(ctx))


def test_a_bots_message_is_changed_where_it_is(ctx: Context, receiver: Receiver) -> None:
    receiver.always(says(200, {"ok": True, "channel": "C1", "ts": "12.34"}))
    config = {"mode": "bot", "channel": "#ops"}
    make_channel(ctx, "tool", ReceiverKind.SLACK, url=receiver.url, secret="xoxb-kit-01234567", config=config)
    with delivering(ctx):
        told(ctx, OPENED, CHANGED, RESOLVED)
    assert calls(receiver) == [
        "POST /hook/chat.postMessage",
        "POST /hook/chat.update",
        "POST /hook/chat.update",
        "POST /hook/chat.postMessage",
    ]
    assert [request.json.get("ts") for request in receiver.received[1:3]] == ["12.34", "12.34"]
    assert receiver.received[3].json["thread_ts"] == "12.34"


def test_mail_is_handed_to_its_server(ctx: Context) -> None:
    with in_thread(MailServer()) as server:
        config = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "pickwatch@example.com"}
        make_channel(
            ctx, "tool", ReceiverKind.EMAIL, url="", secret="", config={**config, "recipients": ["a@example.com"]}
        )
        with delivering(ctx):
            told(ctx, OPENED, RESOLVED)
    first, second = (email.message_from_bytes(raw, policy=email.policy.default) for raw in server.messages)
    assert (first["to"], first["subject"]) == ("a@example.com", "ATL is at risk")
    assert second["in-reply-to"] == first["message-id"]


def test_a_mail_server_that_wants_it_later_gets_it_later(ctx: Context) -> None:
    with in_thread(MailServer(says={"MAIL": ["451 4.3.0 later"]})) as server:
        config = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "pickwatch@example.com"}
        make_channel(
            ctx, "tool", ReceiverKind.EMAIL, url="", secret="", config={**config, "recipients": ["a@example.com"]}
        )
        tell(ctx, notice(OPENED, "ATL", "tool"))
        relay(ctx)
        with delivering(ctx):
            eventually(lambda: all_deliveries(ctx)[0].attempts == 1)
    (row,) = all_deliveries(ctx)
    assert (row.status, row.last_status_code) == (DeliveryStatus.PENDING, 451)
    assert "later" in (row.last_error or "")


def test_alertmanager_knows_of_our_silences_and_others_do_not(ctx: Context, receiver: Receiver) -> None:
    receiver.plan(says(200, {"silenceID": "0a1b"}))
    receiver.always(Answer(200))
    make_channel(ctx, "tool", ReceiverKind.ALERTMANAGER, url=receiver.url, secret="", config={})
    make_channel(ctx, "hook", url=f"{receiver.url}/hook")
    with delivering(ctx):
        for change, ends_at in (
            ("created", system_now() + timedelta(hours=1)),
            ("started", system_now() + timedelta(hours=1)),
            ("ended", system_now() - timedelta(seconds=1)),
        ):
            _silence(ctx, change, ends_at.isoformat())
            relay(ctx)
            eventually(lambda: all(row.finished_at is not None for row in all_deliveries(ctx)))
    assert calls(receiver) == ["POST /hook/api/v2/silences", "DELETE /hook/api/v2/silence/0a1b"]


def _silence(ctx: Context, change: str, ends_at: str) -> None:
    data = {
        "silence": 7,
        "change": change,
        "matchers": [{"name": "location", "value": "ATL", "is_regex": False, "is_equal": True}],
        "reason": "Stock count",
        "owner": "Kim",
        "starts_at": (system_now() - timedelta(minutes=1)).isoformat(),
        "ends_at": ends_at,
    }
    with ctx.uow() as uow:
        uow.record(EventType.SILENCE_CHANGED, subject="silence/7", data=data)
