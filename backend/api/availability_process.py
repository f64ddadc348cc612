"""The availability process: /api/v1/availability*, /healthz, /readyz and /metrics, and nothing that needs the database
to answer. It follows the event log with a book and with all API keys; both stay when the database goes away."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable
from typing import Literal

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.api import availability, errors
from backend.api.availability import Desk
from backend.api.deps import Ctx, public
from backend.api.health import DEGRADED_AFTER_SECONDS, Alive, scraping
from backend.api.intake import Intake
from backend.api.schemas.common import ShownInstant
from backend.api.security import BodyLimit
from backend.availability.service import StockService
from backend.context import Context
from backend.metrics.registry import HTTP_REQUESTS, HTTP_SECONDS, REGISTRY
from models.errors import DomainError

_PATH = "/api/v1/availability"


class Readiness(BaseModel):
    """Whether it can answer, and as of when; `waiting` until stock has been read once."""

    status: Literal["ok", "degraded", "waiting"]
    database: Literal["ok", "away"]
    as_of: ShownInstant | None
    age_seconds: float | None
    products: int
    balances: int


def create(ctx: Context, service: StockService, desk: Desk | None = None) -> ASGIApp:
    """Return the program; `service` runs as long as it does."""
    desk = desk or Desk(lambda: ctx)
    return _Front(desk, BodyLimit(Intake(_app(ctx, service, desk)), lambda: ctx.settings))


class _Front:
    """Lets the one question that is asked all the time past everything else."""

    def __init__(self, desk: Desk, rest: ASGIApp) -> None:
        self._desk = desk
        self._rest = rest
        self._answered = HTTP_REQUESTS.labels("GET", _PATH, "200")
        self._seconds = HTTP_SECONDS.labels("GET", _PATH)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        if scope["type"] != "http" or scope["path"] != _PATH or scope["method"] != "GET":
            await self._rest(scope, receive, send)
            return
        began = time.perf_counter()
        try:
            await self._desk(scope, receive, send)
        except DomainError as error:
            refusal = errors.refusal(error)
            HTTP_REQUESTS.labels("GET", _PATH, str(refusal.status_code)).inc()
            await refusal(scope, receive, send)
        else:
            self._answered.inc()
        self._seconds.observe(time.perf_counter() - began)


def _app(ctx: Context, service: StockService, desk: Desk) -> FastAPI:
    @contextlib.asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(service.start)
        try:
            yield
        finally:
            await asyncio.to_thread(service.stop)

    app = FastAPI(
        title="Pickwatch availability",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=running,
    )
    app.state.context = lambda: ctx
    app.state.availability = desk
    app.state.service = service
    errors.install(app)
    app.include_router(availability.router, prefix="/api/v1")
    app.include_router(health)
    return app


health = APIRouter(tags=["health"], dependencies=[Depends(public)])


@health.get("/healthz")
async def alive() -> Alive:
    """Say that the process answers; it asks nobody else."""
    return Alive()


@health.get("/readyz", responses={503: {"model": Readiness}})
async def ready(ctx: Ctx, request: Request, response: Response) -> Readiness:
    """Say whether there is anything to answer from (else 503), and how old it is."""
    answer = readiness(ctx, request.app.state.service)
    if answer.status == "waiting":
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return answer


@health.get("/metrics", response_class=Response)
async def metrics(ctx: Ctx, request: Request) -> Response:
    """Return all metrics as Prometheus reads them; behind a bearer token when one is set."""
    scraping(ctx, request)
    scrape = CollectorRegistry()
    scrape.register(_Gauges(ctx, request.app.state.service))
    return Response(generate_latest(REGISTRY) + generate_latest(scrape), media_type=CONTENT_TYPE_LATEST)


def readiness(ctx: Context, service: StockService) -> Readiness:
    """Return how the process does; asks no database."""
    book = ctx.stock
    as_of = book.as_of if book.cursor is not None else None
    age = max(0.0, (ctx.clock.now() - as_of).total_seconds()) if as_of is not None else None
    status: Literal["ok", "degraded", "waiting"] = "waiting"
    if age is not None:
        status = "degraded" if age > DEGRADED_AFTER_SECONDS else "ok"
    return Readiness(
        status=status,
        database="away" if service.away else "ok",
        as_of=as_of,
        age_seconds=round(age, 3) if age is not None else None,
        products=len(book),
        balances=book.cells,
    )


class _Gauges(Collector):
    def __init__(self, ctx: Context, service: StockService) -> None:
        self._ctx = ctx
        self._service = service

    def collect(self) -> Iterable[Metric]:
        """Return the state of the book."""
        now = readiness(self._ctx, self._service)
        age = -1.0 if now.age_seconds is None else now.age_seconds
        yield GaugeMetricFamily("pickwatch_availability_age_seconds", "Age of the answers; -1: none yet.", age)
        yield GaugeMetricFamily("pickwatch_availability_products", "Products held.", now.products)
        yield GaugeMetricFamily("pickwatch_availability_balances", "Balances held.", now.balances)

    def describe(self) -> Iterable[Metric]:
        """Describe nothing beforehand."""
        return []
