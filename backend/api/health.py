"""Is it alive, can it serve, how is it doing: /healthz, /readyz, /metrics, without the API's prefix."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Literal

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from backend.api.deps import Ctx, public
from backend.context import Context
from backend.metrics.collectors import Lag, database_metrics, lag
from backend.metrics.registry import REGISTRY
from backend.persistence.migrate import is_current
from models.errors import DomainError, ErrorCode

router = APIRouter(tags=["health"], dependencies=[Depends(public)])

#: Background work further behind than this is called degraded. It still serves, so it stays ready.
DEGRADED_AFTER_SECONDS = 60


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Whether it can serve; lags in real seconds, null when the database does not answer."""

    status: Literal["ok", "degraded", "unavailable"]
    database: Literal["ok", "unreachable"]
    migrations: Literal["current", "pending", "unknown"]
    relay_lag_seconds: float | None = None
    tick_lag_seconds: float | None = None


@router.get("/healthz")
def alive() -> Alive:
    """Say that the process answers; it asks nobody else."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Ready}})
def ready(ctx: Ctx, response: Response) -> Ready:
    """Say whether the database is there and migrated (else 503), and how far behind the background work is."""
    answer = _ready(ctx)
    if answer.status == "unavailable":
        response.status_code = 503
    return answer


@router.get("/metrics", response_class=Response)
def metrics(ctx: Ctx, request: Request) -> Response:
    """Return all metrics as Prometheus reads them; behind a bearer token when one is set."""
    scraping(ctx, request)
    scrape = CollectorRegistry()
    scrape.register(_FromDatabase(ctx))
    return Response(generate_latest(REGISTRY) + generate_latest(scrape), media_type=CONTENT_TYPE_LATEST)


def scraping(ctx: Context, request: Request) -> None:
    """Raise UNAUTHENTICATED unless whoever scrapes has the metrics token, where one is set."""
    token = ctx.settings.metrics_token
    if token is None:
        return
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if not secrets.compare_digest(given.encode(), token.get_secret_value().encode()):
        raise DomainError(ErrorCode.UNAUTHENTICATED, "Send the metrics token: Authorization: Bearer …")


class _FromDatabase(Collector):
    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def collect(self) -> Iterable[Metric]:
        """Read the database's gauges."""
        return database_metrics(self._ctx)

    def describe(self) -> Iterable[Metric]:
        """Describe nothing beforehand, so that registering reads nothing."""
        return []


def _ready(ctx: Context) -> Ready:
    try:
        if not is_current(ctx.engine):
            return Ready(status="unavailable", database="ok", migrations="pending")
        behind: Lag = lag(ctx)
    except SQLAlchemyError:
        return Ready(status="unavailable", database="unreachable", migrations="unknown")
    late = max(behind.relay_seconds, behind.tick_seconds) > DEGRADED_AFTER_SECONDS
    return Ready(
        status="degraded" if late else "ok",
        database="ok",
        migrations="current",
        relay_lag_seconds=behind.relay_seconds,
        tick_lag_seconds=behind.tick_seconds,
    )
