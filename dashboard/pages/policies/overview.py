"""The page Policies: what pages whom, in words, and how many alerts are open by it. Its state is
`dashboard/state/policies/overview.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import table
from dashboard.components.alerts.marks import severity
from dashboard.components.alerts.tabs import alert_tabs
from dashboard.components.dialog import CLOSES, dialog, opens
from dashboard.components.link import link
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.step import icon_of
from dashboard.state.policies.overview import PoliciesState

state: Any = PoliciesState  # its attributes are Vars on the class, which mypy cannot know

_FORM = "policy-form"
_STATE = {"active": "circle-check", "off": "circle-off"}


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.POLICIES,
        _head(),
        alert_tabs(nav.POLICIES),
        trouble(state.trouble, PoliciesState.open),
        rx.el.div(table.choices("State", state.states), class_name="filters"),
        rx.el.div(
            rx.cond(
                state.ready,
                rx.cond(
                    state.rows.length() > 0,
                    table.data_table(state.columns, rx.foreach(state.rows, _row), label="Policies"),
                    notice("bell-off", "No policy is in this state", "Nobody is told of anything by these."),
                ),
                skeleton(8),
            ),
            table.foot(state.pager, state.csv),
            class_name="panel policies-list",
        ),
        _new(),
    )


def _head() -> rx.Component:
    return rx.el.header(
        rx.el.div(
            rx.el.h1("Policies"),
            rx.el.p("What opens an alert, how bad it is, who is told when, and what clears it.", class_name="muted"),
            class_name="page-head",
        ),
        rx.cond(
            state.may_write,
            rx.el.div(
                rx.el.button(
                    rx.icon("plus", size=16),
                    "New policy…",
                    type="button",
                    class_name="button is-main",
                    custom_attrs=opens("policy"),
                ),
                class_name="head-actions",
            ),
        ),
        class_name="head-row",
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(row.title, href=row.href, custom_attrs=table.ROW, class_name="row-link"),
            rx.el.span(severity(row.severity, row.severity_word), _state(row), class_name="policy-marks"),
            rx.el.span(row.words, class_name="row-place policy-words"),
            scope="row",
        ),
        rx.el.td(severity(row.severity, row.severity_word), class_name="col-severity"),
        rx.el.td(_state(row), class_name="col-state"),
        rx.el.td(
            rx.cond(
                row.open_href != "",
                link(
                    row.open,
                    href=row.open_href,
                    class_name="over-row",
                    aria_label=f"{row.open} open alerts by {row.title}",
                ),
                row.open,
            ),
            class_name="is-number col-open",
        ),
        rx.el.td(
            rx.el.span(row.version),
            rx.el.span(row.saved, title=row.saved_title, class_name="row-more"),
            class_name="col-saved",
        ),
        class_name="row",
        key=row.key,
    )


def _state(row: Any) -> rx.Component:
    return rx.el.span(icon_of(row.state, _STATE, "archive"), row.word, class_name=f"sent version-{row.state}")


def _new() -> rx.Component:
    return dialog(
        "policy",
        "New policy",
        rx.el.p("A new policy begins as a copy of another one. Nothing changes until it is saved."),
        rx.el.form(
            rx.el.div(
                rx.el.label("Begin with", html_for="policy-template"),
                rx.el.select(
                    rx.foreach(state.templates, lambda one: rx.el.option(one[1], value=one[0])),
                    id="policy-template",
                    name="template",
                ),
                class_name="field",
            ),
            id=_FORM,
            on_submit=PoliciesState.begin,
        ),
        answers=rx.el.button(
            "Write it", type="submit", class_name="button is-main", custom_attrs={"form": _FORM, **CLOSES}
        ),
    )
