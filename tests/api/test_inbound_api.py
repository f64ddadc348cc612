"""What incident tools call back with: who may, what it does, and that nothing comes back to who said it."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from alerts.delivery.signing import headers as signed
from alerts.delivery.signing import new_secret
from alerts.inbound import of_pagerduty, signed_as_webhook, signed_by_pagerduty
from alerts.notice import key_of
from backend.alerting.inbound import HEARD_FOR, Gate
from backend.api.idempotency import KEEP
from backend.api.security import INBOUND_LIMIT
from backend.clock import system_now
from backend.context import Context
from models.alerting import ReceiverKind
from models.enums import Permission
from tests.support.api import client_of
from tests.support.open_alerts import ESCALATION, alert_row, channel, fire, owed, places, sequenced, step_rows, told
from tests.support.shop import row_counts

PD, GENERIC = "/api/v1/inbound/pagerduty/pd", "/api/v1/inbound/hook"
PD_SECRET, HOOK_SECRET = "a secret of PagerDuty", new_secret()
KEY = "pickwatch:red:location/CHI"


@pytest.fixture
def alert(ctx: Context) -> int:
    places(ctx, "CHI")
    channel(ctx, "pd", ReceiverKind.PAGERDUTY, inbound_secret=PD_SECRET)
    channel(ctx, "hook", inbound_secret=HOOK_SECRET)
    channel(ctx, "deaf")
    return fire(ctx, notify=("pd", "hook", "deaf"), steps_=ESCALATION)


def event(kind: str, id_: str = "e1", key: str = KEY, *, ago: timedelta = timedelta()) -> bytes:
    data = {"id": "P1", "incident_key": key, "status": "x"}
    at = (system_now() - ago).isoformat().replace("+00:00", "Z")
    told = {"id": id_, "event_type": f"incident.{kind}", "agent": {"summary": "Ann\n<b>"}, "data": data}
    return json.dumps({"event": {**told, "occurred_at": at}}).encode()


def call(ctx: Context, body: bytes, *, secret: str = PD_SECRET, path: str = PD, more: str = "") -> httpx.Response:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-PagerDuty-Signature": f"{more}v1={signature}", "Content-Type": "application/json"}
    return client_of(ctx).post(path, content=body, headers=headers)


def say(ctx: Context, id_: str = "m1", *, secret: str = HOOK_SECRET, age: int = 0, **body: Any) -> httpx.Response:
    raw = json.dumps(body).encode()
    headers = signed(secret, message_id=id_, timestamp=int(system_now().timestamp()) - age, body=raw)
    return client_of(ctx).post(GENERIC, content=raw, headers={**headers, "Content-Type": "application/json"})


def test_what_is_done_in_pagerduty_is_done_here_and_not_said_back(ctx: Context, alert: int) -> None:
    taken = call(ctx, event("acknowledged"), more="v1=00,v2=x, ")
    assert (taken.status_code, taken.json()) == (200, {"result": "done"})
    row = alert_row(ctx, alert)
    assert (row.status, row.acknowledged_by) == ("acknowledged", "Ann <b> via pd")
    assert {step.state for step in step_rows(ctx, alert)} == {"stopped"}
    assert told(ctx)[-1] == ("alert.acknowledged", ["hook", "deaf"])
    assert call(ctx, event("unacknowledged", "e2")).json() == {"result": "done"}
    assert alert_row(ctx, alert).status == "firing"
    assert call(ctx, event("resolved", "e3")).json() == {"result": "done"}
    assert alert_row(ctx, alert).status == "resolved"
    sequenced(ctx)
    assert [type_ for code, type_ in owed(ctx) if code == "pd"] == ["alert.opened"]
    assert [type_ for code, type_ in owed(ctx) if code == "deaf"][-1] == "alert.resolved"


def test_repeats_unknown_keys_and_what_is_so_already_change_nothing(ctx: Context, alert: int) -> None:
    call(ctx, event("acknowledged"))
    before = row_counts(ctx)
    assert call(ctx, event("acknowledged")).json() == {"result": "repeated"}
    assert row_counts(ctx) == before
    assert call(ctx, event("acknowledged", "e2")).json() == {"result": "no_change"}
    for id_, key in enumerate(("pickwatch:red:other", "other:red", "", KEY + "x", "pickwatch:" + ":" * 90)):
        assert call(ctx, event("resolved", f"u{id_}", key)).json() == {"result": "unknown"}, key
    for kind in ("triggered", "escalated", "annotated", "nonsense"):
        assert call(ctx, event(kind, kind)).json() == {"result": "no_change"}
    assert call(ctx, b"[]").json() == {"result": "no_change"}
    assert len(told(ctx)) == 2
    assert alert_row(ctx, alert).status == "acknowledged"


def test_what_was_done_to_the_alert_before_is_not_done_to_this_one(ctx: Context, alert: int) -> None:
    """The tool says "resolved" back late, of what it heard from us, and meanwhile the same place is red again."""
    sequenced(ctx)
    late = call(ctx, event("resolved", "echo", ago=timedelta(seconds=30)))
    assert late.json() == {"result": "unknown"}
    assert alert_row(ctx, alert).status == "firing"
    assert call(ctx, event("acknowledged", "now")).json() == {"result": "done"}


def test_a_message_is_not_heard_once_its_id_may_be_forgotten(ctx: Context, alert: int) -> None:
    assert HEARD_FOR < KEEP
    body = event("resolved", "kept back", ago=HEARD_FOR + timedelta(minutes=1))
    assert call(ctx, body).json() == {"result": "no_change"}
    assert alert_row(ctx, alert).status == "firing"


@pytest.mark.parametrize("at", [None, 5, "", "yesterday", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00"])
def test_an_instant_that_is_none_is_none(at: Any) -> None:
    document = json.loads(event("resolved"))
    document["event"]["occurred_at"] = at
    told = of_pagerduty(document)
    assert told is not None
    assert told.at is None


def test_keys_that_begin_alike_are_not_confused(ctx: Context, alert: int) -> None:
    policy, group = "p" * 64, "g:" * 99
    one, other = (fire(ctx, notify=("pd",), policy_code=policy, group_key=f"{group}{end}") for end in ("1", "2"))
    assert call(ctx, event("resolved", "e1", key_of(policy, f"{group}2"))).json() == {"result": "done"}
    assert (alert_row(ctx, one).status, alert_row(ctx, other).status) == ("firing", "resolved")
    assert call(ctx, event("resolved", "e2", key_of(policy, f"{group}3"))).json() == {"result": "unknown"}


def test_forged_and_foreign_callers_learn_nothing(ctx: Context, alert: int) -> None:
    body = event("resolved")
    refused = [
        call(ctx, body, secret="guess"),
        call(ctx, body, path="/api/v1/inbound/pagerduty/nobody"),
        call(ctx, body, path="/api/v1/inbound/pagerduty/hook", secret=HOOK_SECRET),  # of another kind
        call(ctx, body, path="/api/v1/inbound/pd"),
        client_of(ctx).post(PD, content=body),
        client_of(ctx).post(PD, content=body, headers={"X-PagerDuty-Signature": b"v1=\xe9,,v1="}),
        say(ctx, secret=new_secret(), action="resolve", key=KEY),
        say(ctx, age=400, action="resolve", key=KEY),
        say(ctx, age=-400, action="resolve", key=KEY),
        client_of(ctx).post("/api/v1/inbound/deaf", content=body),
        client_of(ctx).post(GENERIC, content=body, headers={"webhook-id": "a", "webhook-timestamp": "x" * 99}),
    ]
    assert {answer.status_code for answer in refused} <= {401, 415}
    assert len({answer.text for answer in refused if answer.status_code == 401}) == 1
    assert alert_row(ctx, alert).status == "firing"
    assert len(told(ctx)) == 1


def test_a_key_that_was_too_long_is_still_the_one_alert(ctx: Context, alert: int) -> None:
    long = "p" * 60
    first, second = (
        fire(ctx, notify=("pd",), policy_code=long, group_key="g:" * 90 + str(number) * 20) for number in (1, 2)
    )
    row = alert_row(ctx, second)
    assert call(ctx, event("resolved", "long", key_of(row.policy_code, row.group_key))).json() == {"result": "done"}
    assert [alert_row(ctx, id_).status for id_ in (alert, first, second)] == ["firing", "firing", "resolved"]


def test_a_channel_speaks_only_of_what_it_was_told(ctx: Context, alert: int) -> None:
    places(ctx, "NYC")
    foreign = fire(ctx, "NYC", notify=("deaf",))
    assert call(ctx, event("resolved", key="pickwatch:red:location/NYC")).json() == {"result": "unknown"}
    assert say(ctx, action="resolve", alert=foreign).json() == {"result": "unknown"}
    assert alert_row(ctx, foreign).status == "firing"
    assert alert_row(ctx, alert).status == "firing"


def test_any_tool_may_say_it_signed(ctx: Context, alert: int) -> None:
    assert say(ctx, "m1", action="note", alert=alert, by="Bob", note="on my way").json() == {"result": "done"}
    assert say(ctx, "m2", action="acknowledge", key=KEY, by="Bob").json() == {"result": "done"}
    assert say(ctx, "m2", action="resolve", key=KEY).json() == {"result": "repeated"}
    assert alert_row(ctx, alert).acknowledged_by == "Bob via hook"
    assert told(ctx)[-1] == ("alert.acknowledged", ["pd", "deaf"])
    wrong = say(ctx, "m3", action="explode", keys=1)
    assert {fault["pointer"] for fault in wrong.json()["errors"]} == {"/action", "/keys"}
    assert say(ctx, "m4", action="resolve").json()["errors"][0]["pointer"] == "/key"
    assert say(ctx, "m5", action="resolve", key=KEY, alert=alert).status_code == 422


def test_long_bodies_and_many_messages_are_refused(ctx: Context, alert: int) -> None:
    long = call(ctx, b'{"a": "' + b"x" * INBOUND_LIMIT + b'"}')
    assert long.status_code == 413
    ctx.part(Gate).most = 3
    answers = [call(ctx, event("triggered"), secret="guess").status_code for _ in range(5)]
    assert 429 in answers
    assert "retry-after" in call(ctx, event("triggered")).headers
    assert alert_row(ctx, alert).status == "firing"


def test_signatures_are_those_of_the_specifications() -> None:
    body = b'{"test": 2432232314}'
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1a,x v1,zzz v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    then = system_now().fromtimestamp(1614265330, tz=system_now().tzinfo)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert signed_as_webhook(secret, body, headers, now=then)
    assert not signed_as_webhook(secret, body + b" ", headers, now=then)
    assert not signed_as_webhook(secret, body, {**headers, "webhook-id": "a.b"}, now=then)
    assert not signed_by_pagerduty("s", body, "")
    assert of_pagerduty({"event": {"data": {"incident_key": 5}}}) is None


def test_a_secret_that_could_never_be_right_is_refused(ctx: Context) -> None:
    client = client_of(ctx, Permission.CHANNELS_WRITE)
    hook = {"kind": "webhook", "url": "https://tool.example/hook", "inbound_secret": "plain words"}
    refused = client.put("/api/v1/channels/hook", json=hook)
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/inbound_secret"]
    assert client.put("/api/v1/channels/hook", json={**hook, "inbound_secret": new_secret()}).status_code == 201
    short = {"kind": "pagerduty", "secret": "r" * 32, "inbound_secret": "short"}
    assert client.put("/api/v1/channels/pd", json=short).json()["errors"][0]["pointer"] == "/inbound_secret"
