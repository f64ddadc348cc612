"""Workflow documents: what is wrong is named all at once, where it stands; what is right can be walked."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from backend.fulfillment.defaults import BUILT_IN, DEFAULT_DOCUMENTS, EXAMPLE_FORK
from backend.fulfillment.documents import parse_workflow, workflow_faults, workflow_schema
from backend.fulfillment.inputs import input_faults
from backend.fulfillment.workflow import Ask, following, status_after, steps_passed
from models.enums import Method, ShipmentStatus, Step
from models.floor import InputKind

S = ShipmentStatus
Document = dict[str, Any]


@pytest.mark.parametrize("document", [*DEFAULT_DOCUMENTS.values(), EXAMPLE_FORK])
def test_what_is_shipped_is_sound_and_fits_the_published_schema(document: Document) -> None:
    assert workflow_faults(document) == []
    assert list(Draft202012Validator(workflow_schema()).iter_errors(document)) == []


def changed(change: Callable[[Document], None]) -> Document:
    document = copy.deepcopy(EXAMPLE_FORK)
    change(document)
    return document


def step(index: int, **values: Any) -> Callable[[Document], None]:
    return lambda document: document["steps"][index].update(values)


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        (lambda d: d.pop("title"), [("/title", "missing")]),
        (lambda d: d.update(steps=[]), [("/steps", "bad_length")]),
        (step(1, action="run", by=["boss"]), [("/steps/1/action", "unknown_word"), ("/steps/1/by/0", "unknown_word")]),
        (step(1, code="Pick It"), [("/steps/1/code", "bad_code")]),
        (step(1, code="accept"), [("/steps/1/code", "duplicate")]),
        (step(2, action="pick", sla_step="none"), [("/steps/2/action", "duplicate")]),
        (step(2, action="ready"), [("/steps/2/action", "not_here")]),
        (step(5, skippable=True), [("/steps/5/skippable", "never_skipped")]),
        (step(5, undoable=True), [("/steps/5/undoable", "never_undone")]),
        (step(1, proof="code"), [("/steps/1/proof", "not_here")]),
        (step(2, sla_step="packed"), [("/steps/4/sla_step", "duplicate")]),
        (step(0, next=["fly"]), [("/steps/0/next/0", "unknown_step")]),
        (step(4, next=["accept"]), [("/steps/4/next/0", "goes_back"), ("/steps/5", "never_reached")]),
        (step(1, next=["pack"]), [("/steps/2", "never_reached"), ("/steps/3", "never_reached")]),
        (step(2, asks=[{"name": "x", "label": "X", "kind": "choice"}]), [("/steps/2/asks/0/options", "missing")]),
        (step(2, asks=[{"name": "x", "label": "X", "options": ["a"]}]), [("/steps/2/asks/0/options", "not_here")]),
        (step(2, asks=[{"name": "x", "label": "X", "min": 2, "max": 1}]), [("/steps/2/asks/0/max", "out_of_range")]),
        (lambda d: d["steps"].pop(), [("/steps", "missing_step"), ("/steps/4/action", "last_step")]),
        (lambda d: d["steps"].insert(0, d["steps"].pop(1)), [("/steps/1/action", "out_of_order")]),
        (lambda d: d.update(group="nowhere"), [("/group", "unknown_group")]),
    ],
)  # fmt: skip
def test_every_fault_is_named_where_it_stands(
    change: Callable[[Document], None], faults: list[tuple[str, str]]
) -> None:
    found = workflow_faults(changed(change), groups={"gift"})
    assert [(fault.pointer, fault.code) for fault in found] == faults
    assert all(fault.message for fault in found)


def test_a_delivery_never_passes_over_what_is_never_skipped() -> None:
    document = copy.deepcopy(DEFAULT_DOCUMENTS[Method.DELIVERY])
    document["steps"][2]["next"] = ["hand-over"]
    assert ("/steps/2/next/0", "never_skipped") in [(f.pointer, f.code) for f in workflow_faults(document)]


def test_a_fork_is_walked_with_its_own_steps() -> None:
    fork = parse_workflow(EXAMPLE_FORK)

    def codes(status: ShipmentStatus, done: str | None) -> list[str]:
        return [each.code for each in following(fork, status, done)]

    assert codes(S.OPEN, None) == ["accept", "pick"]
    assert codes(S.PICKED, "pick") == ["check"]
    assert codes(S.PICKED, "check") == ["gift-wrap", "pack"]
    assert codes(S.PICKED, "gift-wrap") == ["pack"]
    assert codes(S.PACKED, "pack") == ["ship"]
    assert codes(S.SHIPPED, "ship") == []
    assert codes(S.CANCELLED, "check") == []


def test_named_next_steps_and_moments_of_a_steps_own_are_what_the_document_says() -> None:
    document = changed(step(1, next=["check", "pack"], skippable=True))
    step(2, sla_step="packed")(document)
    step(4, sla_step="none")(document)
    fork = parse_workflow(document)
    assert [each.code for each in following(fork, S.PICKED, "pick")] == ["check", "pack"]
    check, ship = fork.step("check"), fork.step("ship")
    assert check is not None
    assert ship is not None
    assert steps_passed(fork, S.OPEN, None, check) == (Step.ACCEPTED, Step.PICKED, Step.PACKED)
    assert steps_passed(fork, S.PICKED, "check", ship) == (Step.SHIPPED,)
    assert status_after(fork, S.OPEN, None, check) is S.PICKED  # what it passes over counts as done
    assert status_after(fork, S.PICKED, "pick", check) is S.PICKED


def test_goods_that_left_are_never_taken_back() -> None:
    for workflow in BUILT_IN.values():
        assert [each.undoable for each in workflow.steps if each.action in ("accept", "pick", "pack")] == [True] * 3
    assert [each.undoable for each in BUILT_IN[Method.SHIP].steps][-1] is False


ASKS = (
    Ask("serial", "Serial number", pattern="@@-###", required=True),
    Ask("weight", "Weight", InputKind.NUMBER, least=1, most=100),
    Ask("fragile", "Fragile", InputKind.BOOLEAN),
    Ask("wrap", "Paper", InputKind.CHOICE, options=("red", "blue")),
)


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({"serial": "AB-123", "weight": 100, "fragile": False, "wrap": "red"}, []),
        ({"serial": "AB-123", "weight": None, "wrap": ""}, []),
        ({}, [("/inputs/serial", "missing")]),
        ({"serial": "AB-12"}, [("/inputs/serial", "bad_pattern")]),
        ({"serial": "AB-1२3"}, [("/inputs/serial", "bad_pattern")]),
        ({"serial": ["x"], "a/b": 1}, [("/inputs/a~1b", "unknown_field"), ("/inputs/serial", "wrong_type")]),
        (
            {"serial": "AB-123", "weight": True, "fragile": 1, "wrap": ["red"]},
            [("/inputs/weight", "wrong_type"), ("/inputs/fragile", "wrong_type"), ("/inputs/wrap", "unknown_word")],
        ),
        ({"serial": "AB-123", "weight": 101}, [("/inputs/weight", "out_of_range")]),
        ({"serial": "x" * 501}, [("/inputs/serial", "bad_length")]),
    ],
)
def test_answers_are_checked_all_at_once(given: Document, faults: list[tuple[str, str]]) -> None:
    assert [(fault.pointer, fault.code) for fault in input_faults(ASKS, given)] == faults
