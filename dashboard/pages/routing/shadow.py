"""Shadow runs: a strategy on the last orders, side by side with the active one. Its state is
`dashboard/state/routing/shadow.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import table
from dashboard.components.link import link
from dashboard.components.panel import panel_head
from dashboard.components.routing.tabs import routing_tabs
from dashboard.components.routing.ticker import ticker
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.step import work_step
from dashboard.state.routing.shadow import ShadowState

state: Any = ShadowState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.ROUTING_SHADOW,
        rx.el.div(
            rx.el.h1("Shadow run"),
            rx.el.p(
                "A strategy on the last orders, side by side with the active one. Nothing is reserved or changed.",
                class_name="muted",
            ),
            class_name="page-head",
        ),
        routing_tabs(nav.ROUTING_SHADOW),
        rx.cond(
            state.refused,
            notice(
                "lock",
                "A shadow run shows the whole network",
                "You see a part of it. Try an order instead: it shows where one would go.",
                link("Try an order", href=nav.ROUTING_TRY.route, class_name="button is-main"),
            ),
            _content(),
        ),
    )


def _content() -> rx.Component:
    return rx.fragment(
        trouble(state.trouble, ShadowState.open),
        rx.el.p(state.said, role="status", class_name="said"),
        rx.cond(state.may_write, _start()),
        rx.el.div(
            rx.el.section(_runs(), class_name="panel runs"),
            rx.cond(state.run.id > 0, rx.el.div(_run(), class_name="run")),
            class_name=rx.cond(state.run.id > 0, "shadow is-open", "shadow"),
        ),
    )


def _start() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            rx.el.label("Version to try", html_for="shadow-version"),
            rx.el.select(
                rx.foreach(state.strategies, lambda one: rx.el.option(one[1], value=one[0])),
                id="shadow-version",
                name="version",
            ),
            class_name="field",
        ),
        rx.el.div(
            rx.el.label("On the last orders", html_for="shadow-orders"),
            rx.el.input(
                id="shadow-orders",
                name="orders",
                type="number",
                min="1",
                max="100000",
                default_value="500",
                required=True,
            ),
            class_name="field",
        ),
        rx.el.button(rx.icon("play", size=16), "Run", type="submit", class_name="button is-main"),
        on_submit=ShadowState.start,
        class_name="panel shadow-start",
    )


def _runs() -> Any:
    return rx.cond(
        state.ready,
        rx.cond(
            state.runs.length() > 0,
            table.data_table(state.columns, rx.foreach(state.runs, _row), label="Shadow runs"),
            notice(
                "copy-check",
                "No run yet",
                "Save a draft, choose it above and run it: you see what it would have done with the last orders.",
                link("Write a draft", href=nav.ROUTING_EDIT.route, class_name="button"),
            ),
        ),
        rx.cond(state.trouble == "", skeleton(6)),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(row.what, href=row.href, custom_attrs=table.ROW, prevent_scroll_reset=True, class_name="row-link"),
            rx.el.span(row.about, class_name="row-place"),
            scope="row",
        ),
        rx.el.td(work_step(row.state, row.word), class_name="col-state"),
        rx.el.td(rx.el.span(row.when, title=row.title), class_name="col-when"),
        class_name=rx.cond(row.chosen, "row is-chosen", "row"),
        key=row.key,
    )


def _run() -> rx.Component:
    run = state.run
    return rx.fragment(
        rx.el.section(
            panel_head(run.heading, run.about, close=run.close),
            rx.cond(run.running, _progress(run)),
            rx.cond(run.failed != "", rx.el.p(run.failed, role="alert")),
            rx.cond(run.figures.length() > 0, _figures(run)),
            class_name="panel run-head",
        ),
        rx.cond(run.loads.length() > 0, _loads(run)),
        rx.cond((run.state == "done") & (run.figures.length() > 0), _differs(run)),
    )


def _progress(run: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(run.word, ": ", run.done, aria_live="polite"),
        rx.el.progress(value=run.percent, max=100, aria_label="How far the run is"),
        rx.cond(
            state.may_write,
            rx.el.button("Cancel", type="button", class_name="button", on_click=state.cancel(run.id)),
        ),
        ticker(ShadowState.look_again),
        class_name="run-progress",
    )


def _figures(run: Any) -> rx.Component:
    def one(figure: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(figure.label, scope="row"),
            rx.el.td(figure.active, class_name="is-number"),
            rx.el.td(figure.tried, class_name="is-number"),
            rx.el.td(figure.difference, class_name="is-number figure-differs"),
            key=figure.label,
        )

    return rx.el.table(
        rx.el.caption("The active strategy and the one that was tried", class_name="sr-only"),
        rx.el.thead(
            rx.el.tr(
                rx.el.th(rx.el.span("Figure", class_name="sr-only"), scope="col"),
                *[rx.el.th(word, scope="col", class_name="is-number") for word in ("Active", "Tried", "Difference")],
            )
        ),
        rx.el.tbody(rx.foreach(run.figures, one)),
        class_name="table compared",
    )


def _loads(run: Any) -> rx.Component:
    heads = [rx.el.th("Location", scope="col")]
    heads += [rx.el.th(word, scope="col", class_name="is-number") for word in ("Active", "Tried")]
    heads.append(rx.el.th(rx.el.span("Drawn", class_name="sr-only"), scope="col"))
    swatches = [
        part for key in ("Active", "Tried") for part in (rx.el.span(class_name=f"swatch is-{key.lower()}"), key)
    ]
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Shipments by location"), rx.el.p(*swatches, class_name="swatches muted"), class_name="panel-head"
        ),
        rx.el.div(
            rx.el.table(
                rx.el.caption("Shipments by location", class_name="sr-only"),
                rx.el.thead(rx.el.tr(*heads)),
                rx.el.tbody(rx.foreach(run.loads, _load)),
                class_name="table loads",
            ),
            class_name="table-scroll",
            tab_index=0,
            role="region",
            aria_label="Shipments by location",
        ),
        class_name="panel",
    )


def _load(load: Any) -> rx.Component:
    def bar(percent: Any, kind: str) -> rx.Component:
        return rx.el.span(
            rx.el.span(style={"width": percent.to(str) + "%"}, class_name=f"bar-fill is-{kind}"), class_name="bar-track"
        )

    return rx.el.tr(
        rx.el.th(link(load.name, href=load.href), scope="row"),
        rx.el.td(load.active, class_name="is-number"),
        rx.el.td(load.tried, class_name="is-number"),
        rx.el.td(
            bar(load.active_percent, "active"),
            bar(load.tried_percent, "tried"),
            aria_hidden="true",
            class_name="load-bars",
        ),
        key=load.key,
    )


def _differs(run: Any) -> rx.Component:
    def one(order: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(link(order.order, href=order.href), scope="row"),
            rx.el.td(order.active),
            rx.el.td(order.tried),
            key=order.key,
        )

    return rx.el.section(
        rx.el.div(
            rx.el.h2("Orders that differ"), rx.el.p(run.differs_word, class_name="muted"), class_name="panel-head"
        ),
        rx.cond(
            run.differs.length() > 0,
            rx.el.div(
                rx.el.table(
                    rx.el.caption("Orders that differ", class_name="sr-only"),
                    rx.el.thead(rx.el.tr(*[rx.el.th(w, scope="col") for w in ("Order", "Active", "Tried")])),
                    rx.el.tbody(rx.foreach(run.differs, one)),
                    class_name="table differs",
                ),
                class_name="table-scroll",
                tab_index=0,
                role="region",
                aria_label="Orders that differ",
            ),
        ),
        rx.cond(run.differs.length() > 0, table.foot(run.pager, run.csv)),
        class_name="panel",
    )
