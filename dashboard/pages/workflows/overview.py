"""The page Workflows: what holds for each method and its forks, what shipments under way keep, all versions. Its state
is `dashboard/state/workflows/overview.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import table
from dashboard.components.dialog import CLOSES, dialog, opens
from dashboard.components.editing.versions import version_list, version_state
from dashboard.components.link import link
from dashboard.components.panel import panel
from dashboard.components.shell import frame
from dashboard.components.states import skeleton, trouble
from dashboard.components.workflows import chain, legend, workflow_tabs
from dashboard.state.workflows.overview import WorkflowsState

state: Any = WorkflowsState  # its attributes are Vars on the class, which mypy cannot know

_FORM = "fork-form"


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.WORKFLOWS,
        _head(),
        workflow_tabs(nav.WORKFLOWS),
        trouble(state.trouble, WorkflowsState.open),
        panel(
            "What new shipments work by",
            rx.cond(state.ready, rx.el.div(rx.foreach(state.ways, _method), class_name="flows"), skeleton(12)),
            tools=legend(),
        ),
        panel("Versions", version_list(state, _version), class_name="versions"),
        _fork(),
    )


def _head() -> rx.Component:
    return rx.el.header(
        rx.el.div(
            rx.el.h1("Workflows"),
            rx.el.p("How shipments are worked on. Those under way keep their version.", class_name="muted"),
            class_name="page-head",
        ),
        rx.cond(
            state.may_write,
            rx.el.div(
                rx.el.button(
                    rx.icon("git-fork", size=16),
                    "New fork…",
                    type="button",
                    class_name="button is-main",
                    custom_attrs=opens("fork"),
                ),
                class_name="head-actions",
            ),
        ),
        class_name="head-row",
    )


def _method(method: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h3(method.name),
        rx.el.ul(rx.foreach(method.ways, _way), custom_attrs={"data-rows": ""}),
        rx.foreach(method.older, _older),
        class_name="flows-method",
        aria_label=method.name,
        key=method.key,
    )


def _way(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            link(row.where, href=row.href, custom_attrs=table.ROW, class_name="row-link"),
            rx.el.span(row.places, class_name="row-more"),
            class_name="flow-where",
        ),
        rx.el.div(
            rx.el.p(
                rx.el.span(row.title, class_name="flow-title"),
                rx.el.span(row.version, " · ", row.since, class_name="muted"),
                rx.cond(row.draft != "", rx.el.span(rx.icon("pencil", size=12), row.draft, class_name="flow-tag")),
                class_name="flow-what",
            ),
            chain(row.chips),
            class_name="flow-how",
        ),
        rx.el.span(row.under_way, class_name="flow-count"),
        class_name="row flow",
        key=row.key,
    )


def _older(one: Any) -> rx.Component:
    return rx.el.p(rx.icon("history", size=14), link(one.text, href=one.href), class_name="flow-older", key=one.key)


def _version(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(row.version, href=row.href, custom_attrs=table.ROW, class_name="row-link"),
            rx.el.span(row.about, " · ", row.note, class_name="row-place"),
            scope="row",
        ),
        rx.el.td(version_state(row.state, row.word), class_name="col-state"),
        rx.el.td(row.under_way, class_name="is-number"),
        rx.el.td(
            rx.el.span(row.when, title=row.title), rx.el.span(row.who, class_name="row-more"), class_name="col-saved"
        ),
        class_name="row",
        key=row.key,
    )


def _fork() -> rx.Component:
    def choice(name: str, label: str, options: Any) -> rx.Component:
        return rx.el.div(
            rx.el.label(label, html_for=f"fork-{name}"),
            rx.el.select(
                rx.foreach(options, lambda one: rx.el.option(one[1], value=one[0])), id=f"fork-{name}", name=name
            ),
            class_name="field",
        )

    return dialog(
        "fork",
        "New fork",
        rx.cond(
            state.groups.length() > 0,
            rx.fragment(
                rx.el.p(
                    "The locations of a group may work by steps of their own. A fork begins with what holds today; ",
                    "nothing changes until it is saved and activated.",
                ),
                rx.el.form(
                    choice("method", "Method", state.methods),
                    choice("group", "Group", state.groups),
                    id=_FORM,
                    on_submit=WorkflowsState.fork,
                    class_name="fork-form",
                ),
            ),
            rx.el.p("No location belongs to a group yet. Put locations into a group first, then it can have a fork."),
        ),
        answers=rx.cond(
            state.groups.length() > 0,
            rx.el.button(
                "Write it", type="submit", class_name="button is-main", custom_attrs={"form": _FORM, **CLOSES}
            ),
        ),
    )
