"""The steps of a workflow as people read them: what each does, who may, what is asked for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backend.fulfillment.documents import parse_workflow
from backend.fulfillment.workflow import Ask, Printed, Proof, Workflow, WorkStep, has_left
from dashboard.present.shipments import STEP_WORDS
from dashboard.views.workflows import Chip, Fact, StepView
from models.enums import Role
from models.floor import InputKind

_ROLES: dict[Role, str] = {Role.MANAGER: "managers", Role.FULFILLER: "fulfillers"}
_PRINTS: dict[Printed, str] = {Printed.PICK_LIST: "The pick list", Printed.PACKING_SLIP: "The packing slip"}
_PROOFS: dict[Proof, str] = {
    Proof.CODE: "The pickup code",
    Proof.NAME: "A name",
    Proof.EITHER: "The pickup code or a name",
}
_KINDS: dict[InputKind, str] = {
    InputKind.TEXT: "text",
    InputKind.NUMBER: "a number",
    InputKind.BOOLEAN: "yes or no",
    InputKind.CHOICE: "one of",
}


def chain(document: Mapping[str, Any]) -> list[Chip]:
    """Return the steps in a row; the document has no fault."""
    steps = parse_workflow(document).steps
    return [Chip(one.code, one.name, own=one.reaches is None, optional=one.skippable) for one in steps]


def step_views(document: Mapping[str, Any]) -> list[StepView]:
    """Return each step with all there is to know of it; the document has no fault."""
    workflow = parse_workflow(document)
    return [_view(number, workflow) for number in range(len(workflow.steps))]


def _view(at: int, workflow: Workflow) -> StepView:
    step, done = workflow.steps[at], workflow.steps[: at + 1]
    left = any(one.reaches is not None and has_left(workflow.method, one.reaches) for one in done)
    tags = (("May be skipped", step.skippable), ("Cannot be taken back", left or not step.undoable))
    return StepView(
        key=step.code,
        number=str(at + 1),
        name=step.name,
        code=step.code,
        own=step.reaches is None,
        tags=[word for word, holds in tags if holds],
        facts=list(_facts(step, workflow)),
    )


def _facts(step: WorkStep, workflow: Workflow) -> Iterator[Fact]:
    status = step.reaches
    yield Fact("Does", "The step itself, no status" if status is None else f"Leads to {STEP_WORDS[status]}")
    by = " and ".join(word for role, word in _ROLES.items() if role in step.by)
    yield Fact("Who", f"Only {by}" if by else "Whoever works on shipments")
    for ask in step.asks:
        yield Fact("Asks", _asked(ask))
    if step.proof is not None:
        yield Fact("Customer shows", _PROOFS[step.proof])
    if step.prints is not None:
        yield Fact("Prints", _PRINTS[step.prints])
    if step.sla_step is None and status is not None:
        yield Fact("For SLAs", "No moment")
    elif step.sla_step is not None:
        yield Fact("For SLAs", f"The moment “{STEP_WORDS[step.sla_step.value]}”")
    if step.then:
        names = {one.code: one.name for one in workflow.steps}
        yield Fact("Then", ", or ".join(names[code] for code in step.then))


def _asked(ask: Ask) -> str:
    """Return "How is it? One of good, repacked; needed"."""
    kind = _KINDS[ask.kind]
    if ask.kind is InputKind.CHOICE:
        kind = f"{kind} {', '.join(ask.options)}"
    said = [kind, *([f"like {ask.pattern}"] if ask.pattern else []), *_bounds(ask)]
    return f"{ask.label} ({', '.join(said)}{'; needed' if ask.required else ''})"


def _bounds(ask: Ask) -> Iterator[str]:
    unit = " characters" if ask.kind is InputKind.TEXT else ""
    if ask.least is not None:
        yield f"at least {ask.least:,}{unit}"
    if ask.most is not None:
        yield f"at most {ask.most:,}{unit}"
