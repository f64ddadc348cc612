"""Strategies, suggestions, decisions and shadow runs over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import Field, JsonValue, Strict, StringConstraints, model_validator

from backend.api.schemas.common import Body, ShownInstant
from backend.api.schemas.orders import OrderIn
from backend.routing.facts import Decision, Supply
from backend.routing.shadow import MOST_ORDERS
from backend.routing.strategies import StrategyView
from backend.routing.suggestions import Suggestion
from models.enums import RoutingOutcome, StrategyStatus, WorkStatus
from models.tables import ShadowRun

#: A name stands in addresses.
StrategyName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Version = Annotated[int, Strict(), Field(ge=1, lt=2**31)]


class StrategyOut(Body):
    """A version of a strategy; `document` is what may be put back. `newest` is the newest version of its name, `active`
    the version of this name that decides, null when another strategy does."""

    name: str
    version: int
    status: StrategyStatus
    title: str
    document: dict[str, Any]
    note: str
    created_by: str
    created_at: ShownInstant
    activated_at: ShownInstant | None
    newest: int
    active: int | None


class ActivateIn(Body):
    """Which version is to decide; the newest when it is not stated."""

    version: Version | None = None


class ArchiveIn(Body):
    """Which version is put aside; the newest when it is not stated."""

    version: Version | None = None


class StrategyChoice(Body):
    """A strategy to try: a `document`, or a saved one by `name` and perhaps `version`."""

    document: JsonValue = None
    name: StrategyName | None = None
    version: Version | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.document is None) == (self.name is None):
            raise ValueError("state either a document or a name")
        if self.version is not None and self.name is None:
            raise ValueError("a version belongs to a name")
        return self


class SuggestionIn(OrderIn):
    """An order as it would come in, and the strategy to try; the active one when none is stated."""

    strategy: StrategyChoice | None = None


class SharedLine(Body):
    """Units of a line; `line` counts from 1, as in the order."""

    line: int
    sku: str
    quantity: int


class SupplyOut(Body):
    """What another location would send there first, by transfer."""

    location: str
    name: str
    lines: list[SharedLine]


class AssignmentOut(Body):
    """What one location would take; `cost` is in minor units. Of its lines, `supply` must come there first."""

    location: str
    name: str
    distance_km: float | None
    cost: int | None
    lines: list[SharedLine]
    supply: SupplyOut | None


class LeftoverOut(SharedLine):
    """Units that no location takes, what happens to them, and why."""

    action: str
    reason: str


class WordsOut(Body):
    """A sentence, and the sentences under it."""

    text: str
    under: list[WordsOut] = Field(default_factory=list)


class SuggestionOut(Body):
    """Where an order would go. `promise` is `{promised_at, decided_by, shipments}`; docs/routing.md has `trace`."""

    strategy: str
    outcome: RoutingOutcome
    reason: str
    assignments: list[AssignmentOut]
    leftovers: list[LeftoverOut]
    promise: dict[str, Any]
    explanation: WordsOut
    trace: dict[str, Any]
    as_of: ShownInstant


class DecisionOut(Body):
    """A decision on an order, as it was made; `explanation` says it in words."""

    id: int
    attempt: int
    outcome: RoutingOutcome
    strategy: str | None
    version: int | None
    at: ShownInstant
    explanation: WordsOut
    trace: dict[str, Any]


class DecisionsOut(Body):
    """The decisions on an order, oldest first."""

    items: list[DecisionOut]
    next: str | None = None


class EmptyOut(Body):
    """A decision that left something, or everything, without a location, and the main reason."""

    id: int
    order: int
    external_id: str
    channel: str
    method: str
    order_status: str
    outcome: RoutingOutcome
    attempt: int
    reason: str
    at: ShownInstant


class ShadowIn(Body):
    """What to try, and on how many of the last orders."""

    strategy: StrategyChoice
    orders: Annotated[int, Strict(), Field(ge=1, le=MOST_ORDERS)] = 1_000


class ShadowOut(Body):
    """A shadow run; `done` of `orders` are decided. `result`, once it is done, holds `active` and `tried` with the same
    figures, how many orders are `differing`, and the first of them in `differ`."""

    id: int
    strategy: str
    version: int | None
    orders: int
    done: int
    status: WorkStatus
    result: dict[str, Any]
    created_by: str
    created_at: ShownInstant
    finished_at: ShownInstant | None


def show_run(run: ShadowRun) -> ShadowOut:
    """Return a shadow run as the API shows it."""
    return ShadowOut(
        id=run.id or 0,
        strategy=run.strategy_name,
        version=run.strategy_version,
        orders=run.orders,
        done=run.done,
        status=WorkStatus(run.status),
        result=run.result,
        created_by=run.created_by,
        created_at=run.created_at,
        finished_at=run.finished_at,
    )


def show_strategy(view: StrategyView) -> StrategyOut:
    """Return a version as the API shows it."""
    row = view.row
    return StrategyOut(
        name=row.name,
        version=row.version,
        status=StrategyStatus(row.status),
        title=str(row.document.get("title", "")),
        document=row.document,
        note=row.note,
        created_by=row.created_by,
        created_at=row.created_at,
        activated_at=row.activated_at,
        newest=view.newest,
        active=view.active,
    )


def show_suggestion(found: Suggestion, *, strategy: str, as_of: Any) -> SuggestionOut:
    """Return a suggestion as the API shows it."""
    skus = {line.line_id: line.sku for line in found.order.lines}
    return SuggestionOut(
        strategy=strategy,
        outcome=found.outcome,
        reason=found.reason,
        assignments=_assignments(found.decision, skus),
        leftovers=[
            LeftoverOut(
                line=left.line_id,
                sku=skus[left.line_id],
                quantity=left.units,
                action=str(left.action),
                reason=str(left.reason),
            )
            for left in found.decision.leftovers
        ],
        promise=found.promise.document(),
        explanation=show_words(found.words.document()),
        trace=dict(found.decision.trace),
        as_of=as_of,
    )


def show_words(document: Mapping[str, Any]) -> WordsOut:
    """Return sentences as the API shows them."""
    return WordsOut.model_validate(document)


def _lines(units: Iterable[tuple[int, int]], skus: Mapping[int, str]) -> list[SharedLine]:
    return [SharedLine(line=line, sku=skus[line], quantity=count) for line, count in units]


def _supply(sent: Supply, skus: Mapping[int, str]) -> SupplyOut:
    return SupplyOut(location=sent.source.code, name=sent.source.name, lines=_lines(sent.units, skus))


def _assignments(decision: Decision, skus: Mapping[int, str]) -> list[AssignmentOut]:
    return [
        AssignmentOut(
            location=part.place.code,
            name=part.place.name,
            distance_km=None if part.distance_km is None else round(part.distance_km, 1),
            cost=part.cost_minor,
            lines=_lines(part.units, skus),
            supply=_supply(part.supply, skus) if part.supply else None,
        )
        for part in decision.assignments
    ]
