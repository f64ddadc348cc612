"""The editor of strategies: text with what is wrong, the same in words, what changes, saving, activating. Its state is
`dashboard/state/routing/edit.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components.dialog import CLOSES, dialog, opens
from dashboard.components.routing.differences import changes, side_by_side
from dashboard.components.routing.editor import editor
from dashboard.components.routing.tabs import routing_tabs
from dashboard.components.routing.words import clauses, strategy_words
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.pages.routing.overview import version_state
from dashboard.state.routing.edit import EditState

state: Any = EditState  # its attributes are Vars on the class, which mypy cannot know

_VIEWS = (("words", "In words"), ("changes", "Changes"))


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.ROUTING_EDIT,
        _head(),
        routing_tabs(nav.ROUTING_EDIT),
        trouble(state.trouble, EditState.open),
        rx.el.p(state.said, role="status", class_name="said"),
        _conflict(),
        rx.el.div(
            rx.el.section(
                rx.cond(state.ready, _text(), skeleton(14)), class_name="panel editor-panel", aria_label="Text"
            ),
            rx.el.section(
                rx.cond(state.ready, _reading(), skeleton(14)), class_name="panel reading", aria_label="What it says"
            ),
            class_name="editing",
        ),
        rx.cond(
            (state.view == "changes") & (state.checked.sides.length() > 0),
            rx.el.section(
                rx.el.div(rx.el.h2("Line by line"), class_name="panel-head"),
                side_by_side(state.checked.sides),
                class_name="panel",
            ),
        ),
        _activate(),
    )


def _head() -> rx.Component:
    opened = state.opened
    return rx.el.header(
        rx.el.div(
            rx.el.h1(rx.cond(opened.heading != "", opened.heading, "Edit a strategy")),
            rx.el.p(
                rx.cond(opened.state != "", version_state(opened.state, state.state_word)),
                rx.el.span(opened.about),
                class_name="muted version-about",
            ),
            class_name="page-head",
        ),
        rx.el.div(
            rx.el.label("Version", html_for="edit-version", class_name="sr-only"),
            rx.el.select(
                rx.foreach(opened.choices, lambda one: rx.el.option(one[1], value=one[0])),
                id="edit-version",
                value=state.chosen,
                on_change=EditState.choose,
            ),
            class_name="head-actions",
        ),
        class_name="head-row",
    )


def _conflict() -> Any:
    return rx.cond(
        state.conflict != "",
        rx.el.div(
            rx.el.p(rx.el.strong("Somebody saved first."), " ", state.conflict),
            rx.el.div(
                rx.el.button(
                    "Save mine as the newest", type="button", class_name="button", on_click=EditState.save_over
                ),
                rx.el.button(
                    "Put mine aside, show theirs", type="button", class_name="button", on_click=EditState.take_theirs
                ),
                class_name="head-actions",
            ),
            role="alert",
            class_name="banner conflict",
        ),
    )


def _text() -> rx.Component:
    return rx.fragment(
        editor(
            text=state.text,
            revision=state.revision,
            marks=state.checked.marks,
            jump=state.jump,
            read_only=~state.opened.may_write,
            label="Strategy as JSON",
            described_by="faults",
            on_edit=EditState.typed,
            on_save=EditState.save,
        ),
        _faults(),
        rx.cond(state.opened.may_write, _save(), rx.el.p(_READ_ONLY, class_name="editor-foot muted")),
    )


_READ_ONLY = "You may read strategies. Writing them needs the permission routing:write."


def _faults() -> rx.Component:
    faults = state.checked.faults
    return rx.el.div(
        rx.cond(
            faults.length() > 0,
            rx.fragment(
                rx.el.p(rx.icon("circle-alert", size=16), state.faults_word, class_name="faults-head"),
                rx.el.ul(rx.foreach(faults, _fault), class_name="faults-list"),
            ),
            rx.el.p(rx.icon("check", size=16), "Nothing is wrong with it.", class_name="faults-head"),
        ),
        id="faults",
        class_name="faults",
        aria_live="polite",
    )


def _fault(fault: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span("Line ", fault.line, class_name="fault-line"),
            rx.el.span(fault.message, class_name="fault-text"),
            rx.el.code(fault.where),
            type="button",
            on_click=state.go_to(fault.line),
        ),
        key=fault.key,
    )


def _save() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            rx.el.label("What changes, and why", html_for="edit-note"),
            rx.el.input(
                id="edit-note",
                name="note",
                max_length=500,
                on_blur=EditState.set_note,
                key=state.revision,  # empty again after a save
                placeholder="Why, in a few words",
                auto_complete="off",
            ),
            class_name="field",
        ),
        rx.el.button(
            rx.icon("save", size=16),
            "Save as draft",
            type="submit",
            class_name=rx.cond(state.may_activate, "button", "button is-main"),
            disabled=~state.may_save,
        ),
        rx.cond(
            state.may_archive,
            rx.el.button(
                rx.icon("archive", size=16), "Archive", type="button", class_name="button", on_click=EditState.archive
            ),
        ),
        rx.el.button(
            "Activate…",
            type="button",
            class_name=rx.cond(state.may_activate, "button is-main", "button"),
            disabled=~state.may_activate,
            title=state.activate_hint,
            custom_attrs=opens("activate"),
        ),
        on_submit=EditState.submit,
        class_name="editor-foot",
    )


def _reading() -> rx.Component:
    def view(key: str, word: str) -> rx.Component:
        return rx.el.button(
            word,
            rx.cond(state.changes_word != "", rx.el.span(state.changes_word, class_name="choice-count"))
            if key == "changes"
            else rx.fragment(),
            type="button",
            on_click=state.show(key),
            aria_pressed=rx.cond(state.view == key, "true", "false"),
        )

    return rx.fragment(
        rx.el.div(
            rx.el.div(
                *[view(*one) for one in _VIEWS], class_name="tabs is-small", role="group", aria_label="What to show"
            ),
            rx.el.span(state.opened.active, class_name="muted"),
            class_name="panel-head",
        ),
        rx.el.div(
            rx.cond(state.view == "words", _words(), _changes()), class_name="panel-body reading-body", tab_index=0
        ),
    )


def _words() -> Any:
    words = state.checked.words
    return rx.cond(
        words.title != "",
        rx.fragment(
            rx.el.h2(words.title),
            rx.cond(words.description != "", rx.el.p(words.description, class_name="muted")),
            strategy_words(words),
            clauses("Limits", words.limits),
            clauses("Guards", words.guards),
            clauses("Lanes, the most urgent first", words.lanes),
        ),
        notice("file-warning", "This cannot be read yet", "Put right what is marked; the words follow as you type."),
    )


def _changes() -> Any:
    return rx.cond(
        state.checked.changes.length() > 0,
        changes(state.checked.changes),
        notice("equal", "Nothing differs from the active version", "What you change is listed here as you type."),
    )


def _activate() -> rx.Component:
    return dialog(
        "activate",
        "Activate this version?",
        rx.el.p(
            "Orders that are routed from now on follow it. Orders that have a location keep it. ",
            "The version that is active now is kept; you can open it and save it again.",
        ),
        rx.cond(
            state.checked.changes.length() > 0,
            rx.fragment(rx.el.h3("What changes"), changes(state.checked.changes)),
            rx.el.p("It says the same as the active version.", class_name="muted"),
        ),
        answers=rx.el.button(
            "Activate",
            type="button",
            class_name="button is-main",
            on_click=EditState.activate,
            custom_attrs=CLOSES,
        ),
    )
