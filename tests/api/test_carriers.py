"""Carriers and transfer lanes over HTTP: edited with versions, refused with every fault, told as events."""

from __future__ import annotations

import pytest

from backend.context import Context
from backend.promise.edits import ensure_defaults
from models.enums import Permission
from models.tables import Carrier, TransferLane
from tests.support.api import client_of
from tests.support.shop import open_shop, row_counts, rows_of

ROAD = {"name": "Road", "document": {"services": {"standard": {"days": 3}}, "calendar": {"pickup_cutoff": "18:00"}}}
LANES = "/api/v1/transfer-lanes"


def test_a_carrier_is_made_read_and_edited(ctx: Context) -> None:
    client = client_of(ctx, Permission.ROUTING_WRITE, Permission.ROUTING_READ, Permission.EVENTS_READ)
    made = client.put("/api/v1/carriers/road", json=ROAD)
    assert (made.status_code, made.headers["etag"], made.json()["active"]) == (201, '"1"', True)
    again = client.put("/api/v1/carriers/road", json=ROAD)
    assert (again.status_code, again.headers["etag"]) == (200, '"1"')
    edited = client.put("/api/v1/carriers/road", json={**ROAD, "active": False}, headers={"If-Match": '"1"'})
    assert (edited.status_code, edited.json()["version"]) == (200, 2)
    stale = client.put("/api/v1/carriers/road", json=ROAD, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert client.put("/api/v1/carriers/new", json=ROAD, headers={"If-Match": '"1"'}).status_code == 412
    read = client.get("/api/v1/carriers/road")
    assert (read.json()["document"], read.headers["etag"]) == (ROAD["document"], '"2"')
    assert [item["code"] for item in client.get("/api/v1/carriers").json()["items"]] == ["road"]
    assert client.get("/api/v1/carriers/sea").status_code == 404


def test_a_bad_carrier_is_refused_with_every_fault(ctx: Context) -> None:
    client = client_of(ctx, Permission.ROUTING_WRITE)
    before = row_counts(ctx)
    bad = {"name": "", "document": {"services": {"a": {}}, "calendar": {"time_zone": "Mars"}}}
    answer = client.put("/api/v1/carriers/road", json=bad)
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {
        "/name",
        "/document/services/a",
        "/document/calendar/time_zone",
    }
    assert client.put("/api/v1/carriers/road", json={**bad, "name": "Road"}).status_code == 422
    assert row_counts(ctx) == before


def test_lanes_are_set_replaced_taken_away_and_listed(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}, "NYC": {"tea": 1}, "DEN": {"tea": 1}})
    client = client_of(ctx, Permission.ROUTING_WRITE, Permission.ROUTING_READ)
    lanes = [{"from": "NYC", "to": "CHI", "minutes": 600}, {"from": "CHI", "to": "NYC", "minutes": 0}]
    made = client.put(LANES, json={"items": lanes})
    assert (made.status_code, made.json()) == (201, {"count": 2})
    assert client.put(LANES, json={"items": lanes}).status_code == 200
    changed = [{"from": "NYC", "to": "CHI", "minutes": 700}, {"from": "CHI", "to": "NYC", "minutes": None}]
    assert client.put(LANES, json={"items": [*changed, {"from": "NYC", "to": "DEN", "minutes": 9}]}).status_code == 201
    first = client.get(LANES, params={"limit": 1}).json()
    rest = client.get(LANES, params={"after": first["next"]}).json()
    assert first["items"] == [{"from": "NYC", "to": "CHI", "minutes": 700}]
    assert rest == {"items": [{"from": "NYC", "to": "DEN", "minutes": 9}], "next": None}
    assert client.get(LANES, params={"to": "CHI", "from": "NYC"}).json()["items"] == first["items"]
    limited = client_of(ctx, Permission.ROUTING_READ, locations=("NYC", "CHI"))
    assert [lane["to"] for lane in limited.get(LANES).json()["items"]] == ["CHI"]


def lane(source: str, target: str, minutes: int | None = 1) -> dict[str, object]:
    return {"from": source, "to": target, "minutes": minutes}


@pytest.mark.parametrize(
    ("lanes", "pointers"),
    [
        ([lane("CHI", "XXX"), lane("CHI", "CHI")], {"/items/0/to", "/items/1/to"}),
        ([lane("CHI", "NYC"), lane("CHI", "NYC")], {"/items/1"}),
        (
            [lane("CHI", "XXX", -1), {"from": "CHI", "to": "NYC"}],
            {"/items/0/to", "/items/0/minutes", "/items/1/minutes"},
        ),
    ],
)
def test_bad_lanes_are_refused_with_every_fault(ctx: Context, lanes: list[object], pointers: set[str]) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}, "NYC": {"tea": 1}})
    client = client_of(ctx, Permission.ROUTING_WRITE)
    before = row_counts(ctx)
    answer = client.put(LANES, json={"items": lanes})
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json()["errors"]} == pointers
    assert row_counts(ctx) == before
    assert rows_of(ctx, TransferLane) == []


def test_a_network_starts_with_one_carrier_and_keeps_what_it_has(ctx: Context) -> None:
    for _ in range(2):
        with ctx.uow() as uow:
            ensure_defaults(uow)
    (carrier,) = rows_of(ctx, Carrier)
    assert (carrier["code"], carrier["version"]) == ("default", 1)
