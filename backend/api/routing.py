"""Routing: strategies and their versions, suggestions, decisions. What a strategy may say is docs/routing.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Response
from pydantic import JsonValue

from backend.api import faults
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, WRITE, put
from backend.api.schemas.routing import (
    ActivateIn,
    ArchiveIn,
    DecisionOut,
    DecisionsOut,
    EmptyOut,
    StrategyChoice,
    StrategyName,
    StrategyOut,
    SuggestionIn,
    SuggestionOut,
    show_strategy,
    show_suggestion,
    show_words,
)
from backend.auth.actor import Actor
from backend.persistence.uow import Uow
from backend.routing import decisions, strategies, suggestions
from backend.routing.decisions import DecisionView
from backend.routing.document import Strategy, parse_strategy
from backend.routing.explain import Said, Trace
from backend.routing.schema import strategy_schema
from models.enums import Permission, RoutingOutcome
from models.errors import Fault, invalid

router = APIRouter(tags=["routing"])

Reader = Annotated[Actor, Depends(require(Permission.ROUTING_READ))]
OrderReader = Annotated[Actor, Depends(require(Permission.ORDERS_READ))]
Writer = Annotated[Actor, Depends(require(Permission.ROUTING_WRITE))]
WriterOnce = Annotated[Once, once(Permission.ROUTING_WRITE)]
Version = Annotated[int | None, Depends(expected_version)]
Name = Annotated[StrategyName, Path(description="Its name.")]
Number = Annotated[int, Path(ge=1, lt=2**31)]
OrderId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/routing/schema", responses=READ)
def get_schema(actor: Reader) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a strategy document."""
    return strategy_schema()


@router.get("/routing/strategies", responses=READ)
def list_strategies(ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None) -> Page[StrategyOut]:
    """List strategies by name, each with its newest version."""
    cursor = decode(after, str)
    with ctx.read(actor) as uow:
        rows = strategies.listing(uow, after=cursor[0] if cursor else None, limit=limit + 1)
        return page(rows, limit, show_strategy, lambda view: encode(view.row.name))


@router.get("/routing/strategies/{name}", responses=READ)
def get_strategy(name: Name, response: Response, ctx: Ctx, actor: Reader) -> StrategyOut:
    """Return the newest version of a strategy; its ETag is what PUT takes as If-Match."""
    with ctx.read(actor) as uow:
        shown = show_strategy(strategies.get(uow, name))
    response.headers["ETag"] = etag_of(shown.version)
    return shown


@router.put("/routing/strategies/{name}", responses=put(StrategyOut))
def put_strategy(
    name: Name,
    document: Annotated[JsonValue, Body(description="The document; `GET /routing/schema` says what it may hold.")],
    response: Response,
    ctx: Ctx,
    actor: Writer,
    version: Version,
    note: Annotated[str, Query(max_length=500, description="Why it was changed.")] = "",
) -> StrategyOut:
    """Save a new draft version: 201 when the name is new. What decides does not change until a version is activated."""
    with ctx.uow(actor) as uow:
        shown = show_strategy(strategies.put(uow, name, document, note=note, expected_version=version))
    response.status_code = 201 if shown.version == 1 else 200
    response.headers["ETag"] = etag_of(shown.version)
    return shown


@router.get("/routing/strategies/{name}/versions", responses=READ)
def list_versions(name: Name, ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None) -> Page[StrategyOut]:
    """List the versions of a strategy, newest first."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        rows = strategies.versions(uow, name, before=cursor[0] if cursor else None, limit=limit + 1)
        return page(rows, limit, show_strategy, lambda view: encode(view.row.version))


@router.get("/routing/strategies/{name}/versions/{version}", responses=READ)
def get_version(name: Name, version: Number, ctx: Ctx, actor: Reader) -> StrategyOut:
    """Return one version of a strategy."""
    with ctx.read(actor) as uow:
        return show_strategy(strategies.get(uow, name, version=version))


@router.post("/routing/strategies/{name}/activate", responses=WRITE, response_model=StrategyOut)
def activate_strategy(name: Name, call: WriterOnce, version: Version, body: ActivateIn | None = None) -> Response:
    """Let a version, the newest by default, decide from now on; the one before is archived."""

    def work(uow: Uow) -> Answer:
        which = body.version if body else None
        shown = show_strategy(strategies.activate(uow, name, version=which, expected_version=version))
        return Answer(200, shown, {"ETag": etag_of(shown.version)})

    return call.run(work)


@router.post("/routing/strategies/{name}/archive", responses=WRITE, response_model=StrategyOut)
def archive_strategy(name: Name, call: WriterOnce, version: Version, body: ArchiveIn | None = None) -> Response:
    """Put a draft, the newest version by default, aside; the active version is not archived but replaced."""

    def work(uow: Uow) -> Answer:
        which = body.version if body else None
        shown = show_strategy(strategies.archive(uow, name, version=which, expected_version=version))
        return Answer(200, shown, {"ETag": etag_of(shown.version)})

    return call.run(work)


def _suggestion_faults(uow: Uow, body: Any) -> list[Fault]:
    """Return what is wrong with the order and with the strategy in a raw body."""
    choice = body.get("strategy") if isinstance(body, Mapping) else None
    document = choice.get("document") if isinstance(choice, Mapping) else None
    found = strategies.faults_of(uow, document, at="/strategy/document") if document is not None else []
    return [*faults.orders(uow, body), *found]


@router.post("/routing/suggestions", responses=WRITE)
@faults.also(_suggestion_faults)
def suggest(body: SuggestionIn, ctx: Ctx, actor: Reader) -> SuggestionOut:
    """Return where an order would go, and why, in words; nothing is reserved, nothing is written."""
    with ctx.read(actor) as uow:
        if wrong := _suggestion_faults(uow, body.model_dump(mode="json")):
            raise invalid(wrong)
        strategy, called = chosen_strategy(uow, body.strategy)
        found = suggestions.suggest(uow, body.to_input(), strategy)
        return show_suggestion(found, strategy=called, as_of=uow.now)


def chosen_strategy(uow: Uow, choice: StrategyChoice | None) -> tuple[Strategy, str]:
    """Return the strategy of a choice and what it is called; INVALID names the faults of a document."""
    if choice is None:
        active = strategies.active(uow)
        return active.strategy, f"{active.name} version {active.version}"
    if choice.name is not None:
        row = strategies.get(uow, choice.name, version=choice.version).row
        return parse_strategy(row.document), f"{row.name} version {row.version}"
    if found := strategies.faults_of(uow, choice.document, at="/strategy/document"):
        raise invalid(found)
    return parse_strategy(choice.document), "as stated"


@router.get("/orders/{order_id}/routing", responses=READ)
def order_routing(
    order_id: OrderId, ctx: Ctx, actor: OrderReader, limit: Limit = 100, after: After = None
) -> DecisionsOut:
    """Return the decisions on an order, oldest first, with their traces and in words."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        found = decisions.of_order(uow, order_id, after=cursor[0] if cursor else 0, limit=limit + 1)
        shown = page(found, limit, lambda view: view, lambda view: encode(view.decision.id))
        told = suggestions.as_seen(uow, [view.decision.trace for view in shown.items])
        items = [_show_decision(view, *seen) for view, seen in zip(shown.items, told, strict=True)]
    return DecisionsOut(items=items, next=shown.next)


def _show_decision(view: DecisionView, trace: Trace, told: Said) -> DecisionOut:
    return DecisionOut(
        id=view.decision.id or 0,
        attempt=view.decision.attempt,
        outcome=RoutingOutcome(view.decision.outcome),
        strategy=view.strategy,
        version=view.version,
        at=view.decision.at,
        explanation=show_words(told.document()),
        trace=dict(trace),
    )


@router.get("/routing/decisions", responses=READ)
def list_decisions(
    ctx: Ctx,
    actor: Reader,
    limit: Limit = 100,
    after: After = None,
    outcome: Annotated[RoutingOutcome | None, Query(description="none and partial when it is not stated.")] = None,
) -> Page[EmptyOut]:
    """List decisions, newest first, with the main reason: those that left something without a location, by default."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        rows = decisions.listing(uow, outcome=outcome, before=cursor[0] if cursor else None, limit=limit + 1)
        return page(rows, limit, _show_empty, lambda view: encode(view.decision.id))


def _show_empty(view: DecisionView) -> EmptyOut:
    order, decision = view.order, view.decision
    return EmptyOut(
        id=decision.id or 0,
        order=decision.order_id,
        external_id=order.external_id,
        channel=order.channel,
        method=order.method,
        order_status=order.status,
        outcome=RoutingOutcome(decision.outcome),
        attempt=decision.attempt,
        reason=view.reason,
        at=decision.at,
    )
