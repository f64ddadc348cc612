"""A workflow in plain words: what a manager reads of each step, and of what differs, before he activates one."""

from __future__ import annotations

from typing import Any

import pytest

from backend.fulfillment.defaults import DEFAULT_DOCUMENTS, EXAMPLE_FORK
from backend.fulfillment.documents import workflow_faults
from dashboard.present.editing.text import write
from dashboard.present.workflows.check import check
from dashboard.present.workflows.editing import suggested_code
from dashboard.present.workflows.steps import chain, step_views
from dashboard.views.workflows import StepView
from models.enums import Method


def of(views: list[StepView], code: str) -> StepView:
    return next(view for view in views if view.code == code)


def facts(view: StepView) -> list[tuple[str, str]]:
    return [(fact.title, fact.text) for fact in view.facts]


def changed(code: str, **changes: Any) -> dict[str, Any]:
    steps = [{**step, **changes} if step["code"] == code else step for step in EXAMPLE_FORK["steps"]]
    document = {**EXAMPLE_FORK, "steps": steps}
    assert workflow_faults(document) == []
    return document


def test_a_step_says_what_it_does_who_may_and_what_is_asked() -> None:
    asks = [
        {"name": "note", "label": "Why?", "pattern": "##-@"},
        {"name": "grams", "label": "Weight", "kind": "number", "min": 1, "max": 2000, "required": True},
        {"name": "dry", "label": "Is it dry?", "kind": "boolean"},
    ]
    check_ = of(step_views(changed("check", by=["manager"], asks=asks, sla_step="ready", next=["gift-wrap"])), "check")
    assert (check_.number, check_.own, check_.tags) == ("3", True, [])
    assert facts(check_) == [
        ("Does", "The step itself, no status"),
        ("Who", "Only managers"),
        ("Asks", "Why? (text, like ##-@)"),
        ("Asks", "Weight (a number, at least 1, at most 2,000; needed)"),
        ("Asks", "Is it dry? (yes or no)"),
        ("For SLAs", "The moment “Ready”"),
        ("Then", "Gift wrap"),
    ]


def test_what_a_step_prints_and_a_customer_shows_is_said() -> None:
    pack = of(step_views(changed("pack", sla_step="none")), "pack")
    assert facts(pack)[-2:] == [("Prints", "The packing slip"), ("For SLAs", "No moment")]
    document = DEFAULT_DOCUMENTS[Method.PICKUP]
    steps = [{**step, "proof": "either"} if step["code"] == "hand-over" else step for step in document["steps"]]
    hand_over = of(step_views({**document, "steps": steps}), "hand-over")
    assert ("Customer shows", "The pickup code or a name") in facts(hand_over)


def test_what_left_the_building_cannot_be_taken_back() -> None:
    views = step_views(DEFAULT_DOCUMENTS[Method.DELIVERY])
    assert [view.code for view in views if "Cannot be taken back" in view.tags] == ["ship", "hand-over"]
    assert [view.code for view in views if "May be skipped" in view.tags] == ["accept", "pick", "pack"]
    assert "Cannot be taken back" in of(step_views(changed("check", undoable=False)), "check").tags


def test_a_chain_marks_steps_of_its_own() -> None:
    assert [chip.name for chip in chain(EXAMPLE_FORK) if chip.own] == ["Quality check", "Gift wrap"]


def test_changes_are_said_in_the_words_of_workflows() -> None:
    asks = [{**EXAMPLE_FORK["steps"][2]["asks"][0], "options": ["good", "bad"], "required": False}]
    checked = check(
        write(changed("check", asks=asks, skippable=True)), EXAMPLE_FORK, called="gift 1", faults_of=lambda _: []
    )
    assert [(one.word, one.where, one.before, one.after) for one in checked.changes] == [
        ("Changed", "step “Quality check” › question “result” › is needed", "yes", "no"),
        ("Removed", "step “Quality check” › question “result” › option 2", "repacked", ""),
        ("Added", "step “Quality check” › question “result” › option 2", "", "bad"),
        ("Added", "step “Quality check” › may be skipped", "", "yes"),
    ]


@pytest.mark.parametrize(
    ("group", "code"),
    [("gift", "ship-gift"), ("North & South", "ship-north-south"), ("Süd", "ship-s-d"), ("é", "ship"), ("x" * 80, "")],
)
def test_the_code_that_is_suggested_may_stand_in_addresses(group: str, code: str) -> None:
    said = suggested_code(Method.SHIP, group)
    assert said == (code or f"ship-{'x' * 59}")
