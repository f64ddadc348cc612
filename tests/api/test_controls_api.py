"""Caps and pauses over HTTP: who may, what is refused, and that a repeated call does it once."""

from __future__ import annotations

from backend.context import Context
from models.enums import Permission
from models.tables import LocationControl
from tests.support.api import client_of
from tests.support.shop import open_shop, rows_of

PATH = "/api/v1/locations/CHI/controls"
CAP = {"kind": "cap", "limit": {"orders": 20}, "reason": "two people are ill", "until": "2026-11-27T20:00:00Z"}


def test_a_control_is_put_listed_and_taken_back(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}})
    client = client_of(ctx, Permission.LOCATIONS_WRITE, Permission.NETWORK_READ)
    made = [client.post(PATH, json=CAP, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    one = made[0].json()
    assert made[1].json() == one
    assert (one["limit"], one["method"], one["until"]) == ({"orders": 20}, None, "2026-11-27T20:00:00Z")
    assert client.get(PATH).json() == {"items": [one], "next": None}
    assert client.delete(f"{PATH}/{one['id']}").status_code == 204
    assert client.delete(f"{PATH}/{one['id']}").status_code == 404
    assert client.get(PATH).json()["items"] == []


def test_faults_are_named_and_strangers_refused(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}, "NY": {"tea": 1}})
    client = client_of(ctx, Permission.LOCATIONS_WRITE, Permission.NETWORK_READ)
    bad = client.post(PATH, json={"kind": "cap", "limit": {"orders": 1, "per": "year"}, "reason": " ", "more": 1})
    assert bad.status_code == 422
    assert {fault["pointer"] for fault in bad.json()["errors"]} == {"/limit/per", "/reason", "/more"}
    assert client.post(PATH.replace("CHI", "LA"), json=CAP).status_code == 404
    reader = client_of(ctx, Permission.NETWORK_READ)
    assert reader.post(PATH, json=CAP).status_code == 403
    elsewhere = client_of(ctx, Permission.LOCATIONS_WRITE, locations=["NY"])
    assert elsewhere.post(PATH, json=CAP).status_code == 404
    assert rows_of(ctx, LocationControl) == []
