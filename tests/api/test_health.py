"""Liveness, readiness, metrics, and the API's own description."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlmodel import SQLModel, col

from backend.clock import system_now
from backend.context import Context
from backend.persistence.engine import make_engine
from backend.persistence.uow import UowFactory
from models.enums import Permission
from models.tables import Event
from tests.support.alerting import COLOUR, add_policy, settle, turns
from tests.support.api import client_of
from tests.support.events import make_location, relay
from tests.support.shop import open_shop, order, place


def test_it_is_alive_and_ready(ctx: Context) -> None:
    anyone = client_of(ctx)
    assert anyone.get("/healthz").json() == {"status": "ok"}
    ready = anyone.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {
        "status": "ok",
        "database": "ok",
        "migrations": "current",
        "relay_lag_seconds": 0.0,
        "tick_lag_seconds": 0.0,
    }


def test_an_unmigrated_and_an_unreachable_database_are_not_ready(ctx: Context) -> None:
    for url, said in (
        (f"sqlite:///{ctx.settings.var_dir / 'empty.db'}", ("ok", "pending")),
        ("postgresql+psycopg://root@127.0.0.1:1/none", ("unreachable", "unknown")),
    ):
        engine = make_engine(url)
        elsewhere = replace(ctx, engine=engine, transactions=UowFactory(engine, ctx.clock, ctx.wakeups))
        answer = client_of(elsewhere).get("/readyz")
        assert answer.status_code == 503
        assert (answer.json()["database"], answer.json()["migrations"]) == said
        assert client_of(elsewhere).get("/healthz").status_code == 200
        engine.dispose()


def test_events_that_wait_too_long_for_the_relay_show_as_degraded(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}})
    table = SQLModel.metadata.tables[str(Event.__tablename__)]
    with ctx.uow() as uow:
        uow.session.execute(sa.update(table).values(recorded_at=system_now() - timedelta(minutes=5)))
    answer = client_of(ctx).get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["relay_lag_seconds"] >= 300


def test_metrics_count_orders_and_requests_by_route(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 5}})
    place(ctx, order("A-1"), order("A-2"))
    client = client_of(ctx, Permission.ADMIN)
    client.get("/api/v1/orders/1")
    text = client_of(ctx).get("/metrics").text
    assert "pickwatch_orders 2.0" in text
    assert 'pickwatch_http_requests_total{method="GET",route="/api/v1/orders/{order_id}",status="200"}' in text
    assert "pickwatch_relay_lag_seconds" in text


def test_metrics_say_how_far_the_alert_engine_is_behind(ctx: Context) -> None:
    place = make_location(ctx, "ATL")
    add_policy(ctx, "colour", COLOUR)
    settle(ctx)
    assert "pickwatch_alert_events_behind 0.0\n" in client_of(ctx).get("/metrics").text
    for to in ("at_risk", "compliant"):
        turns(ctx, "ATL", to, place)
    relay(ctx)
    age = sa.update(Event).where(col(Event.type) == "sla.location.changed")
    with ctx.uow() as uow:
        uow.session.execute(age.values(recorded_at=system_now() - timedelta(minutes=5)))
    text = client_of(ctx).get("/metrics").text
    assert "pickwatch_alert_events_behind 2.0\n" in text, "only what a policy looks at"
    (lag,) = [line.split()[1] for line in text.splitlines() if line.startswith("pickwatch_alert_lag_seconds ")]
    assert float(lag) >= 300
    settle(ctx)
    assert "pickwatch_alert_lag_seconds 0.0\n" in client_of(ctx).get("/metrics").text


def test_metrics_can_be_locked_with_a_token(ctx: Context) -> None:
    ctx.settings.metrics_token = SecretStr("s3cret")
    anyone = client_of(ctx)
    assert anyone.get("/metrics").status_code == 401
    assert anyone.get("/metrics", headers={"Authorization": "Bearer nope"}).status_code == 401
    assert anyone.get("/metrics", headers={"Authorization": "Bearer s3cret"}).status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_description_is_complete_and_its_page_loads_nothing_from_elsewhere(ctx: Context) -> None:
    client = client_of(ctx)
    description = client.get("/api/v1/openapi.json").json()
    for path, methods in description["paths"].items():
        for method, call in methods.items():
            where = f"{method} {path}"
            assert call["summary"], where
            assert call["description"], where
            if path.startswith("/api/v1/"):
                assert "401" in call["responses"], where
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "/vendor/swagger-ui-dist/swagger-ui-bundle.js" in page.text
    assert "http" not in page.text.replace("http-equiv", "")
