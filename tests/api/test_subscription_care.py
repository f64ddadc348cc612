"""What integrators do with subscriptions: filter by fields, pull, binary mode, pause, another secret, replay, lag."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook
from starlette.testclient import TestClient

from backend.clock import system_now
from backend.context import Context
from models.enums import Permission
from models.events import EventType
from tests.support.api import client_of
from tests.support.events import SECRET, make_location, record, relay
from tests.support.ports import eventually
from tests.support.receiver import Receiver
from tests.support.webhooks import all_deliveries, attempted, delivering, with_settings

ALL = (Permission.SUBSCRIPTIONS_READ, Permission.SUBSCRIPTIONS_WRITE, Permission.EVENTS_READ)
PATH = "/api/v1/subscriptions/shop"
LATE = {"field": "data.to", "op": "is", "value": "non_compliant"}


@pytest.fixture
def client(ctx: Context) -> TestClient:
    return client_of(with_settings(ctx), *ALL)


def change(ctx: Context, to: str, subject: str = "location/ATL") -> str:
    with ctx.uow() as uow:
        return uow.record(EventType.SLA_LOCATION_CHANGED, subject=subject, data={"to": to, "open": 3})


def pulled(client: TestClient, **params: Any) -> tuple[list[str], str]:
    answer = client.get(f"{PATH}/events", params=params)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]], answer.json()["next"]


def test_only_events_whose_fields_fit_are_owed(ctx: Context, client: TestClient) -> None:
    more = {"field": "data.open", "op": "more_than", "value": 2}
    body = {"url": "https://receiver.example/hook", "types": ["sla.*"], "filters": [LATE, more]}
    shown = client.put(PATH, json=body).json()
    assert shown["filters"] == [LATE, more]
    change(ctx, "at_risk")
    late = change(ctx, "non_compliant")
    relay(ctx)
    assert [row.event_id for row in all_deliveries(ctx)] == [late]


@pytest.mark.parametrize(
    ("filters", "pointers"),
    [
        ([{"field": "data.to", "op": "smells"}], ["/filters/0/op"]),
        ([LATE, {"field": "nose", "op": "is", "value": 1}], ["/filters/1/field"]),
        ([{"field": "data.to", "op": "in", "value": "late"}], ["/filters/0/value"]),
        ([{"field": "group", "op": "is", "value": "south"}], ["/filters/0/field"]),
    ],
)
def test_wrong_filters_are_named(client: TestClient, filters: Any, pointers: list[str]) -> None:
    answer = client.put(PATH, json={"url": "https://receiver.example/hook", "filters": filters})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers


def test_one_without_an_address_is_pulled_and_keeps_its_cursor(ctx: Context, client: TestClient) -> None:
    record(ctx)
    relay(ctx)
    shown = client.put(PATH, json={"types": ["sla.*"], "filters": [LATE]}).json()
    assert (shown["pulled"], shown["owed"]) == (True, 0)
    ids = [change(ctx, to) for to in ("non_compliant", "at_risk", "non_compliant", "compliant")]
    relay(ctx)
    assert all_deliveries(ctx) == []
    first, cursor = pulled(client, limit=1)
    assert first == [ids[0]]
    assert pulled(client, limit=1)[0] == first  # nobody said yet that it was dealt with
    shown = client.post(f"{PATH}/acknowledge", json={"cursor": cursor}).json()
    assert (shown["from"], shown["owed"], shown["lag_seconds"] >= 0) == (cursor, 3, True)
    rest, cursor = pulled(client)
    assert rest == [ids[2]]
    client.post(f"{PATH}/acknowledge", json={"cursor": cursor})
    assert client.post(f"{PATH}/acknowledge", json={"cursor": "1"}).json()["from"] == cursor
    assert client.post(f"{PATH}/acknowledge", json={"cursor": "999"}).status_code == 422
    assert pulled(client)[0] == []
    assert client.get(PATH).json()["owed"] == 0
    pushed = client.put("/api/v1/subscriptions/hook", json={"url": "https://receiver.example/hook"})
    assert pushed.status_code == 201
    assert client.get("/api/v1/subscriptions/hook/events").status_code == 409


def test_what_was_not_pulled_is_pushed_once_there_is_an_address(ctx: Context, client: TestClient) -> None:
    client.put(PATH, json={"types": ["sla.*"]})
    ids = [change(ctx, "at_risk"), change(ctx, "compliant")]
    relay(ctx)
    _, cursor = pulled(client, limit=1)
    client.post(f"{PATH}/acknowledge", json={"cursor": cursor})
    client.put(PATH, json={"types": ["sla.*"], "url": "https://receiver.example/hook"})
    assert [row.event_id for row in all_deliveries(ctx)] == ids[1:]


def test_who_is_limited_pulls_no_more_than_he_may_see(ctx: Context, client: TestClient) -> None:
    place = make_location(ctx, "ATL")
    client.put(PATH, json={"types": ["sla.*"]})
    change(ctx, "at_risk")
    (mine,) = record(ctx, location_id=place)
    relay(ctx)
    assert len(pulled(client)[0]) == 2
    limited = client_of(ctx, *ALL, locations=["ATL"])
    assert limited.get(f"{PATH}/events").status_code == 404
    limited.put("/api/v1/subscriptions/own", json={"from": "0"})
    items = limited.get("/api/v1/subscriptions/own/events").json()["items"]
    assert [item["id"] for item in items] == [mine]


def test_binary_mode_and_two_signatures_while_a_secret_is_replaced(ctx: Context, client: TestClient) -> None:
    with Receiver() as receiver:
        body = {"url": receiver.url, "types": ["sla.*"], "content_mode": "binary", "secret": SECRET}
        client.put(PATH, json=body)
        rotated = client.post(f"{PATH}/rotate", json={"hours": 1})
        assert rotated.status_code == 201
        fresh = rotated.json()["secret"]
        change(ctx, "at_risk", subject="location/Zürich 1")
        relay(ctx)
        with delivering(with_settings(ctx)):
            eventually(attempted(ctx, 1))
        (request,) = receiver.received
    assert request.json == {"to": "at_risk", "open": 3}
    assert request.headers["content-type"] == "application/json"
    assert request.headers["ce-type"] == "sla.location.changed"
    assert request.headers["ce-subject"] == "location/Z%C3%BCrich%201"
    assert (request.headers["ce-id"], request.headers["ce-specversion"]) == (request.headers["webhook-id"], "1.0")
    for secret in (SECRET, fresh):
        Webhook(secret).verify(request.body, request.headers)
    assert len(request.headers["webhook-signature"].split()) == 2


def test_a_paused_one_is_owed_and_sent_nothing(ctx: Context, client: TestClient) -> None:
    with Receiver() as receiver, delivering(with_settings(ctx)):
        client.put(PATH, json={"url": receiver.url, "types": ["sla.*"]})
        assert client.post(f"{PATH}/pause").json()["paused"]
        change(ctx, "at_risk")
        relay(ctx)
        assert client.get(PATH).json()["owed"] == 1
        assert receiver.received == []
        assert not client.post(f"{PATH}/resume").json()["paused"]
        receiver.wait_for(1)


def test_replay_sends_what_was_delivered_since_a_time_again(ctx: Context, client: TestClient) -> None:
    with Receiver() as receiver, delivering(with_settings(ctx)):
        client.put(PATH, json={"url": receiver.url, "types": ["sla.*"]})
        early = change(ctx, "at_risk", "location/A")
        relay(ctx)
        eventually(attempted(ctx, 1))
        moment = system_now()
        later = [change(ctx, "compliant", "location/A"), change(ctx, "at_risk", "location/A")]
        relay(ctx)
        eventually(attempted(ctx, 3))
        answer = client.post(f"{PATH}/replay", json={"from": moment.isoformat()})
        assert (answer.status_code, answer.json()["owed"]) == (202, 2)
        receiver.wait_for(5)
    assert [request.headers["webhook-id"] for request in receiver.received] == [early, *later, *later]
    beginning = client.post(f"{PATH}/replay", json={"from": (moment - timedelta(days=1)).isoformat()})
    assert (beginning.json()["owed"], beginning.json()["from"]) == (3, "0")


def test_lag_is_in_the_metrics(ctx: Context, client: TestClient) -> None:
    client.put(PATH, json={"url": "https://receiver.example/hook", "types": ["sla.*"]})
    client.put("/api/v1/subscriptions/pull", json={"types": ["sla.*"]})
    change(ctx, "at_risk")
    relay(ctx)
    text = client.get("/metrics").text
    assert 'pickwatch_receiver_owed{kind="subscription",receiver="shop"} 1.0' in text
    assert 'pickwatch_receiver_owed{kind="subscription",receiver="pull"} 1.0' in text
    assert 'pickwatch_receiver_up{kind="subscription",receiver="shop"} 1.0' in text
    assert 'pickwatch_receiver_lag_seconds{kind="subscription",receiver="shop"}' in text
