"""Pick waves: plan, look at, release, begin, close, cancel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from backend.api import faults
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, WRITE
from backend.api.schemas.orders import NoBody, ReasonIn
from backend.api.schemas.wave_views import show, show_plan, show_waves, show_whole
from backend.api.schemas.waves import CloseIn, PlanIn, PlanOut, WaveIn, WaveOut, WavesOut, WholeWaveOut
from backend.auth.actor import Actor
from backend.persistence.uow import Uow
from backend.waves import planning, queries, service
from backend.waves.service import CloseAsk
from models.enums import Permission
from models.errors import Fault
from models.floor import WaveStatus

router = APIRouter(tags=["waves"])

Reader = Annotated[Actor, Depends(require(Permission.ORDERS_READ))]
Planner = Annotated[Once, once(Permission.WAVES_WRITE)]
Picker = Annotated[Once, once(Permission.SHIPMENTS_WRITE)]
Version = Annotated[int | None, Depends(expected_version)]
WaveId = Annotated[int, Path(ge=1, lt=2**63)]
_WHY = ReasonIn()  # for who says nothing


def _also_place(uow: Uow, body: Any) -> list[Fault]:
    """Return the unknown location in a raw body that its schema refused."""
    return faults.unknown_locations(uow, [("/location", body.get("location"))]) if isinstance(body, Mapping) else []


@router.post("/waves/plan", responses=WRITE)
@faults.also(_also_place)
def preview_waves(body: PlanIn, ctx: Ctx, actor: Annotated[Actor, Depends(require(Permission.ORDERS_READ))]) -> PlanOut:
    """Show what would be planned now, who is left out, and why. Changes nothing."""
    with ctx.read(actor) as uow:
        return show_plan(planning.preview(uow, body.to_ask()))


@router.post("/waves", status_code=201, responses=WRITE, response_model=WavesOut)
@faults.also(_also_place)
def plan_waves(body: WaveIn, call: Planner) -> Response:
    """Plan waves and keep them; their shipments are in no other wave then. 200 when there was nothing to plan."""

    def work(uow: Uow) -> Answer:
        made = service.plan(uow, body.to_ask(), released=body.release)
        views = queries.these(uow, [wave.id or 0 for wave in made.waves])
        return Answer(201 if views else 200, show_waves(views, made.left_out))

    return call.run(work)


@router.get("/waves", responses=READ)
def list_waves(
    ctx: Ctx,
    actor: Reader,
    limit: Limit = 100,
    after: After = None,
    location: Annotated[str | None, Query(max_length=64)] = None,
    status: Annotated[list[WaveStatus] | None, Query(max_length=len(WaveStatus))] = None,
) -> Page[WaveOut]:
    """List waves, newest first."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        start = cursor[0] if cursor else None
        rows = queries.listing(uow, location=location, statuses=status or (), after=start, limit=limit + 1)
        return page(rows, limit, show, lambda view: encode(view.wave.id))


@router.get("/waves/{wave_id}", responses=READ)
def get_wave(wave_id: WaveId, response: Response, ctx: Ctx, actor: Reader) -> WholeWaveOut:
    """Return a wave with its stops in walking order and its shipments; its ETag is what commands take as If-Match."""
    with ctx.read(actor) as uow:
        shown = show_whole(queries.get(uow, wave_id))
    response.headers["ETag"] = etag_of(shown.version)
    return shown


@router.post("/waves/{wave_id}/release", responses=WRITE, response_model=WholeWaveOut)
def release_wave(wave_id: WaveId, call: Planner, version: Version, body: NoBody | None = None) -> Response:
    """Send a planned wave to the floor."""
    return _run(call, wave_id, lambda uow: service.release(uow, wave_id, expected=version))


@router.post("/waves/{wave_id}/pick", responses=WRITE, response_model=WholeWaveOut)
def pick_wave(wave_id: WaveId, call: Picker, version: Version, body: NoBody | None = None) -> Response:
    """Begin to pick a released wave; the first scan in it does the same."""
    return _run(call, wave_id, lambda uow: service.begin(uow, wave_id, expected=version))


@router.post("/waves/{wave_id}/close", responses=WRITE, response_model=WholeWaveOut)
def close_wave(wave_id: WaveId, call: Picker, version: Version, body: CloseIn | None = None) -> Response:
    """End a wave: what was not found goes on by its reason, what was not tried makes a recovery wave."""
    ask = body.to_ask() if body else CloseAsk()
    return _run(call, wave_id, lambda uow: service.close(uow, wave_id, ask, expected=version))


@router.post("/waves/{wave_id}/cancel", responses=WRITE, response_model=WholeWaveOut)
def cancel_wave(wave_id: WaveId, call: Planner, version: Version, body: ReasonIn = _WHY) -> Response:
    """Take a wave back: its shipments are free again, what was picked of them stays picked."""
    return _run(call, wave_id, lambda uow: service.cancel(uow, wave_id, reason=body.reason, expected=version))


def _run(call: Once, wave_id: int, command: Callable[[Uow], object]) -> Response:
    """Carry out a command once and answer with the wave as it is then."""

    def work(uow: Uow) -> Answer:
        command(uow)
        shown = show_whole(service.read(uow, wave_id))
        return Answer(200, shown, {"ETag": etag_of(shown.version)})

    return call.run(work)
