"""PUT, GET, DELETE /subscriptions and /deliveries over HTTP: versions, secrets, faults, paging, replay."""

from __future__ import annotations

from typing import Any

import pytest

from backend.context import Context
from models.enums import Permission
from tests.support.api import client_of
from tests.support.events import SECRET, record, relay

BODY: dict[str, Any] = {"url": "https://receiver.example/hook", "types": ["sla.*"]}
BOTH = (Permission.SUBSCRIPTIONS_READ, Permission.SUBSCRIPTIONS_WRITE)


def test_create_read_replace_delete(ctx: Context) -> None:
    client = client_of(ctx, *BOTH)
    created = client.put("/api/v1/subscriptions/hook", json=BODY | {"secret": SECRET})
    assert (created.status_code, created.headers["etag"], created.json()["secret"]) == (201, '"1"', SECRET)
    assert created.headers["cache-control"] == "no-store"
    read = client.get("/api/v1/subscriptions/hook")
    assert read.headers["etag"] == '"1"'
    shown = read.json()
    assert "secret" not in shown
    assert {name: shown[name] for name in ("code", "url", "types", "locations", "groups", "enabled", "from")} == {
        "code": "hook",
        "locations": [],
        "groups": [],
        "enabled": True,
        "from": "0",
        **BODY,
    }
    changed = client.put("/api/v1/subscriptions/hook", json=BODY | {"enabled": False}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"], "secret" in changed.json()) == (200, '"2"', False)
    stale = client.put("/api/v1/subscriptions/hook", json=BODY, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert [item["code"] for item in client.get("/api/v1/subscriptions").json()["items"]] == ["hook"]
    assert client.delete("/api/v1/subscriptions/hook", headers={"If-Match": '"1"'}).status_code == 412
    assert client.delete("/api/v1/subscriptions/hook").status_code == 204
    assert client.get("/api/v1/subscriptions/hook").status_code == 404


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"url": "gopher://x"}, ["/url"]),
        ({"url": "https://user:pw@receiver.example/"}, ["/url"]),
        ({"url": 7, "types": "all", "enabled": "perhaps", "nonsense": 1}, ["/url", "/types", "/enabled", "/nonsense"]),
        ({"types": ["nope", "sla.*", "order."]}, ["/types/0", "/types/2"]),
        ({"types": ["sla.*", "sla.*"]}, ["/types"]),
        ({"locations": ["NOWHERE"], "from": "12345"}, ["/locations/0", "/from"]),
        ({"from": True}, ["/from"]),
        ({"from": "soon"}, ["/from"]),
        ({"secret": "hunter2"}, ["/secret"]),
    ],
)
def test_bad_input_is_named_and_nothing_is_stored(ctx: Context, change: dict[str, Any], pointers: list[str]) -> None:
    client = client_of(ctx, *BOTH)
    answer = client.put("/api/v1/subscriptions/hook", json=BODY | change)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers
    assert client.get("/api/v1/subscriptions").json()["items"] == []
    assert "hunter2" not in answer.text


def test_a_private_target_is_refused_by_name(ctx: Context) -> None:
    answer = client_of(ctx, *BOTH).put("/api/v1/subscriptions/hook", json={"url": "http://127.0.0.1/"})
    assert (answer.status_code, answer.json()["code"]) == (422, "target_refused")


def test_reading_does_not_allow_writing(ctx: Context) -> None:
    client = client_of(ctx, Permission.SUBSCRIPTIONS_READ)
    assert client.put("/api/v1/subscriptions/hook", json=BODY).status_code == 403
    assert client.delete("/api/v1/subscriptions/hook").status_code == 403
    assert client.post("/api/v1/deliveries/1/replay").status_code == 403
    assert client.get("/api/v1/subscriptions").json()["items"] == []
    assert client_of(ctx, Permission.EVENTS_READ).get("/api/v1/deliveries").status_code == 403


def test_deliveries_are_listed_in_pages_and_filtered(ctx: Context) -> None:
    client = client_of(ctx, *BOTH)
    client.put("/api/v1/subscriptions/hook", json=BODY)
    uids = record(ctx, 5)
    relay(ctx)
    first = client.get("/api/v1/deliveries?limit=3").json()
    second = client.get("/api/v1/deliveries", params={"limit": 3, "after": first["next"]}).json()
    assert [row["event_id"] for row in first["items"] + second["items"]] == uids[::-1]
    assert second["next"] is None
    row = second["items"][-1]
    assert (row["status"], row["attempts"], row["subscription"]) == ("pending", [], "hook")
    assert client.get(f"/api/v1/deliveries/{row['id']}").json() == row
    for query, count in {
        "status=pending": 5,
        "status=delivered&status=dead": 0,
        "subscription=hook": 5,
        "subscription=other": 0,
        "type=sla.location.changed": 5,
        "location=X": 0,
    }.items():
        assert len(client.get(f"/api/v1/deliveries?{query}").json()["items"]) == count
    assert client.get("/api/v1/deliveries?status=lost").status_code == 422
    assert client.get("/api/v1/deliveries?after=x").status_code == 422


def test_replay_answers_with_what_is_owed_now(ctx: Context) -> None:
    client = client_of(ctx, *BOTH)
    client.put("/api/v1/subscriptions/hook", json=BODY)
    record(ctx, 2)
    relay(ctx)
    later, first = (row["id"] for row in client.get("/api/v1/deliveries").json()["items"])
    assert client.post(f"/api/v1/deliveries/{first}/replay").status_code == 202
    waits = client.post(f"/api/v1/deliveries/{later}/replay")
    assert (waits.status_code, waits.json()["code"]) == (409, "conflict")
    client.put("/api/v1/subscriptions/hook", json=BODY | {"enabled": False})
    assert client.post(f"/api/v1/deliveries/{first}/replay").status_code == 409
    client.put("/api/v1/subscriptions/hook", json=BODY)
    again = client.post(f"/api/v1/deliveries/{first}/replay")
    assert (again.status_code, again.json()["status"]) == (202, "pending")
    assert client.post("/api/v1/deliveries/999/replay").status_code == 404
