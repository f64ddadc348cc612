"""Buttons of a runbook run the commands of the product with the permission of whoever presses them, and are kept."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from backend.context import Context
from models.enums import Permission
from models.tables import LocationControl, Shipment, Silence, StockBlock
from tests.support.alerting import COLOUR, add_policy
from tests.support.api import client_of
from tests.support.open_alerts import alert_row, fire
from tests.support.shop import open_shop, order, place, row_counts, rows_of

RUNBOOK = """1. {open} open at {name}: [Cap](pickwatch:cap?orders=20&for=2h&reason=late)
2. [Pause](pickwatch:pause?method=pickup&for=1h) [Block](pickwatch:block?sku={sku})
3. [Hand over](pickwatch:reassign?shipments=2&to=NYC) [Release](pickwatch:release)
4. [Silence](pickwatch:silence?for=30m) [Take it](pickwatch:acknowledge)"""
CAP, PAUSE, BLOCK, HAND, RELEASE, SILENCE, TAKE = range(1, 8)
ALL = (
    *(Permission.ALERTS_READ, Permission.ALERTS_WRITE, Permission.LOCATIONS_WRITE, Permission.INVENTORY_WRITE),
    *(Permission.SHIPMENTS_WRITE, Permission.WAVES_WRITE, Permission.NETWORK_READ, Permission.INVENTORY_READ),
)


def begin(ctx: Context, **changes: Any) -> int:
    open_shop(ctx, {"CHI": {"tea": 9}, "NYC": {"tea": 9}})
    add_policy(ctx, "red", {**COLOUR, "runbook": RUNBOOK})
    return fire(ctx, facts={"open": 40, "sku": "tea"}, **changes)


def press(client: TestClient, alert: int, number: int) -> Any:
    return client.post(f"/api/v1/alerts/{alert}/runbook/{number}", headers={"Idempotency-Key": f"k{number}"})


def test_each_button_does_what_it_says_once_and_is_kept(ctx: Context) -> None:
    alert = begin(ctx)
    place(ctx, order("A-1", lines={"tea": 1}))
    client = client_of(ctx, *ALL)
    for _ in range(2):  # the same key: once
        assert press(client, alert, CAP).json()["words"] == "CHI is given at most 20 orders until 17:00 UTC on 27 Nov."
    assert press(client, alert, PAUSE).status_code == 200
    assert press(client, alert, BLOCK).json()["words"] == "CHI is given no tea until it is counted."
    assert press(client, alert, SILENCE).status_code == 200
    assert press(client, alert, HAND).json()["words"] == "1 shipments went from CHI to NYC."
    assert press(client, alert, TAKE).json()["alert"]["status"] == "acknowledged"
    assert sorted(row["kind"] for row in rows_of(ctx, LocationControl)) == ["cap", "pause_method"]
    assert len(rows_of(ctx, StockBlock)) == 1
    (silence,) = rows_of(ctx, Silence)
    assert [(each["name"], each["value"]) for each in silence["matchers"]] == [("policy", "red"), ("location", "CHI")]
    story = client.get(f"/api/v1/alerts/{alert}/timeline").json()["items"]
    assert [entry["kind"] for entry in story].count("action") == 6
    assert story[1]["words"].startswith("CHI is given at most 20 orders")
    assert story[1]["by"].startswith("key:test")


def test_the_runbook_shows_values_and_what_one_may_press(ctx: Context) -> None:
    alert = begin(ctx)
    parts = client_of(ctx, Permission.ALERTS_READ, Permission.WAVES_WRITE).get(f"/api/v1/alerts/{alert}/runbook")
    shown = parts.json()["parts"]
    assert shown[0]["markdown"] == "1. 40 open at Store CHI: **Cap**"
    buttons = [part["button"] for part in shown if part["button"]]
    assert [button["number"] for button in buttons] == list(range(1, 8))
    assert [button["kind"] for button in buttons if button["allowed"]] == ["release"]


@pytest.mark.parametrize("number", [CAP, PAUSE, BLOCK, HAND, RELEASE])
def test_nobody_presses_what_he_may_not_do_himself(ctx: Context, number: int) -> None:
    alert = begin(ctx)
    place(ctx, order("A-1", lines={"tea": 1}))
    clients = [
        client_of(ctx, Permission.ALERTS_READ, Permission.ALERTS_WRITE),
        client_of(ctx, *ALL, locations=["NYC"]),
        client_of(ctx, Permission.ALERTS_READ),
    ]
    before = row_counts(ctx)
    assert [press(client, alert, number).status_code for client in clients] == [403, 404, 403]
    assert row_counts(ctx) == before


def test_what_cannot_be_done_is_said_and_not_kept(ctx: Context) -> None:
    alert = begin(ctx)
    client = client_of(ctx, *ALL)
    assert press(client, alert, RELEASE).json()["code"] == "conflict"
    assert press(client, alert, HAND).json()["code"] == "conflict"
    assert press(client, alert, 8).status_code == 404
    assert press(client, alert, 101).status_code == 422
    story = client.get(f"/api/v1/alerts/{alert}/timeline").json()["items"]
    assert [entry["kind"] for entry in story] == ["opened"]


def test_in_a_drill_nothing_is_touched(ctx: Context) -> None:
    alert = begin(ctx, drill=True)
    place(ctx, order("A-1", lines={"tea": 1}))
    with ctx.read() as uow:
        where = list(uow.session.scalars(sa.select(Shipment.location_id)))
    client = client_of(ctx, *ALL)
    for number in (CAP, PAUSE, BLOCK, HAND, RELEASE):
        assert press(client, alert, number).json()["words"].startswith("In a drill this is not carried out")
    assert rows_of(ctx, LocationControl) == rows_of(ctx, StockBlock) == []
    with ctx.read() as uow:
        assert list(uow.session.scalars(sa.select(Shipment.location_id))) == where
    assert alert_row(ctx, alert).status == "firing"
