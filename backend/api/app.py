"""The JSON API: one router per feature, problem+json everywhere, OpenAPI at /api/v1/openapi.json."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path

from backend.api import (
    alert_links,
    alert_policies,
    alert_runbooks,
    alerts,
    auth,
    availability,
    carriers,
    channels,
    controls,
    deliveries,
    docs,
    drills,
    errors,
    events,
    future,
    handover,
    health,
    imports,
    inbound,
    inventory,
    locations,
    orders,
    papers,
    picking,
    products,
    promises,
    reject_reasons,
    returns,
    routing,
    shadow_runs,
    shipment_moves,
    shipments,
    silences,
    sla,
    stock_rules,
    subscriptions,
    transfers,
    wave_rules,
    waves,
    workflows,
)
from backend.api.deps import public
from backend.api.intake import METHODS, Intake
from backend.api.measure import Measure
from backend.api.parameters import known_parameters
from backend.api.responses import problems
from backend.context import Context

#: Routers below /api/v1; each feature adds its own here.
ROUTERS: list[APIRouter] = [
    availability.router,  # first: it is asked most, and routes are tried in this order
    auth.router,
    locations.router,
    controls.router,
    products.router,
    future.router,  # before the stock of a location, whose addresses look alike
    inventory.router,
    stock_rules.router,
    orders.router,
    shipments.router,
    returns.router,
    waves.router,
    wave_rules.router,
    workflows.router,
    papers.router,
    picking.router,
    shipment_moves.router,
    transfers.router,
    reject_reasons.router,
    routing.router,
    shadow_runs.router,
    sla.router,
    alert_policies.router,
    handover.router,  # before an alert's own address, which looks alike
    alerts.router,
    alert_runbooks.router,
    silences.router,
    drills.router,
    inbound.router,
    events.router,
    subscriptions.router,
    channels.router,
    deliveries.router,
    imports.router,
    carriers.router,
    promises.router,
]

DESCRIPTION = """
Orders, stock, shipments and their SLAs. Send `Authorization: Bearer <api key>`. Times are RFC 3339 UTC. Errors are
problem+json (RFC 9457) and name every fault; a refused call changed nothing. Lists are `{"items", "next"}`: pass `next`
as `after`. A POST with an `Idempotency-Key` happens once; edits take `If-Match` with the ETag of what you read.
"""


def create_api(context: Callable[[], Context]) -> FastAPI:
    """Return the API; `context` is called per request, so that building the app touches no database."""
    app = FastAPI(
        title="Pickwatch",
        version="1",
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.context = context
    app.state.availability = availability.Desk(context)
    app.add_middleware(Intake)
    app.add_middleware(Measure)
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix="/api/v1", responses=problems(), dependencies=[Depends(known_parameters)])
    app.include_router(auth.browser)
    app.include_router(alert_links.browser)
    app.include_router(health.router)
    app.include_router(docs.router)
    app.include_router(unknown)  # last: what nothing above took
    return app


unknown = APIRouter(include_in_schema=False)


@unknown.api_route("/api/{rest:path}", methods=list(METHODS), dependencies=[Depends(public)])
def nothing_here(request: Request) -> None:
    """Answer calls of the API that do not exist; otherwise the pages' own "not found" would, in HTML."""
    others = (route for route in iter_route_contexts(request.app.routes) if route.endpoint is not nothing_here)
    here = (route for route in others if route.path and compile_path(route.path)[0].match(request.scope["path"]))
    methods = sorted({method for route in here for method in route.methods or ()})
    if methods:
        raise HTTPException(405, f"Use {', '.join(methods)} here.", headers={"Allow": ", ".join(methods)})
    raise HTTPException(404, "There is no such call; see /api/v1/openapi.json.")
