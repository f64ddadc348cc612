"""Scans over HTTP, as a handheld sends them and as somebody who means harm does: from a key, and from a session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from backend.api.security import BODY_LIMIT
from backend.context import Context
from backend.locations.service import put_locations
from models.enums import Permission, Role
from models.tables import Scan, Shipment
from tests.support.api import PASSWORD, SITE, client_of, person
from tests.support.picking import picked, shelves, statuses, to_pick, wave_of
from tests.support.shop import location, row_counts, rows_of

BARCODE = "BAR-tea"


@pytest.fixture
def id_(ctx: Context) -> int:
    """Return a shipment of two teas and a cup in the store CHI."""
    shelves(ctx, tea=20, cup=20)
    return to_pick(ctx, {"tea": 2, "cup": 1})[0]


def browser(ctx: Context, name: str = "ann", role: Role = Role.FULFILLER, **limits: Any) -> TestClient:
    """Return a browser in which somebody has signed in."""
    person(ctx, name, role, **limits)
    client = client_of(ctx)
    client.headers["Origin"] = SITE
    assert client.post("/api/auth/login", data={"username": name, "password": PASSWORD}).status_code == 303
    return client


def body(id_: int, code: str = BARCODE, scan_id: str = "scan-0001", **more: Any) -> dict[str, Any]:
    return {"scans": [{"scan_id": scan_id, "code": code, "shipment_id": id_, **more}]}


def test_a_scan_is_answered_with_what_became_of_it_and_how_far_the_shipment_is(ctx: Context, id_: int) -> None:
    answer = browser(ctx).post("/api/v1/scans", json=body(id_))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [(one["result"], one["units"], one["shipment_id"], one["again"]) for one in told["items"]] == [
        ("picked", 1, id_, False)
    ]
    (shipment,) = told["shipments"]
    assert (shipment["id"], shipment["status"]) == (id_, "accepted")
    assert [(line["quantity"], line["picked"]) for line in shipment["lines"]] == [(2, 1), (1, 0)]
    assert shipment["version"] == rows_of(ctx, Shipment)[0]["version"]


def test_a_replayed_call_is_answered_again_and_picks_nothing(ctx: Context, id_: int) -> None:
    client = browser(ctx)
    first = client.post("/api/v1/scans", json=body(id_)).json()
    for _ in range(3):
        again = client.post("/api/v1/scans", json=body(id_)).json()
        assert [one["again"] for one in again["items"]] == [True]
        assert again["shipments"] == first["shipments"]
    assert picked(ctx)[id_]["tea"] == 1


def test_nobody_scans_without_a_session_or_from_another_site(ctx: Context, id_: int) -> None:
    before = row_counts(ctx)
    stranger = client_of(ctx)
    assert stranger.post("/api/v1/scans", json=body(id_)).status_code == 401
    client, after = browser(ctx), row_counts(ctx)
    for origin in ("https://evil.example", "null"):
        answer = client.post("/api/v1/scans", json=body(id_), headers={"Origin": origin})
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    del client.headers["Origin"]  # a cookie alone is what a foreign form would carry
    assert client.post("/api/v1/scans", json=body(id_)).status_code == 403
    assert row_counts(ctx) == after
    assert before["scan"] == after["scan"] == 0


def test_who_may_only_look_may_not_scan(ctx: Context, id_: int) -> None:
    viewer = browser(ctx, "vera", Role.VIEWER)
    assert viewer.post("/api/v1/scans", json=body(id_)).status_code == 403
    reader = client_of(ctx, Permission.ORDERS_READ)
    assert reader.post("/api/v1/scans", json=body(id_)).status_code == 403
    assert reader.get(f"/api/v1/shipments/{id_}/pick-list").status_code == 200


def test_another_stores_shipments_and_waves_are_not_there(ctx: Context, id_: int) -> None:
    wave = wave_of(ctx, [id_])
    with ctx.uow() as uow:
        put_locations(uow, [location("NY")])
    client = browser(ctx, location_codes=["NY"])
    tries = {"scans": [body(id_)["scans"][0], {"scan_id": "scan-0002", "code": BARCODE, "wave_id": wave}]}
    answer = client.post("/api/v1/scans", json=tries)
    assert answer.status_code == 404
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/scans/0/shipment_id", "/scans/1/wave_id"]
    for path in (f"shipments/{id_}/pick-list", f"shipments/{id_}/scans", f"waves/{wave}/pick-list"):
        assert client.get(f"/api/v1/{path}").status_code == 404
    assert rows_of(ctx, Scan) == []


def test_a_known_id_of_anothers_scan_tells_nothing_of_it(ctx: Context, id_: int) -> None:
    client_of(ctx, Permission.SHIPMENTS_WRITE).post("/api/v1/scans", json=body(id_)).raise_for_status()
    (other,) = to_pick(ctx, {"cup": 1})
    answer = browser(ctx).post("/api/v1/scans", json=body(other, "cup"))
    assert answer.status_code == 409
    assert "tea" not in answer.text
    assert picked(ctx)[other] == {"cup": 0}


BAD: dict[str, Any] = {
    "no scans": {"scans": []},
    "not a list": {"scans": {"scan_id": "x"}},
    "ten thousand": {"scans": [{"scan_id": f"scan-{n:05}", "code": "a", "shipment_id": 1} for n in range(10_000)]},
    "an id with a blank": {"scans": [{"scan_id": "scan 0001", "code": "a", "shipment_id": 1}]},
    "a short id": {"scans": [{"scan_id": "s", "code": "a", "shipment_id": 1}]},
    "no code": {"scans": [{"scan_id": "scan-0001", "code": "  ", "shipment_id": 1}]},
    "a code with a line end": {"scans": [{"scan_id": "scan-0001", "code": "a\nb", "shipment_id": 1}]},
    "a long code": {"scans": [{"scan_id": "scan-0001", "code": "a" * 101, "shipment_id": 1}]},
    "half a unit": {"scans": [{"scan_id": "scan-0001", "code": "a", "shipment_id": 1, "units": 0.5}]},
    "too many units": {"scans": [{"scan_id": "scan-0001", "code": "a", "shipment_id": 1, "units": 10**9}]},
    "nothing at all": {"scans": [{"scan_id": "scan-0001", "code": "a", "shipment_id": 1, "units": 0}]},
    "a shipment that is text": {"scans": [{"scan_id": "scan-0001", "code": "a", "shipment_id": "1"}]},
    "nowhere": {"scans": [{"scan_id": "scan-0001", "code": "a"}]},
    "somebody's name": {"scans": [{"scan_id": "scan-0001", "code": "a", "shipment_id": 1, "actor": "root"}]},
    "a naive time": {"scans": [{"scan_id": "scan-0001", "code": "a", "shipment_id": 1, "at": "2026-11-27T10:00:00"}]},
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_no_handheld_sends_changes_nothing(ctx: Context, id_: int) -> None:
    client = browser(ctx)
    before = row_counts(ctx)
    for name, bad in BAD.items():
        answer = client.post("/api/v1/scans", json=bad)
        assert answer.status_code == 422, (name, answer.text[:300])
        assert all(fault["pointer"].startswith("/scans") for fault in answer.json()["errors"]), name
    broken = client.post("/api/v1/scans", content=b'{"scans": [', headers={"Content-Type": "application/json"})
    assert broken.status_code in (400, 422)
    big = client.post("/api/v1/scans", content=b" " * (BODY_LIMIT + 1), headers={"Content-Type": "application/json"})
    assert big.status_code == 413
    assert row_counts(ctx) == before


def test_a_wrong_clock_is_measured_against_what_it_says_now(ctx: Context, id_: int) -> None:
    """The device is a year behind; it says that the scan is five minutes old, and that is what counts."""
    with ctx.read() as uow:
        now = uow.now
    ctx.clock.advance(timedelta(minutes=30))  # type: ignore[attr-defined]
    behind = now - timedelta(days=365)
    told = body(id_, at=behind.isoformat()) | {"sent_at": (behind + timedelta(minutes=5)).isoformat()}
    client_of(ctx, Permission.SHIPMENTS_WRITE).post("/api/v1/scans", json=told).raise_for_status()
    assert rows_of(ctx, Scan)[0]["at"] == now + timedelta(minutes=25)


def test_three_scans_from_done(ctx: Context) -> None:
    shelves(ctx, tea=5)
    (id_,) = to_pick(ctx, {"tea": 1})
    client = browser(ctx)
    client.post("/api/v1/scans", json=body(id_)).raise_for_status()
    listed = client.get(f"/api/v1/shipments/{id_}/pick-list").json()
    assert [one["status"] for one in listed["shipments"]] == ["picked"]
    client.post(f"/api/v1/shipments/{id_}/pack", json={}).raise_for_status()
    client.post(f"/api/v1/shipments/{id_}/ship", json={"tracking_number": "1Z 999"}).raise_for_status()
    assert statuses(ctx) == {id_: "shipped"}


def test_scans_are_listed_as_they_were_kept(ctx: Context, id_: int) -> None:
    client = client_of(ctx, Permission.SHIPMENTS_WRITE, Permission.ORDERS_READ)
    for number, code in enumerate(("tea", "nothing", "cup")):
        client.post("/api/v1/scans", json=body(id_, code, f"scan-{number:04}")).raise_for_status()
    first = client.get(f"/api/v1/shipments/{id_}/scans", params={"limit": 2}).json()
    rest = client.get(f"/api/v1/shipments/{id_}/scans", params={"after": first["next"]}).json()
    kept = [(one["code"], one["result"], one["units"]) for one in first["items"] + rest["items"]]
    assert kept == [("tea", "picked", 1), ("nothing", "unknown_barcode", 0), ("cup", "picked", 1)]
    assert rest["next"] is None
