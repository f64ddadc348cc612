"""A strategy tried on the last orders beside the active one: figures, differences, and nothing touched."""

from __future__ import annotations

import copy

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from backend.context import Context
from backend.jobs.shadow import ShadowWorker
from backend.persistence.bulk import table_of
from backend.routing import shadow, shadowing, strategies
from backend.routing.defaults import DEFAULT_STRATEGY
from models.enums import Permission
from models.tables import JobLease, ShadowRun
from tests.support.api import client_of
from tests.support.shop import NEW_YORK, location, open_shop, order, place, row_counts, rows_of, stock_of

FARTHEST = copy.deepcopy(DEFAULT_STRATEGY) | {"title": "Farthest first"}
for route in FARTHEST["routes"]:
    for scenario in route["scenarios"]:
        scenario["sorts"] = [{"by": "distance", "descending": True}]

URL = "/api/v1/routing/shadow-runs"


@pytest.fixture
def api(ctx: Context) -> TestClient:
    open_shop(ctx, {"CHI": {"tea": 50, "cup": 1}, "NY": {"tea": 50}}, NY=location("NY", at=NEW_YORK))
    with ctx.uow() as uow:
        strategies.ensure_defaults(uow)
    place(ctx, *(order(f"A-{n}") for n in range(6)), order("A-6", lines={"cup": 3}))
    return client_of(ctx, Permission.ROUTING_READ, Permission.ROUTING_WRITE)


def work(ctx: Context) -> None:
    worker = ShadowWorker()
    while worker(ctx) is not None:
        pass


def test_both_strategies_decide_the_same_orders_and_nothing_is_touched(
    api: TestClient, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadowing, "SLICE", 3)
    before, stock = row_counts(ctx), stock_of(ctx)
    started = api.post(URL, json={"strategy": {"document": FARTHEST}, "orders": 100})
    assert (started.status_code, started.json()["status"]) == (202, "waiting")
    work(ctx)
    run = api.get(started.headers["location"]).json()
    assert (run["status"], run["done"]) == ("done", 7)
    active, tried = run["result"]["active"], run["result"]["tried"]
    assert (active["assigned"], active["split"], active["unassigned"], active["shipments"]) == (6, 0, 1, 6)
    assert (tried["assigned"], tried["unassigned"]) == (6, 1)
    assert active["load"] == [{"location": "CHI", "shipments": 6}]
    assert tried["load"] == [{"location": "NY", "shipments": 6}]
    assert tried["mean_km"] > active["mean_km"]
    assert (run["result"]["differing"], len(run["result"]["differ"])) == (6, 6)
    assert run["result"]["differ"][0]["active"] == ["CHI"]
    assert run["result"]["differ"][0]["tried"] == ["NY"]
    assert row_counts(ctx) == {**before, "shadow_run": before["shadow_run"] + 1}
    assert stock_of(ctx) == stock
    assert rows_of(ctx, JobLease) == []


def test_each_side_takes_from_its_own_stock_across_slices(
    api: TestClient, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadowing, "SLICE", 1)
    place(ctx, *(order(f"B-{n}", lines={"tea": 40}) for n in range(2)))  # 40 of 44 and of 50: none is left for a third
    api.post(URL, json={"strategy": {"name": "standard"}, "orders": 9})
    work(ctx)
    (run,) = rows_of(ctx, ShadowRun)
    assert run["result"]["active"]["units"] == run["result"]["tried"]["units"]
    assert run["result"]["active"]["units"] + run["result"]["active"]["units_left"] == 6 + 3 + 80
    assert run["result"]["active"]["units"] <= 14 + 1  # what is there now, for all of them together
    assert run["result"]["differing"] == 0


def test_a_run_can_be_cancelled_and_one_left_by_a_dead_process_is_begun_anew(api: TestClient, ctx: Context) -> None:
    first = api.post(URL, json={"strategy": {"name": "standard"}}).json()
    assert api.post(f"{URL}/{first['id']}/cancel").json()["status"] == "cancelled"
    assert api.post(f"{URL}/{first['id']}/cancel").status_code == 409
    second = api.post(URL, json={"strategy": {"name": "standard"}}).json()
    runs = table_of(ShadowRun)
    with ctx.uow() as uow:  # as a process leaves it that was killed
        uow.session.execute(sa.update(runs).where(runs.c.id == second["id"]).values(status="running", done=3))
    work(ctx)
    shown = api.get(f"{URL}/{second['id']}").json()
    assert (shown["status"], shown["done"]) == ("done", 7)
    assert [run["id"] for run in api.get(URL).json()["items"]] == [second["id"], first["id"]]


def test_a_run_that_ended_leaves_no_lease_behind(api: TestClient, ctx: Context) -> None:
    run_id = api.post(URL, json={"strategy": {"name": "standard"}}).json()["id"]
    with ctx.uow() as uow:
        assert shadow.claim(uow, run_id) is not None
    assert len(rows_of(ctx, JobLease)) == 1
    assert api.post(f"{URL}/{run_id}/cancel").status_code == 200
    assert rows_of(ctx, JobLease) == []
    with ctx.uow() as uow:  # the process that was at it comes to its next note
        assert not shadow.note(uow, run_id, done=3)
    with ctx.uow() as uow:
        assert shadow.claim(uow, run_id) is None
    assert rows_of(ctx, JobLease) == []


def test_faults_and_missing_rights_start_nothing(api: TestClient, ctx: Context) -> None:
    before = row_counts(ctx)
    bad = api.post(URL, json={"strategy": {"document": {"title": 7}}, "orders": 10})
    assert bad.status_code == 422
    assert all(fault["pointer"].startswith("/strategy/document") for fault in bad.json()["errors"])
    assert api.post(URL, json={"strategy": {"name": "standard"}, "orders": 10_001}).status_code == 422
    assert api.post(URL, json={"strategy": {"name": "none"}}).status_code == 404
    assert row_counts(ctx) == before
    reader = client_of(ctx, Permission.ROUTING_READ)
    assert reader.post(URL, json={"strategy": {"name": "standard"}}).status_code == 403
    assert client_of(ctx, Permission.ROUTING_READ, locations=["NY"]).get(URL).status_code == 403


def test_a_run_that_cannot_begin_holds_up_no_other(api: TestClient, ctx: Context) -> None:
    first, second = (api.post(URL, json={"strategy": {"document": FARTHEST}}).headers["location"] for _ in range(2))
    with ctx.uow() as uow:
        uow.session.execute(sa.update(table_of(ShadowRun)).where(table_of(ShadowRun).c.id == 1).values(strategy={}))
    work(ctx)
    assert [api.get(url).json()["status"] for url in (first, second)] == ["failed", "done"]


def test_a_database_that_is_busy_does_not_end_a_run(
    api: TestClient, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = api.post(URL, json={"strategy": {"document": FARTHEST}}).headers["location"]
    with monkeypatch.context() as patched:
        patched.setattr(shadowing.shadow, "note", busy)
        with pytest.raises(OperationalError):
            work(ctx)
    work(ctx)
    assert api.get(url).json()["status"] == "done"


def busy(*_: object, **__: object) -> bool:
    raise OperationalError("", {}, Exception("busy"))
