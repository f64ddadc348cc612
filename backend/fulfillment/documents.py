"""A workflow as one JSON document: its schema, everything wrong with it, and how it is read. Decides nothing else.

docs/fulfillment.md explains it in words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from backend.fulfillment.workflow import LEAVES, NEVER_SKIPPED, REACHES, WAY, Ask, Printed, Proof, Workflow, WorkStep
from models.enums import Method, Role, ShipmentStatus, Step
from models.errors import Fault, invalid
from models.floor import InputKind, StepAction
from models.shapes import Fields, Flag, Many, Text, Whole, Word

_CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_NO_STEP = "none"
_WORKERS = (Role.MANAGER, Role.FULFILLER)  # an administrator may do everything
_SLA_STEPS = tuple(step.value for step in Step if step not in (Step.PLACED, Step.ASSIGNED))

ASK = Fields(
    {
        "name": Text(40, 1, about="What it is called in `inputs`: small letters, digits, - and _."),
        "label": Text(80, 1, about="What the person reads."),
        "kind": Word(tuple(InputKind), "text, when it is not stated."),
        "required": Flag("The step is not done without it."),
        "options": Many(Text(80, 1), 50, 1, about="Of a choice: what may be chosen."),
        "pattern": Text(40, 1, about="Of a text: # stands for a digit, @ for a letter, anything else for itself."),
        "min": Whole(-(10**9), 10**9, "The smallest number, or the shortest text."),
        "max": Whole(-(10**9), 10**9, "The largest number, or the longest text."),
    },
    required=("name", "label"),
)

STEP = Fields(
    {
        "code": Text(40, 1, about="What it is called in addresses: small letters, digits, - and _."),
        "name": Text(80, 1, about="What people call it."),
        "action": Word(tuple(StepAction), "What completing it does; `step`: nothing but the step itself."),
        "by": Many(Word(_WORKERS), 2, 1, about="Which people may complete it; absent: whoever works on shipments."),
        "asks": Many(ASK, 20, about="What is asked for."),
        "skippable": Flag("A later step may be done without it."),
        "undoable": Flag("It can be taken back while the goods are in the building; true when it is not stated."),
        "sla_step": Word((*_SLA_STEPS, _NO_STEP), "The moment it is for SLAs; its own status when it is not stated."),
        "proof": Word(tuple(Proof), "Of a hand-over: what the customer must show."),
        "prints": Word(tuple(Printed), "What is offered for printing."),
        "next": Many(Text(40, 1), 20, 1, about="Codes of the steps that may follow; absent: those after it, in order."),
    },
    required=("code", "name", "action"),
)

WORKFLOW = Fields(
    {
        "title": Text(200, 1),
        "description": Text(2_000),
        "method": Word(tuple(Method)),
        "group": Text(64, 1, about="The group of locations that works this way; absent: every location."),
        "steps": Many(STEP, 30, 1, about="In the order they are done."),
    },
    required=("title", "method", "steps"),
)


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    about = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Pickwatch workflow"}
    return {**about, **WORKFLOW.schema()}


def workflow_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a workflow document."""
    return dict(_schema())


def workflow_faults(document: Any, *, groups: Collection[str] | None = None) -> list[Fault]:
    """Return everything wrong with a document; `groups` are those that exist, None: not looked at."""
    found = list(WORKFLOW.faults(document, ""))
    return found or list(_nonsense(document, groups))


def parse_workflow(document: Any, *, id_: int | None = None, code: str = "", version: int = 0) -> Workflow:
    """Read a document; INVALID with every fault."""
    if faults := workflow_faults(document):
        raise invalid(faults)
    method = Method(document["method"])
    steps = tuple(_step(method, part) for part in document["steps"])
    return Workflow(method, document["title"], steps, document.get("group", ""), id_, code, version)


def _step(method: Method, part: Mapping[str, Any]) -> WorkStep:
    action = StepAction(part["action"])
    reaches = REACHES.get(action)
    sla = part.get("sla_step", reaches.value if reaches else _NO_STEP)
    return WorkStep(
        code=part["code"],
        name=part["name"],
        action=action,
        by=frozenset(map(Role, part.get("by", ()))),
        asks=tuple(map(_ask, part.get("asks", ()))),
        skippable=part.get("skippable", False),
        undoable=part.get("undoable", True) and reaches is not LEAVES[method],
        sla_step=None if sla == _NO_STEP else Step(sla),
        proof=Proof(part["proof"]) if "proof" in part else None,
        prints=Printed(part["prints"]) if "prints" in part else None,
        then=tuple(part.get("next", ())),
    )


def _ask(part: Mapping[str, Any]) -> Ask:
    return Ask(
        name=part["name"],
        label=part["label"],
        kind=InputKind(part.get("kind", InputKind.TEXT)),
        required=part.get("required", False),
        options=tuple(part.get("options", ())),
        pattern=part.get("pattern"),
        least=part.get("min"),
        most=part.get("max"),
    )


def _nonsense(document: Mapping[str, Any], groups: Collection[str] | None) -> Iterator[Fault]:
    """Yield what makes no sense though its form is right."""
    group, method, steps = document.get("group"), Method(document["method"]), document["steps"]
    if group is not None and groups is not None and group not in groups:
        yield Fault("/group", "unknown_group", f"There is no group {group}.")
    yield from _names([step["code"] for step in steps], "/steps/{}/code")
    for index, step in enumerate(steps):
        yield from _asks(step.get("asks", ()), f"/steps/{index}/asks")
        if "proof" in step and step["action"] != StepAction.HAND_OVER:
            yield Fault(f"/steps/{index}/proof", "not_here", "Only a hand-over asks the customer for something.")
    yield from _actions(method, steps)
    yield from _moments(steps)
    yield from _next(method, steps)


def _names(names: Sequence[str], at: str) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if not _CODE.fullmatch(name):
            yield Fault(at.format(index), "bad_code", "Use small letters, digits, - and _, a letter first.")
        elif name in names[:index]:
            yield Fault(at.format(index), "duplicate", f"{name} is taken.")


def _actions(method: Method, steps: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """The statuses come in the order of the method's way, and those that no workflow may miss are there."""
    way, seen, furthest = WAY[method], set[str](), 0
    for index, step in enumerate(steps):
        action = StepAction(step["action"])
        reaches = REACHES.get(action)
        if reaches is None:
            continue
        at = f"/steps/{index}/action"
        if action in seen:
            yield Fault(at, "duplicate", f"There is a step that does {action} already.")
        elif not _fits(method, action, reaches):
            yield Fault(at, "not_here", f"{action} does not belong to the method {method}.")
        elif way.index(reaches) < furthest:
            yield Fault(at, "out_of_order", f"{action} comes too late: a shipment never goes backward.")
        else:
            furthest = way.index(reaches)
        if step.get("skippable") and reaches in (NEVER_SKIPPED | {LEAVES[method]}):
            yield Fault(f"/steps/{index}/skippable", "never_skipped", f"{action} is never skipped.")
        if step.get("undoable") and way.index(LEAVES[method]) <= furthest:
            yield Fault(f"/steps/{index}/undoable", "never_undone", "What left the building is not taken back.")
        seen.add(action)
    needed = {status for status in way if status in NEVER_SKIPPED or status is LEAVES[method]} | {way[-1]}
    for status in (status for status in way if status in needed):
        if status not in {REACHES.get(StepAction(action)) for action in seen}:
            yield Fault("/steps", "missing_step", f"A step that leads to {status.value} is missing.")
    if REACHES.get(StepAction(steps[-1]["action"])) is not way[-1]:
        yield Fault(f"/steps/{len(steps) - 1}/action", "last_step", f"The last step leads to {way[-1].value}.")


def _fits(method: Method, action: StepAction, reaches: ShipmentStatus) -> bool:
    """Return whether a method knows an action: a transfer is received by a colleague, not handed to a customer."""
    foreign = StepAction.HAND_OVER if method is Method.TRANSFER else StepAction.RECEIVE
    return reaches in WAY[method] and action is not foreign


def _moments(steps: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, step in enumerate(steps):
        reaches = REACHES.get(StepAction(step["action"]))
        moment = step.get("sla_step", reaches.value if reaches else _NO_STEP)
        if moment in seen:
            yield Fault(f"/steps/{index}/sla_step", "duplicate", f"Another step is {moment} for SLAs already.")
        if moment != _NO_STEP:
            seen.add(moment)


def _next(method: Method, steps: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    codes = [step["code"] for step in steps]
    never = NEVER_SKIPPED | {LEAVES[method]}
    reached = _until_needed(steps, 0)
    for index, step in enumerate(steps):
        named = step.get("next")
        if named is None:
            ahead = _until_needed(steps, index + 1)
            reached |= ahead if index in reached else set()
            continue
        for place, code in enumerate(named):
            at = f"/steps/{index}/next/{place}"
            if code not in codes:
                yield Fault(at, "unknown_step", f"There is no step {code}.")
            elif codes.index(code) <= index:
                yield Fault(at, "goes_back", f"{code} comes before; use undo to go back.")
            elif any(REACHES.get(StepAction(part["action"])) in never for part in steps[index + 1 : codes.index(code)]):
                yield Fault(at, "never_skipped", f"Going to {code} would pass over a step that is never skipped.")
            elif index in reached:
                reached.add(codes.index(code))
    for index in sorted(set(range(len(steps))) - reached):
        yield Fault(f"/steps/{index}", "never_reached", "No step leads here.")


def _until_needed(steps: Sequence[Mapping[str, Any]], start: int) -> set[int]:
    found: set[int] = set()
    for index in range(start, len(steps)):
        found.add(index)
        if not steps[index].get("skippable"):
            break
    return found


def _asks(asks: Sequence[Mapping[str, Any]], at: str) -> Iterator[Fault]:
    yield from _names([ask["name"] for ask in asks], at + "/{}/name")
    for index, ask in enumerate(asks):
        kind = InputKind(ask.get("kind", InputKind.TEXT))
        fitting = {
            InputKind.TEXT: {"pattern", "min", "max"},
            InputKind.NUMBER: {"min", "max"},
            InputKind.CHOICE: {"options"},
        }.get(kind, set())
        for word in ("options", "pattern", "min", "max"):
            if word in ask and word not in fitting:
                yield Fault(f"{at}/{index}/{word}", "not_here", f"{word} does not belong to a {kind}.")
        if kind is InputKind.CHOICE and "options" not in ask:
            yield Fault(f"{at}/{index}/options", "missing", "A choice needs options.")
        if "min" in ask and "max" in ask and ask["min"] > ask["max"]:
            yield Fault(f"{at}/{index}/max", "out_of_range", "max is less than min.")
