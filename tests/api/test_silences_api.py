"""Silences over HTTP: who may silence what, for how long, and that the engine looks again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from backend.clock import ManualClock
from backend.context import Context
from backend.jobs import escalation
from models.enums import Permission
from models.events import EventType
from models.tables import Event, Silence
from tests.support.api import client_of
from tests.support.open_alerts import alert_row, fire, places
from tests.support.shop import rows_of

PATH = "/api/v1/silences"
BOTH = (Permission.ALERTS_READ, Permission.ALERTS_WRITE)
CHI = {"name": "location", "value": "CHI"}
WORK = {"matchers": [CHI], "reason": "stocktaking", "ends_at": "2026-11-27T20:00:00Z"}


def changes(ctx: Context) -> list[str]:
    with ctx.read() as uow:
        found = sa.select(Event.data).where(col(Event.type) == EventType.SILENCE_CHANGED.value)
        return [data["change"] for data in uow.session.scalars(found.order_by(col(Event.id)))]


def test_a_silence_is_made_read_changed_and_ended(ctx: Context, clock: ManualClock) -> None:
    places(ctx, "CHI", "NYC")
    chi, nyc = fire(ctx, "CHI"), fire(ctx, "NYC")
    client = client_of(ctx, *BOTH)
    made = [client.post(PATH, json=WORK, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    one = made[0].json()
    assert (one["state"], one["reason"], one["starts_at"]) == ("active", "stocktaking", "2026-11-27T15:00:00Z")
    assert one["owner"].startswith("key:test")
    assert client.get(PATH).json()["items"] == [one]
    assert (alert_row(ctx, chi).check_at, alert_row(ctx, nyc).check_at) == (clock.now(), None)
    clock.advance(timedelta(minutes=1))
    other = {**WORK, "matchers": [{"name": "location", "value": "NY.*", "is_regex": True}]}
    assert client.put(f"{PATH}/{one['id']}", json=other, headers={"If-Match": '"9"'}).status_code == 412
    changed = client.put(f"{PATH}/{one['id']}", json=other, headers={"If-Match": made[0].headers["ETag"]})
    assert changed.json()["matchers"][0]["value"] == "NY.*"
    assert (alert_row(ctx, chi).check_at, alert_row(ctx, nyc).check_at) == (clock.now(), clock.now())
    assert client.delete(f"{PATH}/{one['id']}").status_code == 204
    assert client.delete(f"{PATH}/{one['id']}").status_code == 204
    assert client.get(f"{PATH}/{one['id']}").json()["state"] == "expired"
    assert client.get(PATH).json()["items"] == []
    assert [item["id"] for item in client.get(f"{PATH}?state=expired").json()["items"]] == [one["id"]]
    assert client.put(f"{PATH}/{one['id']}", json=WORK).json()["code"] == "illegal_transition"
    assert changes(ctx) == ["created", "updated", "ended"]


def test_every_fault_is_named_and_nothing_is_kept(ctx: Context) -> None:
    client = client_of(ctx, *BOTH)

    def faults(**wrong: Any) -> set[str]:
        answer = client.post(PATH, json={**WORK, **wrong})
        assert answer.status_code == 422, answer.text
        return {fault["pointer"] for fault in answer.json()["errors"]}

    assert faults(reason=" ", matchers=[]) == {"/reason", "/matchers"}
    assert faults(ends_at="2026-11-27T14:00:00Z") == {"/ends_at"}
    assert faults(ends_at="2027-03-27T14:00:00Z") == {"/ends_at"}
    bomb = {"name": "location", "value": "(a+)+(", "is_regex": True}
    assert faults(matchers=[bomb, {"name": "", "value": "x"}]) == {"/matchers/0/value", "/matchers/1/name"}
    assert faults(matchers=[{"name": "location", "value": ".*", "is_regex": True}]) == {"/matchers"}
    assert rows_of(ctx, Silence) == []
    assert changes(ctx) == []


def test_a_preview_says_what_it_would_keep_quiet_and_keeps_nothing(ctx: Context) -> None:
    places(ctx, "CHI", "NYC")
    chi, _ = fire(ctx, "CHI"), fire(ctx, "NYC")
    client = client_of(ctx, Permission.ALERTS_READ)
    found = client.post(f"{PATH}/preview", json={"matchers": [CHI]}).json()
    assert (found["count"], [alert["id"] for alert in found["alerts"]]) == (1, [chi])
    both = {"matchers": [{"name": "location", "value": "(a+)+|.+", "is_regex": True}]}
    assert client.post(f"{PATH}/preview", json=both).json()["count"] == 2
    limited = client_of(ctx, Permission.ALERTS_READ, locations=["NYC"])
    assert limited.post(f"{PATH}/preview", json={"matchers": [CHI]}).json()["count"] == 0
    assert rows_of(ctx, Silence) == []


@pytest.mark.parametrize(
    "matchers",
    [
        [{"name": "location", "value": "NYC"}],
        [{"name": "location", "value": "CHI|NYC", "is_regex": True}],
        [{"name": "location", "value": "NYC", "is_equal": False}, {"name": "policy", "value": "red"}],
        [{"name": "policy", "value": "red"}],
        [{"name": "group", "value": "c"}],
        [{"name": "location", "value": "nowhere"}],
    ],
)
def test_who_is_limited_silences_only_what_is_his(ctx: Context, matchers: list[dict[str, Any]]) -> None:
    places(ctx, "CHI", "NYC")
    limited = client_of(ctx, *BOTH, locations=["CHI"])
    answer = limited.post(PATH, json={**WORK, "matchers": matchers})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert rows_of(ctx, Silence) == []
    mine = limited.post(PATH, json={**WORK, "matchers": [CHI, {"name": "policy", "value": "red"}]})
    assert mine.status_code == 201
    foreign = client_of(ctx, *BOTH).post(PATH, json={**WORK, "matchers": matchers}).json()["id"]
    assert limited.get(f"{PATH}/{foreign}").status_code == 404
    assert limited.delete(f"{PATH}/{foreign}").status_code == 404
    assert limited.put(f"{PATH}/{foreign}", json=WORK).status_code == 404
    assert [item["id"] for item in limited.get(PATH).json()["items"]] == [mine.json()["id"]]
    assert limited.put(f"{PATH}/{mine.json()['id']}", json={**WORK, "matchers": matchers}).status_code == 403


def test_silences_begin_and_run_out_by_themselves(ctx: Context, clock: ManualClock) -> None:
    places(ctx, "CHI")
    chi = fire(ctx)
    client = client_of(ctx, *BOTH)
    assert escalation.run_silences(ctx) is None
    client.post(PATH, json={**WORK, "starts_at": "2026-11-27T16:00:00Z", "ends_at": "2026-11-27T17:00:00Z"})
    later = clock.now() + timedelta(hours=1)
    assert escalation.run_silences(ctx) == later
    for change in ("started", "expired"):
        clock.advance(timedelta(hours=1))
        escalation.run_silences(ctx)
        assert changes(ctx)[-1] == change
        assert alert_row(ctx, chi).check_at == clock.now()
        escalation.run_silences(ctx)
    assert changes(ctx) == ["created", "started", "expired"]
