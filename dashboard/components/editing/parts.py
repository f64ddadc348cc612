"""The editor of a versioned document: text with what is wrong, who saved first, what it says beside what changes. Of
each page come its state (a `state.editing.Edits`), its words and what stands at the foot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx

from dashboard.components.editing.differences import changes, side_by_side
from dashboard.components.editing.editor import editor
from dashboard.components.editing.versions import version_state
from dashboard.components.states import notice, skeleton


def head(state: Any, *, otherwise: str, choose: Any) -> rx.Component:
    """Return what is opened, and the way to the other versions."""
    opened = state.opened
    return rx.el.header(
        rx.el.div(
            rx.el.h1(rx.cond(opened.heading != "", opened.heading, otherwise)),
            rx.el.p(
                rx.cond(opened.state != "", version_state(opened.state, opened.word)),
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
                on_change=choose,
            ),
            class_name="head-actions",
        ),
        class_name="head-row",
    )


def conflict(state: Any, *, save_over: Any, take_theirs: Any) -> Any:
    """Return what is told to who saves second: nothing of his is lost."""
    return rx.cond(
        state.conflict != "",
        rx.el.div(
            rx.el.p(rx.el.strong("Somebody saved first."), " ", state.conflict),
            rx.el.div(
                rx.el.button("Save mine as the newest", type="button", class_name="button", on_click=save_over),
                rx.el.button("Put mine aside, show theirs", type="button", class_name="button", on_click=take_theirs),
                class_name="head-actions",
            ),
            role="alert",
            class_name="banner conflict",
        ),
    )


def sheets(state: Any, *, text: Any, reading: Any) -> rx.Component:
    """Return the text beside what it says, and both texts line by line where that is asked for."""

    def sheet(content: Any, name: str, label: str) -> rx.Component:
        return rx.el.section(rx.cond(state.ready, content, skeleton(14)), class_name=f"panel {name}", aria_label=label)

    return rx.fragment(
        rx.el.div(sheet(text, "editor-panel", "Text"), sheet(reading, "reading", "What it says"), class_name="editing"),
        rx.cond(
            (state.view == "changes") & (state.checked.sides.length() > 0),
            rx.el.section(
                rx.el.div(rx.el.h2("Line by line"), class_name="panel-head"),
                side_by_side(state.checked.sides, other=state.other),
                class_name="panel",
            ),
        ),
    )


def text(state: Any, page: Any, *, label: str, read_only: str, foot: Any) -> rx.Component:
    """Return the field with what is wrong; `page` has the handlers, `foot` is for who may write."""
    may = state.opened.may_write
    return rx.fragment(
        editor(
            text=state.text,
            saved=state.opened.text,
            revision=state.revision,
            marks=state.checked.marks,
            jump=state.jump,
            read_only=~may,
            label=label,
            described_by="faults",
            on_edit=page.typed,
            on_save=page.save,
        ),
        _faults(state),
        rx.cond(may, foot, rx.el.p(read_only, class_name="editor-foot muted")),
    )


def _faults(state: Any) -> rx.Component:
    faults = state.checked.faults
    return rx.el.div(
        rx.cond(
            faults.length() > 0,
            rx.fragment(
                rx.el.p(rx.icon("circle-alert", size=16), state.faults_word, class_name="faults-head"),
                rx.el.ul(rx.foreach(faults, lambda one: _fault(one, state)), class_name="faults-list"),
            ),
            rx.el.p(rx.icon("check", size=16), "Nothing is wrong with it.", class_name="faults-head"),
        ),
        id="faults",
        class_name="faults",
        aria_live="polite",
    )


def _fault(fault: Any, state: Any) -> rx.Component:
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


def note(state: Any, *, longest: int, on_blur: Any) -> rx.Component:
    """Return the field for why it was changed."""
    return rx.el.div(
        rx.el.label("What changes, and why", html_for="edit-note"),
        rx.el.input(
            id="edit-note",
            name="note",
            max_length=longest,
            on_blur=on_blur,
            key=state.revision,  # empty again after a save
            placeholder="Why, in a few words",
            auto_complete="off",
        ),
        class_name="field",
    )


def code(state: Any, *, on_blur: Any) -> rx.Component:
    """Return the field for what a new document is called in addresses."""
    return rx.el.div(
        rx.el.label("Code, as in addresses", html_for="edit-code"),
        rx.el.input(
            id="edit-code",
            name="code",
            default_value=state.opened.name,
            key=state.revision,
            max_length=64,
            on_blur=on_blur,
            auto_complete="off",
            spell_check=False,
        ),
        class_name="field",
    )


def save_button(state: Any) -> rx.Component:
    """Return the button that saves; it is the main one until there is something to activate."""
    return rx.el.button(
        rx.icon("save", size=16),
        "Save as draft",
        type="submit",
        class_name=rx.cond(state.may_activate, "button", "button is-main"),
        disabled=~state.may_save,
    )


def activate_button(state: Any, opens: Any) -> rx.Component:
    """Return the button that asks whether to activate; `opens` are the attributes that open the question."""
    return rx.el.button(
        "Activate…",
        type="button",
        class_name=rx.cond(state.may_activate, "button is-main", "button"),
        disabled=~state.may_activate,
        title=state.activate_hint,
        custom_attrs=opens,
    )


def reading(state: Any, *, views: Sequence[tuple[str, str]], aside: Any, body: Callable[[], Any]) -> rx.Component:
    """Return what the text says, or what changes (the view called "changes"), under the ways between the two."""

    def view(key: str, word: str) -> rx.Component:
        counted = rx.cond(state.changes_word != "", rx.el.span(state.changes_word, class_name="choice-count"))
        return rx.el.button(
            word,
            counted if key == "changes" else rx.fragment(),
            type="button",
            on_click=state.show(key),
            aria_pressed=rx.cond(state.view == key, "true", "false"),
        )

    return rx.fragment(
        rx.el.div(
            rx.el.div(
                *[view(*one) for one in views], class_name="tabs is-small", role="group", aria_label="What to show"
            ),
            aside,
            class_name="panel-head",
        ),
        rx.el.div(body(), class_name="panel-body reading-body", tab_index=0),
    )


def unreadable(follows: str) -> rx.Component:
    """Return what stands there while the text has faults."""
    return notice("file-warning", "This cannot be read yet", f"Put right what is marked; {follows}")


def changed(state: Any, *, nothing: Any) -> Any:
    """Return the changes in words; `nothing` is said where there are none."""
    return rx.cond(
        state.checked.changes.length() > 0,
        changes(state.checked.changes),
        notice("equal", nothing, "What you change is listed here as you type."),
    )
