"""/channels over HTTP: kinds, versions, secrets that are never shown, faults, pause, another secret, a test message."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.connectors.registry import CONNECTORS
from backend.context import Context
from models.alerting import NoticeKind
from models.enums import Permission
from tests.support.api import client_of
from tests.support.channels import ROUTING_KEY, make_channel, notice, tell
from tests.support.events import SECRET, make_subscription, relay
from tests.support.ports import eventually
from tests.support.receiver import Answer, Receiver
from tests.support.webhooks import delivering, with_settings

BOTH = (Permission.CHANNELS_READ, Permission.CHANNELS_WRITE, Permission.SUBSCRIPTIONS_READ)
PAGERDUTY: dict[str, Any] = {"kind": "pagerduty", "title": "Day", "secret": ROUTING_KEY, "config": {"region": "eu"}}
HOOK: dict[str, Any] = {"kind": "webhook", "url": "https://receiver.example/hook"}


def test_create_read_replace_delete(ctx: Context) -> None:
    client = client_of(ctx, *BOTH)
    created = client.put("/api/v1/channels/ops", json=PAGERDUTY)
    assert (created.status_code, created.headers["etag"]) == (201, '"1"')
    shown = client.get("/api/v1/channels/ops").json()
    assert shown["where"] == "events.eu.pagerduty.com"
    assert {name: shown[name] for name in ("code", "kind", "title", "config", "enabled", "has_secret", "owed")} == {
        "code": "ops",
        "kind": "pagerduty",
        "title": "Day",
        "config": {"region": "eu"},
        "enabled": True,
        "has_secret": True,
        "owed": 0,
    }
    kept = {name: value for name, value in PAGERDUTY.items() if name != "secret"} | {"title": "Night"}
    changed = client.put("/api/v1/channels/ops", json=kept, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["title"], changed.json()["has_secret"]) == (200, "Night", True)
    stale = client.put("/api/v1/channels/ops", json=kept, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    for answer in (created, changed, stale, client.get("/api/v1/channels")):
        assert ROUTING_KEY not in answer.text
    assert client.delete("/api/v1/channels/ops", headers={"If-Match": '"1"'}).status_code == 412
    assert client.delete("/api/v1/channels/ops").status_code == 204
    assert client.get("/api/v1/channels/ops").status_code == 404


def test_a_signed_webhooks_secret_is_made_and_shown_once(ctx: Context) -> None:
    client = client_of(ctx, *BOTH)
    made = client.put("/api/v1/channels/hook", json=HOOK)
    assert made.json()["secret"].startswith("whsec_")
    assert "secret" not in client.put("/api/v1/channels/hook", json=HOOK).json()
    rotated = client.post("/api/v1/channels/hook/rotate", json={"hours": 2})
    assert (rotated.status_code, rotated.json()["secret"] != made.json()["secret"]) == (201, True)
    assert rotated.json()["previous_until"] is not None
    assert "secret" not in client.get("/api/v1/channels/hook").json()


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"kind": "carrier-pigeon"}, ["/kind"]),
        ({"kind": "subscription"}, ["/kind"]),
        (
            {"secret": "short", "config": {"region": "mars", "colour": 1}},
            ["/secret", "/config/region", "/config/colour"],
        ),
        ({"config": {"pace": {"per": 0, "seconds": 1}}}, ["/config/pace/per"]),
        ({"config": {"default": "yes"}}, ["/config/default"]),
        ({"secret": None}, ["/secret"]),
        ({"url": "gopher://x"}, ["/url"]),
    ],
)
def test_every_fault_is_named_and_nothing_is_stored(ctx: Context, change: dict[str, Any], pointers: list[str]) -> None:
    client = client_of(ctx, *BOTH)
    answer = client.put("/api/v1/channels/ops", json=PAGERDUTY | change)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers
    assert client.get("/api/v1/channels").json()["items"] == []


def test_kind_is_fixed_and_a_secret_does_not_move_to_another_host(ctx: Context) -> None:
    client = client_of(ctx, *BOTH)
    client.put("/api/v1/channels/ops", json=PAGERDUTY)
    other = client.put("/api/v1/channels/ops", json=HOOK)
    assert [fault["code"] for fault in other.json()["errors"]] == ["fixed"]
    moved = {"kind": "pagerduty", "url": "https://elsewhere.example/v2/enqueue"}
    answer = client.put("/api/v1/channels/ops", json=moved)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/secret"]
    assert client.put("/api/v1/channels/ops", json=moved | {"secret": ROUTING_KEY}).status_code == 200
    bare = client.put("/api/v1/channels/ops", json=moved | {"url": moved["url"].replace("https", "http")})
    assert [fault["pointer"] for fault in bare.json()["errors"]] == ["/secret"], "nor is it sent in the clear"


def test_codes_are_shared_with_subscriptions_and_lists_are_not(ctx: Context) -> None:
    make_subscription(ctx, "shop")
    make_channel(ctx, "ops")
    client = client_of(ctx, *BOTH, Permission.SUBSCRIPTIONS_WRITE)
    assert [item["code"] for item in client.get("/api/v1/channels").json()["items"]] == ["ops"]
    assert [item["code"] for item in client.get("/api/v1/subscriptions").json()["items"]] == ["shop"]
    assert client.get("/api/v1/channels/shop").status_code == 404
    assert client.get("/api/v1/subscriptions/ops").status_code == 404
    assert client.put("/api/v1/channels/shop", json=HOOK).status_code == 409
    assert client.put("/api/v1/subscriptions/ops", json={"url": HOOK["url"]}).status_code == 409
    assert client.delete("/api/v1/subscriptions/ops").status_code == 404


def test_kinds_say_what_they_ask_for(ctx: Context) -> None:
    kinds = {item["kind"]: item for item in client_of(ctx, *BOTH).get("/api/v1/channels/kinds").json()["items"]}
    assert set(kinds) == {kind.value for kind in CONNECTORS}
    assert kinds["pagerduty"]["secret"]["required"]
    assert {"region", "default", "pace"} <= set(kinds["pagerduty"]["config"]["properties"])


def test_a_test_message_is_a_delivery_and_a_paused_channel_says_so(ctx: Context) -> None:
    local = with_settings(ctx)
    client = client_of(local, *BOTH)
    with Receiver() as receiver, delivering(local):
        receiver.always(Answer(200))
        client.put("/api/v1/channels/hook", json=HOOK | {"url": receiver.url, "secret": SECRET})
        tried = client.post("/api/v1/channels/hook/test")
        assert (tried.status_code, tried.json()["kind"]) == (202, "webhook")
        path = f"/api/v1/deliveries/{tried.json()['id']}"
        eventually(lambda: client.get(path).json()["status"] == "delivered")
        assert receiver.received[0].json["data"]["kind"] == "test"
        assert client.post("/api/v1/channels/hook/pause").json()["paused"]
        refused = client.post("/api/v1/channels/hook/test")
        assert (refused.status_code, "paused" in refused.json()["detail"]) == (409, True)
        assert not client.post("/api/v1/channels/hook/resume").json()["paused"]
        client.put("/api/v1/channels/hook", json=HOOK | {"url": receiver.url, "enabled": False})
        refused = client.post("/api/v1/channels/hook/test")
        assert (refused.status_code, "disabled" in refused.json()["detail"]) == (409, True)
    assert client.post("/api/v1/channels/nobody/test").status_code == 404


def test_deliveries_are_found_by_channel_and_by_alert(ctx: Context) -> None:
    make_channel(ctx, "ops")
    make_subscription(ctx, "shop", types=["alert.*"])
    tell(ctx, notice(NoticeKind.OPENED, "ATL", "ops"), notice(NoticeKind.OPENED, "BOS", "ops", alert=2))
    relay(ctx)
    client = client_of(ctx, *BOTH)

    def found(query: str) -> list[tuple[str, str, int]]:
        items = client.get(f"/api/v1/deliveries?{query}").json()["items"]
        return sorted((item["subscription"], item["kind"], item["alert"]) for item in items)

    assert found("channel=ops") == [("ops", "webhook", 1), ("ops", "webhook", 2)]
    assert found("channel=shop") == []
    assert found("alert=2") == [("ops", "webhook", 2), ("shop", "subscription", 2)]
    others = client_of(ctx, Permission.SUBSCRIPTIONS_READ, Permission.SUBSCRIPTIONS_WRITE)
    seen = others.get("/api/v1/deliveries").json()["items"]
    assert {item["subscription"] for item in seen} == {"shop"}
    (mine,) = client.get("/api/v1/deliveries?channel=ops&alert=1").json()["items"]
    reader = client_of(ctx, Permission.CHANNELS_READ, Permission.SUBSCRIPTIONS_READ, Permission.SUBSCRIPTIONS_WRITE)
    assert reader.post(f"/api/v1/deliveries/{mine['id']}/replay").status_code == 403
