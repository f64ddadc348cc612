"""The Silences page: what nobody is told of for a time, and making, changing and ending a silence. Its state is
`dashboard/state/alerts/silences.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import table
from dashboard.components.alerts import marks
from dashboard.components.alerts.tabs import alert_tabs
from dashboard.components.form import described_form
from dashboard.components.link import link
from dashboard.components.panel import panel_head
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.when import when, zone
from dashboard.present.alerts.silence_forms import SilenceAction
from dashboard.state.alerts.silences import SilencesState

state: Any = SilencesState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.SILENCES,
        zone(SilencesState.at_zone),
        rx.el.header(
            rx.el.div(
                rx.el.h1("Silences"),
                rx.el.p(
                    "What nobody is told of for a time. Times are at your clock: ", state.zone, ".", class_name="muted"
                ),
                class_name="page-head",
            ),
            rx.cond(state.may_make, rx.el.div(_new(), class_name="head-actions")),
            class_name="head-row",
        ),
        alert_tabs(nav.SILENCES),
        trouble(state.trouble, SilencesState.open),
        rx.el.div(table.choices("State", state.states), class_name="filters"),
        rx.el.p(state.said, role="status", class_name="said"),
        rx.el.div(
            rx.el.div(
                table.live_list(SilencesState, _row, label="Silences", nothing=_nothing(), waiting=skeleton(8)),
                class_name="panel deliveries-list silences-list",
            ),
            rx.cond(state.form.action != "", _form(), rx.cond(state.detail.id > 0, _detail())),
            class_name="deliveries",
        ),
    )


def _new() -> rx.Component:
    return rx.el.button(
        rx.icon("plus", size=16),
        "New silence",
        type="button",
        class_name="button is-main",
        on_click=state.begin(SilenceAction.MAKE.value),
    )


def _nothing() -> Any:
    return rx.cond(
        state.filtered,
        notice(
            "search-x",
            "No silence is like that now",
            "Look at all of them.",
            link("Show all silences", href=nav.SILENCES.route, class_name="button is-main"),
        ),
        notice(
            "bell",
            "Nothing is silenced",
            "During maintenance, or while something is known and in hand, silence what would only disturb. It ends by "
            "itself, and everybody sees whose it is and why.",
        ),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(row.what, href=row.href, custom_attrs=table.ROW, prevent_scroll_reset=True, class_name="row-link"),
            rx.el.span(row.reason, class_name="row-place silence-why"),
            scope="row",
        ),
        rx.el.td(marks.silence(row.state, row.word), class_name="col-state"),
        rx.el.td(row.quiet, class_name="is-number col-quiet"),
        rx.el.td(when(row.ends_at), rx.el.span(row.left, class_name="row-more"), class_name="col-ends"),
        rx.el.td(row.reason, class_name="col-why"),
        rx.el.td(row.owner, class_name="col-owner"),
        class_name=rx.cond(row.chosen, "row is-chosen", "row"),
        key=row.key,
    )


def _detail() -> rx.Component:
    one = state.detail
    return rx.el.aside(
        panel_head("Silence", "by ", one.owner, close=one.close),
        rx.el.p(marks.silence(one.state, one.word), class_name="card-state"),
        rx.el.p(one.reason),
        rx.el.ul(
            rx.foreach(one.matchers, lambda line: rx.el.li(rx.el.code(line), key=line)),
            class_name="matchers",
            aria_label="What it matches",
        ),
        rx.el.dl(
            _fact("From", when(one.starts_at)),
            _fact(rx.cond(one.ended_early, "Ended by hand", "Until"), when(one.ends_at)),
            _fact("Made", when(one.made_at)),
            class_name="detail-facts return-facts silence-facts",
        ),
        _matched(one.alerts_word, one.alerts),
        rx.cond(one.may_change, _actions()),
        class_name="panel delivery silence-panel",
        aria_label="Silence",
    )


def _fact(label: Any, value: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(label), rx.el.dd(value))


def _actions() -> rx.Component:
    return rx.el.div(
        rx.el.button(
            "Change", type="button", class_name="button is-main", on_click=state.begin(SilenceAction.CHANGE.value)
        ),
        rx.el.button("End now", type="button", class_name="button", on_click=state.begin(SilenceAction.END.value)),
        class_name="stock-actions",
    )


def _form() -> rx.Component:
    return rx.el.aside(
        described_form(
            state.form,
            head=rx.el.h2(state.form.title),
            save=SilencesState.confirm,
            leave=SilencesState.leave,
            key=state.form.action,
            class_name="stock-form",
            told=rx.el.div(_matched(state.preview.words, state.preview.alerts), role="status"),
        ),
        class_name="panel delivery silence-panel",
        aria_label="Silence",
    )


def _matched(words: Any, alerts: Any) -> Any:
    def one(alert: Any) -> rx.Component:
        return rx.el.li(
            link(alert.title, href=alert.href), rx.el.span(alert.more, class_name="row-more"), key=alert.key
        )

    return rx.cond(
        words != "",
        rx.el.div(
            rx.el.p(words, class_name="matched-words"),
            rx.el.ul(rx.foreach(alerts, one)),
            class_name="matched",
            custom_attrs={"data-comes-into-view": ""},
        ),
    )
