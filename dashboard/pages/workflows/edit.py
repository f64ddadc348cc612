"""The editor of workflows: text with what is wrong, its steps, what changes, saving, activating, retiring. Its state is
`dashboard/state/workflows/edit.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components.dialog import CLOSES, dialog, opens
from dashboard.components.editing import parts
from dashboard.components.editing.differences import changes
from dashboard.components.shell import frame
from dashboard.components.states import trouble
from dashboard.components.workflows import steps, workflow_tabs
from dashboard.state.workflows.edit import LONGEST_NOTE, WorkflowState

state: Any = WorkflowState  # its attributes are Vars on the class, which mypy cannot know

_VIEWS = (("words", "Steps"), ("changes", "Changes"))
_READ_ONLY = "You may read workflows. Writing them needs the permission workflows:write."


def page() -> rx.Component:
    """Return the page."""
    text = parts.text(state, WorkflowState, label="Workflow as JSON", read_only=_READ_ONLY, foot=_save())
    return frame(
        nav.WORKFLOWS_EDIT,
        parts.head(state, otherwise="Edit a workflow", choose=WorkflowState.choose),
        workflow_tabs(nav.WORKFLOWS_EDIT),
        trouble(state.trouble, WorkflowState.open),
        rx.el.p(state.said, role="status", class_name="said"),
        parts.conflict(state, save_over=WorkflowState.save_over, take_theirs=WorkflowState.take_theirs),
        parts.sheets(state, text=text, reading=parts.reading(state, views=_VIEWS, aside=_against(), body=_reading)),
        _activate(),
        _retire(),
    )


def _against() -> rx.Component:
    """Return the choice of what changes are shown against."""
    return rx.cond(
        state.view == "changes",
        rx.el.div(
            rx.el.label("Against", html_for="edit-against", class_name="muted"),
            rx.el.select(
                rx.foreach(state.opened.others, lambda one: rx.el.option(one[1], value=one[0])),
                id="edit-against",
                value=state.against,
                on_change=WorkflowState.compare,
            ),
            class_name="against",
        ),
    )


def _save() -> rx.Component:
    return rx.el.form(
        rx.cond(state.opened.fresh, parts.code(state, on_blur=WorkflowState.set_code)),
        parts.note(state, longest=LONGEST_NOTE, on_blur=WorkflowState.set_note),
        parts.save_button(state),
        rx.cond(
            state.may_retire,
            rx.el.button(
                rx.icon("archive", size=16),
                "Retire…",
                type="button",
                class_name="button",
                custom_attrs=opens("retire"),
            ),
        ),
        rx.cond(state.opened.fresh, rx.fragment(), parts.activate_button(state, opens("activate"))),
        on_submit=WorkflowState.submit,
        class_name="editor-foot",
    )


def _reading() -> Any:
    changed = parts.changed(state, nothing="Nothing differs")
    return rx.cond(
        state.view == "words",
        _words(),
        rx.fragment(rx.cond(state.against == "", rx.el.p(state.other, class_name="muted")), changed),
    )


def _words() -> Any:
    said = state.checked
    return rx.cond(
        said.title != "",
        rx.fragment(
            rx.el.div(rx.el.h2(said.title), rx.el.p(said.about, class_name="muted")),
            rx.cond(said.description != "", rx.el.p(said.description)),
            steps(said.steps),
        ),
        parts.unreadable("the steps follow as you type."),
    )


def _activate() -> rx.Component:
    return dialog(
        "activate",
        "Activate this version?",
        _lines(state.opened.activating),
        rx.cond(
            state.checked.changes.length() > 0,
            rx.fragment(rx.el.h3("What differs from ", state.other), changes(state.checked.changes)),
        ),
        answers=_answer("Activate", WorkflowState.activate),
    )


def _retire() -> rx.Component:
    return dialog(
        "retire",
        "Retire this workflow?",
        _lines(state.opened.retiring),
        answers=_answer("Retire", WorkflowState.retire),
    )


def _lines(items: Any) -> rx.Component:
    return rx.el.div(rx.foreach(items, rx.el.p), class_name="dialog-lines")


def _answer(word: str, does: Any) -> rx.Component:
    return rx.el.button(word, type="button", class_name="button is-main", on_click=does, custom_attrs=CLOSES)
