"""The SLA part of the API: health within one's scope, versioned rules with ETags, and every fault named."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.auth.actor import Actor, LocationScope
from backend.clock import ManualClock
from backend.context import Context
from backend.sla import service
from backend.sla.grading import Thresholds
from backend.sla.tick import tick
from models.enums import ActorKind, Permission
from models.errors import DomainError
from models.tables import Event, GradingRule, SlaDefinition
from tests.support.api import client_of
from tests.support.sla import SHIP_100, add_location, open_shipment

BASE = "/api/v1/sla"
SHIP = {"name": "Ship", "method": "ship", "start_step": "placed", "end_step": "shipped", "target_seconds": 6000}


@pytest.fixture
def network(ctx: Context, clock: ManualClock) -> None:
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        chicago, boston = add_location(uow, "CHI", groups=["midwest"]), add_location(uow, "BOS", groups=["east"])
        add_location(uow, "NYC", groups=["east"])
        open_shipment(uow, chicago)
        open_shipment(uow, boston, placed_at=uow.now - timedelta(minutes=100))
    with ctx.uow() as uow:
        tick(uow, now=uow.now)


def _rules(ctx: Context) -> tuple[int, ...]:
    with ctx.read() as uow:
        return tuple(
            uow.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (SlaDefinition, GradingRule, Event)
        )


@pytest.mark.usefixtures("network")
def test_summary_and_one_location(ctx: Context) -> None:
    client = client_of(ctx, Permission.NETWORK_READ)
    summary = client.get(f"{BASE}/summary").json()
    assert summary["open"] == 2
    assert summary["counts"] == {"compliant": 1, "at_risk": 0, "non_compliant": 1}
    assert summary["by_compliance"] == {"compliant": 2, "at_risk": 0, "non_compliant": 1, "stale": 0}
    assert summary["oldest_placed_at"] == "2026-11-27T13:20:00Z"
    boston = client.get(f"{BASE}/locations/BOS").json()
    assert boston["compliance"] == "non_compliant"
    assert (boston["open"], boston["since"], boston["as_of"]) == (1, "2026-11-27T15:00:00Z", "2026-11-27T15:00:00Z")
    assert client.get(f"{BASE}/locations/XXX").status_code == 404


@pytest.mark.usefixtures("network")
def test_the_list_pages_and_filters(ctx: Context) -> None:
    client = client_of(ctx, Permission.NETWORK_READ)
    first = client.get(f"{BASE}/locations", params={"limit": 2}).json()
    assert [item["code"] for item in first["items"]] == ["BOS", "CHI"]
    rest = client.get(f"{BASE}/locations", params={"limit": 2, "after": first["next"]}).json()
    assert ([item["code"] for item in rest["items"]], rest["next"]) == (["NYC"], None)
    for params, codes in (
        ({"group": "east"}, ["BOS", "NYC"]),
        ({"status": "non_compliant"}, ["BOS"]),
        ({"status": ["non_compliant", "compliant"]}, ["BOS", "CHI", "NYC"]),
        ({"method": "delivery"}, []),
        ({"search": "nyc"}, ["NYC"]),
    ):
        found = client.get(f"{BASE}/locations", params=params).json()["items"]
        assert [item["code"] for item in found] == codes, params
    assert client.get(f"{BASE}/locations", params={"status": "red"}).status_code == 422
    assert client.get(f"{BASE}/locations", params={"after": "made up"}).status_code == 422


@pytest.mark.usefixtures("network")
def test_nobody_sees_outside_his_scope(ctx: Context) -> None:
    client = client_of(ctx, Permission.NETWORK_READ, locations=["CHI"])
    assert client.get(f"{BASE}/locations/BOS").status_code == 404
    assert [item["code"] for item in client.get(f"{BASE}/locations").json()["items"]] == ["CHI"]
    summary = client.get(f"{BASE}/summary").json()
    assert (summary["open"], summary["locations"], summary["counts"]["non_compliant"]) == (1, 1, 0)


@pytest.mark.usefixtures("network")
def test_who_sees_a_part_does_not_make_rules_for_everyone(ctx: Context) -> None:
    scope = LocationScope(location_codes=frozenset({"CHI"}))
    manager = Actor(ActorKind.USER, "ann", frozenset({Permission.SLA_WRITE}), scope)
    before = _rules(ctx)
    for attempt in (
        lambda uow: service.put_definition(uow, "mine", SHIP_100),
        lambda uow: service.put_grading(uow, "", Thresholds()),
    ):
        with pytest.raises(DomainError, match="whole network"), ctx.uow(manager) as uow:
            attempt(uow)
    assert _rules(ctx) == before


def test_definitions_are_versioned_and_guarded_by_their_etag(ctx: Context) -> None:
    client = client_of(ctx, Permission.NETWORK_READ, Permission.SLA_WRITE)
    created = client.put(f"{BASE}/definitions/ship", json=SHIP)
    assert (created.status_code, created.headers["ETag"], created.json()["version"]) == (201, '"1"', 1)
    edited = client.put(f"{BASE}/definitions/ship", json={**SHIP, "target_seconds": 60}, headers={"If-Match": '"1"'})
    assert (edited.status_code, edited.json()["version"], edited.json()["status"]) == (200, 2, "active")
    before = _rules(ctx)
    stale = client.put(f"{BASE}/definitions/ship", json=SHIP, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert _rules(ctx) == before
    read = client.get(f"{BASE}/definitions/ship")
    assert (read.json()["target_seconds"], read.headers["ETag"]) == (60, '"2"')
    assert [item["version"] for item in client.get(f"{BASE}/definitions").json()["items"]] == [2]
    assert client.get(f"{BASE}/definitions/none").status_code == 404


def test_every_fault_of_a_definition_is_named_and_nothing_changes(ctx: Context) -> None:
    client = client_of(ctx, Permission.NETWORK_READ, Permission.SLA_WRITE)
    before = _rules(ctx)
    wrong = {
        **SHIP,
        "end_step": "placed",
        "target_seconds": 0,
        "at_risk_percent": 120,
        "location": "nowhere",
        "group": "nobody",
    }
    answer = client.put(f"{BASE}/definitions/ship", json=wrong)
    assert answer.status_code == 422
    pointers = sorted(fault["pointer"] for fault in answer.json()["errors"])
    assert pointers == ["/at_risk_percent", "/end_step", "/group", "/location", "/target_seconds"]
    worse = client.put(f"{BASE}/definitions/ship", json={**wrong, "method": "teleport", "colour": "red"})
    assert {"/method", "/colour", "/location", "/group"} <= {f["pointer"] for f in worse.json()["errors"]}
    assert _rules(ctx) == before


@pytest.mark.usefixtures("network")
def test_a_new_colour_rule_grades_at_once(ctx: Context) -> None:
    client = client_of(ctx, Permission.NETWORK_READ, Permission.SLA_WRITE)
    assert client.get(f"{BASE}/grading/default").json()["version"] == 0
    assert client.get(f"{BASE}/grading/east").status_code == 404
    put = client.put(f"{BASE}/grading/east", json={"minimum_open": 5, "hold_seconds": 0}, headers={"If-Match": '"0"'})
    assert (put.status_code, put.headers["ETag"]) == (201, '"1"')
    assert "fewer than 5 open shipments" in put.json()["rule"]
    assert client.get(f"{BASE}/locations/BOS").json()["compliance"] == "at_risk"
    before = _rules(ctx)
    refused = client.put(f"{BASE}/grading/nobody", json={"at_risk_percent": 0, "hold_seconds": -1})
    assert sorted(f["pointer"] for f in refused.json()["errors"]) == ["/at_risk_percent", "/group", "/hold_seconds"]
    assert _rules(ctx) == before
