"""The editor of strategies: text with what is wrong, the same in words, what changes, saving, activating. Its state is
`dashboard/state/routing/edit.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components.dialog import CLOSES, dialog, opens
from dashboard.components.editing import parts
from dashboard.components.editing.differences import changes
from dashboard.components.routing.tabs import routing_tabs
from dashboard.components.routing.words import clauses, strategy_words
from dashboard.components.shell import frame
from dashboard.components.states import trouble
from dashboard.state.routing.edit import EditState

state: Any = EditState  # its attributes are Vars on the class, which mypy cannot know

_VIEWS = (("words", "In words"), ("changes", "Changes"))
_READ_ONLY = "You may read strategies. Writing them needs the permission routing:write."


def page() -> rx.Component:
    """Return the page."""
    text = parts.text(state, EditState, label="Strategy as JSON", read_only=_READ_ONLY, foot=_save())
    aside = rx.el.span(state.opened.active, class_name="muted")
    return frame(
        nav.ROUTING_EDIT,
        parts.head(state, otherwise="Edit a strategy", choose=EditState.choose),
        routing_tabs(nav.ROUTING_EDIT),
        trouble(state.trouble, EditState.open),
        rx.el.p(state.said, role="status", class_name="said"),
        parts.conflict(state, save_over=EditState.save_over, take_theirs=EditState.take_theirs),
        parts.sheets(state, text=text, reading=parts.reading(state, views=_VIEWS, aside=aside, body=_reading)),
        _activate(),
    )


def _save() -> rx.Component:
    return rx.el.form(
        parts.note(state, longest=500, on_blur=EditState.set_note),
        parts.save_button(state),
        rx.cond(
            state.may_archive,
            rx.el.button(
                rx.icon("archive", size=16), "Archive", type="button", class_name="button", on_click=EditState.archive
            ),
        ),
        parts.activate_button(state, opens("activate")),
        on_submit=EditState.submit,
        class_name="editor-foot",
    )


def _reading() -> Any:
    changed = parts.changed(state, nothing="Nothing differs from the active version")
    return rx.cond(state.view == "words", _words(), changed)


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
        parts.unreadable("the words follow as you type."),
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
