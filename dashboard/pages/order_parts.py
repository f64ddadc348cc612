"""The panels of an order's page: shipments, lines, why here, the story, the promise's sum, the customer."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components import moves
from dashboard.components.link import link
from dashboard.components.panel import panel
from dashboard.components.papers import papers
from dashboard.components.remaining import remaining
from dashboard.components.states import notice
from dashboard.components.status import pill
from dashboard.components.step import icon_of
from dashboard.state.order import OrderState

state: Any = OrderState  # its attributes are Vars on the class, which mypy cannot know
_STORY = {
    "placed": "inbox",
    "routed": "map-pin",
    "waiting": "hourglass",
    "trouble": "triangle-alert",
    "stopped": "circle-pause",
    "cancelled": "ban",
    "done": "check",
    "ahead": "flag",
    "step": "arrow-right",
}


def shipments() -> rx.Component:
    """Return the shipments, each with its promise and its way."""
    return panel(
        "Shipments",
        rx.cond(
            state.shipments.length() > 0,
            rx.el.ul(rx.foreach(state.shipments, _shipment), class_name="parcels"),
            notice(
                "map-pin-off", "No shipment yet", "A shipment stands here for each location that works on the order."
            ),
        ),
        class_name="is-parcels",
    )


def _shipment(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                link(one.place, href=one.href, class_name="parcel-place"),
                rx.el.span(one.title, " · ", one.state, class_name="row-place"),
            ),
            rx.cond(one.sla != "", pill(one.sla, one.sla_word)),
            rx.cond(one.due != "", remaining(one.due, left=one.left, status=one.sla, title=one.due_title)),
            class_name="parcel-head",
        ),
        rx.cond(one.held != "", rx.el.p(rx.icon("circle-pause", size=14), one.held, class_name="parcel-note")),
        rx.cond(
            one.tracking != "",
            rx.el.p(
                rx.icon("truck", size=14),
                rx.cond(
                    one.tracking_href != "",
                    rx.el.a(one.tracking, href=one.tracking_href, target="_blank", rel="noopener noreferrer"),
                    rx.el.span(one.tracking),
                ),
                class_name="parcel-note",
            ),
        ),
        rx.el.ol(rx.foreach(one.steps, _step), class_name="way", aria_label="How far it is"),
        rx.el.div(papers(one.papers, of=one.title), moves.menu(one.moves, of=one.title), class_name="parcel-papers"),
        key=one.key,
    )


def _step(step: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(class_name="way-dot", aria_hidden="true"),
        rx.el.span(step.label, rx.cond(step.done, rx.el.span(" (done)", class_name="sr-only")), class_name="way-word"),
        rx.el.span(step.when, class_name="way-when"),
        class_name=rx.cond(step.done, "is-done", ""),
        key=step.label,
    )


def lines() -> rx.Component:
    """Return the products and where each unit is."""
    return panel(
        "What was ordered",
        rx.el.table(
            rx.el.caption("Lines of the order", class_name="sr-only"),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th("Product", scope="col"),
                    rx.el.th("Units", scope="col", class_name="is-number"),
                    rx.el.th("Where they are", scope="col"),
                    rx.el.th("Price", scope="col", class_name="is-number col-price"),
                )
            ),
            rx.el.tbody(rx.foreach(state.lines, _line)),
            class_name="table order-lines",
        ),
        rx.cond(
            state.total != "",
            rx.el.p(rx.el.span("Total"), rx.el.strong(state.total), class_name="order-total"),
        ),
        class_name="is-lines",
    )


def _line(line: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(line.name, class_name="line-name"), rx.el.span(line.sku, class_name="row-place"), scope="row"
        ),
        rx.el.td(line.quantity, class_name="is-number"),
        rx.el.td(rx.el.ul(rx.foreach(line.where, _units))),
        rx.el.td(line.total, class_name="is-number col-price"),
        key=line.key,
    )


def _units(one: Any) -> rx.Component:
    return rx.el.li(one.text)


def why() -> rx.Component:
    """Return why the order went where it went, and why not elsewhere."""
    return panel(
        "Why here?",
        rx.cond(
            state.why.length() > 0,
            rx.fragment(
                rx.el.div(
                    rx.el.p(state.decided, class_name="muted"),
                    rx.el.ul(rx.foreach(state.why, _reason), class_name="why"),
                    rx.cond(
                        state.why_steps.length() > 0,
                        rx.el.details(
                            rx.el.summary(rx.icon("chevron-right", size=16), "How it was decided, step by step"),
                            rx.el.ul(rx.foreach(state.why_steps, _reason), class_name="why"),
                            class_name="why-steps",
                        ),
                    ),
                    class_name="panel-body why-told",
                ),
                _elsewhere(),
            ),
            rx.el.p(
                "No decision was made yet, or none is kept: an order that came with its location is not routed.",
                class_name="panel-body muted",
            ),
        ),
        class_name="is-why",
    )


def _elsewhere() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.label("Why not elsewhere?", html_for="why-not"),
            rx.debounce_input(
                rx.el.input(
                    value=state.there,
                    on_change=OrderState.ask_about,
                    type="search",
                    id="why-not",
                    placeholder="Name or code of a location",
                    max_length=100,
                    auto_complete="off",
                ),
                debounce_timeout=250,
            ),
            class_name="field",
        ),
        rx.el.div(
            rx.cond(
                state.not_there.length() > 0,
                rx.el.ul(rx.foreach(state.not_there, _reason), class_name="why"),
                rx.cond(state.there != "", rx.el.p("No location is called that.", class_name="muted")),
            ),
            role="status",
        ),
        class_name="why-not",
    )


def _reason(line: Any) -> rx.Component:
    return rx.el.li(line.text, class_name=f"why-{line.depth}", key=line.key)


def story() -> rx.Component:
    """Return the timeline, from placing to delivery."""
    return panel(
        "What happened",
        rx.cond(
            state.story.length() > 0,
            rx.el.ol(rx.foreach(state.story, _told), class_name="story panel-body"),
            rx.el.p("Nothing yet.", class_name="panel-body muted"),
        ),
        class_name="is-story",
    )


def _told(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(icon_of(one.kind, _STORY, "dot"), class_name="story-icon", aria_hidden="true"),
        rx.el.div(
            rx.el.p(one.text),
            rx.cond(one.detail != "", rx.el.p(one.detail, class_name="story-detail")),
            rx.cond(one.by != "", rx.el.p(one.by, class_name="story-detail")),
        ),
        rx.el.span(one.when, title=one.title, class_name="story-when"),
        class_name=rx.cond(one.ahead, "is-ahead", ""),
        key=one.key,
    )


def promise() -> Any:
    """Return how the promised date came about, when it was reckoned."""
    return rx.cond(
        state.promise.length() > 0,
        panel(
            "How the date came about",
            rx.el.ol(
                rx.foreach(
                    state.promise,
                    lambda part: rx.el.li(rx.el.span(part.text), rx.el.span(part.until, class_name="story-when")),
                ),
                class_name="reckoned panel-body",
            ),
        ),
    )


def customer() -> rx.Component:
    """Return who ordered and where it goes."""
    return panel(
        "Customer",
        rx.el.dl(
            rx.foreach(state.customer, lambda fact: rx.el.div(rx.el.dt(fact.label), rx.el.dd(fact.value))),
            rx.cond(
                state.address.length() > 0,
                rx.el.div(
                    rx.el.dt("Goes to"),
                    rx.el.dd(rx.foreach(state.address, lambda line: rx.el.span(line, class_name="address-line"))),
                ),
            ),
            class_name="order-facts panel-body",
        ),
        rx.cond(
            (state.customer.length() == 0) & (state.address.length() == 0),
            rx.el.p("The shop sent neither name nor address.", class_name="panel-body muted"),
        ),
    )
