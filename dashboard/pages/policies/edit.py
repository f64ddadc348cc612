"""The editor of alert policies: text with what is wrong, the same in words, what it would raise now, what changes, all
versions, saving (it holds at once), retiring. Its state is `dashboard/state/policies/edit.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components.alerts.tabs import alert_tabs
from dashboard.components.dialog import CLOSES, dialog, opens
from dashboard.components.editing import parts
from dashboard.components.editing.differences import changes
from dashboard.components.editing.versions import version_state
from dashboard.components.link import link
from dashboard.components.shell import frame
from dashboard.components.states import trouble
from dashboard.state.policies.edit import LONGEST_NOTE, PolicyState

state: Any = PolicyState  # its attributes are Vars on the class, which mypy cannot know

_VIEWS = (("words", "In words"), ("changes", "Changes"), ("history", "Versions"))
_READ_ONLY = "You may read policies. Writing them needs the permission policies:write."


def page() -> rx.Component:
    """Return the page."""
    text = parts.text(state, PolicyState, label="Policy as JSON", read_only=_READ_ONLY, foot=_save())
    return frame(
        nav.POLICY_EDIT,
        parts.head(state, otherwise="Edit a policy", choose=PolicyState.choose),
        alert_tabs(nav.POLICIES),
        trouble(state.trouble, PolicyState.open),
        rx.el.p(state.said, role="status", class_name="said"),
        parts.conflict(state, save_over=PolicyState.save_over, take_theirs=PolicyState.take_theirs),
        parts.sheets(state, text=text, reading=parts.reading(state, views=_VIEWS, aside=_open(), body=_reading)),
        _asks(),
        _retire(),
    )


def _open() -> rx.Component:
    return rx.cond(state.opened.open_words != "", link(state.opened.open_words, href=state.opened.open_href))


def _save() -> rx.Component:
    return rx.el.form(
        rx.cond(state.opened.fresh, parts.code(state, on_blur=PolicyState.set_code)),
        parts.note(state, longest=LONGEST_NOTE, on_blur=PolicyState.set_note),
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
        rx.el.button(
            rx.icon("save", size=16),
            "Save…",
            type="submit",
            class_name="button is-main",
            disabled=~state.may_save,
            title=state.activate_hint,
        ),
        on_submit=PolicyState.submit,
        class_name="editor-foot",
    )


def _reading() -> Any:
    return rx.match(
        state.view,
        ("words", _words()),
        ("history", _history()),
        parts.changed(state, nothing="Nothing differs from the version that holds"),
    )


def _words() -> Any:
    said = state.checked
    return rx.cond(
        said.title != "",
        rx.fragment(
            rx.el.h2(said.title),
            rx.el.p(said.summary, class_name="policy-summary"),
            rx.cond(said.description != "", rx.el.p(said.description, class_name="muted")),
            _born(),
            rx.foreach(said.clauses, _clause),
        ),
        parts.unreadable("the words follow as you type."),
    )


def _born() -> rx.Component:
    """Return what it would raise right now."""
    return rx.el.div(
        rx.el.p(rx.el.strong("If it is saved now. "), state.checked.born),
        rx.cond(
            state.checked.born_examples.length() > 0,
            rx.el.p(rx.foreach(state.checked.born_examples, lambda one: rx.el.span(one, class_name="flow-tag"))),
        ),
        class_name="policy-born",
    )


def _clause(one: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h3(one.title),
        rx.el.ul(rx.foreach(one.lines, lambda line: rx.el.li(line))),
        class_name="policy-clause",
        key=one.key,
    )


def _history() -> rx.Component:
    return rx.el.ol(rx.foreach(state.opened.history, _version), class_name="policy-history")


def _version(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(
            rx.cond(row.here, rx.el.strong(row.version), link(row.version, href=row.href)),
            version_state(row.state, row.word),
            class_name="policy-version",
        ),
        rx.el.p(row.note),
        rx.el.p(row.saved, class_name="muted"),
        key=row.key,
    )


def _asks() -> Any:
    """Return the question before a save: what changes, what would be listed at once."""
    return rx.cond(
        state.asks,
        rx.el.dialog(
            rx.el.form(
                rx.el.h2("Save? It holds at once.", id="save-title"),
                rx.el.p(state.checked.summary),
                rx.el.p(state.checked.born),
                rx.cond(
                    state.checked.changes.length() > 0,
                    rx.fragment(rx.el.h3("What changes"), changes(state.checked.changes)),
                    rx.cond(
                        state.opened.active > 0,
                        rx.el.p("It says the same as the version that holds.", class_name="muted"),
                    ),
                ),
                rx.el.div(
                    rx.el.button(
                        "Not now",
                        type="button",
                        class_name="button",
                        on_click=PolicyState.leave,
                        custom_attrs={"data-close": ""},
                    ),
                    rx.el.button("Save it", type="submit", class_name="button is-main"),
                    class_name="dialog-answers",
                ),
                on_submit=PolicyState.confirm,
                class_name="dialog-body",
                custom_attrs={"data-focus": ""},
            ),
            class_name="dialog",
            aria_labelledby="save-title",
            custom_attrs={"data-modal": ""},
        ),
    )


def _retire() -> rx.Component:
    return dialog(
        "retire",
        "Retire this policy?",
        rx.el.div(rx.foreach(state.opened.retiring, rx.el.p), class_name="dialog-lines"),
        answers=rx.el.button(
            "Retire", type="button", class_name="button is-main", on_click=PolicyState.retire, custom_attrs=CLOSES
        ),
    )
