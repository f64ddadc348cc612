"""The Drills page: begin an incident that is none, watch who is told of it and how fast, take it on, end it, and read
the report it left. Its state is `dashboard/state/alerts/drills.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import receivers, table
from dashboard.components.alerts import marks
from dashboard.components.alerts.tabs import alert_tabs
from dashboard.components.form import described_form
from dashboard.components.link import link
from dashboard.components.panel import panel_head
from dashboard.components.routing.ticker import ticker
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.step import icon_of
from dashboard.components.when import when
from dashboard.state.alerts.drills import DrillsState

_STEP = {
    "done": "circle-dot",
    "due": "hourglass",
    "delivered": "circle-check",
    "dead": "circle-x",
    "superseded": "ban",
}
state: Any = DrillsState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.DRILLS,
        rx.el.header(
            rx.el.div(
                rx.el.h1("Drills"),
                rx.el.p("Incidents that are none: would a real one reach somebody, and how fast?", class_name="muted"),
                class_name="page-head",
            ),
            rx.cond(state.may_begin, rx.el.div(_new(), class_name="head-actions")),
            class_name="head-row",
        ),
        alert_tabs(nav.DRILLS),
        trouble(state.trouble, DrillsState.open),
        rx.el.div(table.choices("State", state.states), class_name="filters"),
        rx.el.p(state.said, role="status", class_name="said"),
        rx.el.div(
            rx.el.div(
                table.live_list(DrillsState, _row, label="Drills", nothing=_nothing(), waiting=skeleton(8)),
                class_name="panel deliveries-list drills-list",
            ),
            rx.cond(state.form.action != "", _form(), rx.cond(state.detail.id > 0, _detail())),
            class_name="deliveries",
        ),
    )


def _new() -> rx.Component:
    return rx.el.button(
        rx.icon("plus", size=16), "New drill", type="button", class_name="button is-main", on_click=state.begin
    )


def _nothing() -> Any:
    return rx.cond(
        state.filtered,
        notice(
            "search-x",
            "No drill is like that now",
            "Look at all of them.",
            link("Show all drills", href=nav.DRILLS.route, class_name="button is-main"),
        ),
        notice(
            "siren",
            "No drill has been run yet",
            "A drill opens an alert about a location that is not there and tells only the channels that you choose. "
            "Afterwards a report says who was reached, how fast, and what did not go well.",
            rx.cond(
                ~state.may_begin,
                rx.el.p("Whoever may act on the alerts of the whole network can begin one.", class_name="muted"),
            ),
        ),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(row.title, href=row.href, custom_attrs=table.ROW, prevent_scroll_reset=True, class_name="row-link"),
            rx.el.span(row.about, class_name="row-place"),
            scope="row",
        ),
        rx.el.td(marks.state(row.state, row.state_word), class_name="col-state"),
        rx.el.td(when(row.began_at), rx.el.span(row.began, class_name="row-more"), class_name="col-began"),
        rx.el.td(row.taken, class_name="col-taken"),
        rx.el.td(row.result, class_name="col-result"),
        class_name=rx.cond(row.chosen, "row is-chosen", "row"),
        key=row.key,
    )


def _detail() -> rx.Component:
    one = state.detail
    return rx.el.aside(
        panel_head(one.heading, one.title, close=one.close),
        rx.el.p(
            marks.state(one.state, one.state_word),
            rx.cond(one.who != "", rx.el.span(one.who, class_name="muted")),
            class_name="card-state",
        ),
        rx.el.p(
            "Began ", when(one.began_at), rx.cond(one.ends != "", rx.el.span(". ", one.ends, ".")), class_name="muted"
        ),
        _actions(),
        rx.cond(one.filing, rx.el.p("It is over. Its report is filed once all who were told know, within a minute.")),
        rx.cond(one.filed, _report()),
        rx.cond(one.waits, ticker(DrillsState.look_again, every=1000)),
        rx.el.h3("How it goes"),
        rx.el.ol(rx.foreach(one.steps, _step), class_name="drill-steps", aria_live="polite"),
        receivers.facts(one.facts),
        rx.el.p(link("Its page as an alert", href=one.alert)),
        class_name="panel delivery drill-panel",
        aria_label="Drill",
    )


def _actions() -> rx.Component:
    one = state.detail
    return rx.el.div(
        rx.cond(
            one.may_acknowledge,
            rx.el.button(
                rx.icon("user-check", size=16),
                "Acknowledge",
                type="button",
                class_name="button is-main",
                on_click=state.acknowledge(one.version),
            ),
        ),
        rx.cond(one.may_give_back, receivers.action("Give back", "undo-2", state.give_back)),
        rx.cond(one.may_end, receivers.action("End…", "circle-stop", state.ask_to_end)),
        class_name="stock-actions",
        tab_index=-1,
        custom_attrs={"data-keeps-focus": ""},
    )


def _report() -> rx.Component:
    one = state.detail

    def paper(word: str, icon: str, href: Any) -> rx.Component:
        return rx.el.a(rx.icon(icon, size=16), word, href=href, target="_blank", rel="noopener", class_name="button")

    return rx.el.section(
        rx.el.h3("After-action report"),
        rx.el.p(one.verdict),
        rx.el.ul(rx.foreach(one.findings, lambda line: rx.el.li(line, key=line)), class_name="drill-findings"),
        rx.el.div(
            paper("Print", "printer", one.paper), paper("As text", "file-text", one.text), class_name="stock-actions"
        ),
        class_name="drill-report",
        aria_label="After-action report",
    )


def _step(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one.at, class_name="drill-at"),
        icon_of(one.state, _STEP, "loader"),
        rx.el.span(one.text, rx.cond(one.word != "", rx.el.span(" · ", one.word, class_name="muted"))),
        class_name="drill-step is-" + one.state,
        key=one.key,
    )


def _preview() -> rx.Component:
    return rx.el.div(
        rx.el.p("What will happen", class_name="matched-words"),
        rx.el.ul(rx.foreach(state.preview, lambda line: rx.el.li(line, key=line))),
        class_name="drill-preview",
        custom_attrs={"data-comes-into-view": ""},
    )


def _form() -> rx.Component:
    return rx.el.aside(
        described_form(
            state.form,
            head=rx.el.h2(state.form.title),
            save=DrillsState.confirm,
            leave=DrillsState.leave,
            key=state.form.action,
            class_name="stock-form",
            told=rx.el.div(rx.cond(state.preview.length() > 0, _preview()), role="status"),
        ),
        class_name="panel delivery silence-panel",
        aria_label="Drill",
    )
