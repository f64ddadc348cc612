"""GET /events: CloudEvents from a cursor on, only what the caller may see, and waiting without missing anything."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.context import Context
from models.enums import Permission
from models.events import EventType
from tests.support.api import client_of
from tests.support.events import make_location, record, relay


def test_events_are_cloud_events_in_order_and_the_cursor_goes_on(ctx: Context) -> None:
    client = client_of(ctx, Permission.EVENTS_READ, Permission.ADMIN)
    before = client.get("/api/v1/events?after=latest").json()["next"]
    uids = record(ctx, 3)
    assert client.get("/api/v1/events", params={"after": before}).json()["items"] == []  # not sequenced yet
    relay(ctx)
    first = client.get("/api/v1/events", params={"after": before, "type": "sla.*", "limit": 2}).json()
    assert [item["id"] for item in first["items"]] == uids[:2]
    assert first["items"][0] == {
        "specversion": "1.0",
        "id": uids[0],
        "source": "http://localhost:8000",
        "type": "sla.location.changed",
        "subject": "location/S1",
        "time": "2026-11-27T15:00:00Z",
        "datacontenttype": "application/json",
        "data": {"number": 0},
    }
    second = client.get("/api/v1/events", params={"after": first["next"], "type": "sla.*"}).json()
    assert [item["id"] for item in second["items"]] == uids[2:]
    again = client.get("/api/v1/events", params={"after": second["next"], "type": "sla.*"}).json()
    assert again == {"items": [], "next": second["next"]}


def test_the_cursor_moves_past_what_the_filter_leaves_out(ctx: Context) -> None:
    client = client_of(ctx, Permission.EVENTS_READ)
    record(ctx, 5)
    relay(ctx)
    empty = client.get("/api/v1/events?type=order.*").json()
    assert empty["items"] == []
    end = client.get("/api/v1/events?after=latest").json()["next"]
    assert empty["next"] == end


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("after=abc", "#query/after"),
        ("after=-1", "#query/after"),
        ("after=99999", "#query/after"),
        ("after=", "#query/after"),
        ("type=sla.nothing", "#query/type/0"),
        ("type=sla.*&type=s*", "#query/type/1"),
        ("limit=0", "#query/limit"),
        ("limit=1001", "#query/limit"),
        ("wait=31", "#query/wait"),
        ("wait=nan", "#query/wait"),
    ],
)
def test_what_cannot_be_read_is_named(ctx: Context, query: str, pointer: str) -> None:
    answer = client_of(ctx, Permission.EVENTS_READ).get(f"/api/v1/events?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_a_permission_is_needed(ctx: Context) -> None:
    assert client_of(ctx).get("/api/v1/events").status_code == 401
    assert client_of(ctx, Permission.ORDERS_READ).get("/api/v1/events").status_code == 403


def test_each_caller_sees_his_part(ctx: Context) -> None:
    atlanta = make_location(ctx, "ATL")
    make_location(ctx, "BOS")
    clients = {
        "all": client_of(ctx, Permission.EVENTS_READ),
        "admin": client_of(ctx, Permission.EVENTS_READ, Permission.ADMIN),
        "ATL": client_of(ctx, Permission.EVENTS_READ, locations=["ATL"]),
        "BOS": client_of(ctx, Permission.EVENTS_READ, locations=["BOS"]),
    }
    relay(ctx)  # making the keys left events too
    start = clients["all"].get("/api/v1/events?after=latest").json()["next"]
    record(ctx, location_id=atlanta)
    record(ctx, type_=EventType.PRODUCT_CHANGED, subject="product/1")
    record(ctx, type_=EventType.USER_CHANGED, subject="user/eve")
    relay(ctx)
    seen = {
        name: [item["type"] for item in client.get(f"/api/v1/events?after={start}").json()["items"]]
        for name, client in clients.items()
    }
    assert seen == {
        "all": ["sla.location.changed", "product.changed"],
        "admin": ["sla.location.changed", "product.changed", "user.changed"],
        "ATL": ["sla.location.changed"],
        "BOS": [],
    }


def test_waiting_ends_with_the_first_event_that_matches(ctx: Context) -> None:
    client = client_of(ctx, Permission.EVENTS_READ)
    relay(ctx)
    start = client.get("/api/v1/events?after=latest").json()["next"]
    waiting = f"/api/v1/events?after={start}&wait=30&type=sla.*"
    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(client.get, waiting) for _ in range(3)]
        threading.Event().wait(0.2)
        record(ctx, type_=EventType.PRODUCT_CHANGED, subject="product/1")
        relay(ctx)
        (uid,) = record(ctx)
        relay(ctx)
        for answer in answers:
            assert [item["id"] for item in answer.result(60).json()["items"]] == [uid]


def test_waiting_in_vain_ends_empty_with_a_good_cursor(ctx: Context) -> None:
    client = client_of(ctx, Permission.EVENTS_READ)
    relay(ctx)
    answer = client.get("/api/v1/events?after=latest&wait=0.2").json()
    assert answer["items"] == []
    (uid,) = record(ctx)
    relay(ctx)
    assert [i["id"] for i in client.get(f"/api/v1/events?after={answer['next']}").json()["items"]] == [uid]
