"""An order's page, for whoever answers a customer: the answer, then what happened, where each unit is, and why. Its
state is `dashboard/state/order.py`; its panels are `order_parts.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import moves
from dashboard.components.alerts.here import open_here
from dashboard.components.link import link
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.status import mark
from dashboard.components.step import order_step
from dashboard.pages import order_parts as parts
from dashboard.state.order import LONGEST_REASON, OrderState

state: Any = OrderState  # its attributes are Vars on the class, which mypy cannot know

#: command, icon, what the button says, the question, the button that does it.
_ACTIONS = (
    ("hold", "circle-pause", "Hold", "Hold this order? Work on it stops and its clocks stand still.", "Hold the order"),
    ("release", "circle-play", "Release", "Release this order? Work on it goes on, its clocks run.", "Release it"),
    (
        "cancel",
        "ban",
        "Cancel",
        "Cancel this order? What has not left is called back and its stock given back. This cannot be undone.",
        "Cancel the order",
    ),
)


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.ORDER,
        trouble(state.trouble, OrderState.open),
        rx.cond(
            state.missing,
            notice(
                "search-x",
                "There is no such order",
                "It may have another number, or lie outside the part of the network that you see.",
                link("Search all orders", href=nav.ORDERS.route, class_name="button is-main"),
            ),
            rx.cond(state.ready, _content(), skeleton(12)),
        ),
    )


def _content() -> rx.Component:
    return rx.fragment(
        _head(),
        _answer(),
        open_here(state.alerts),
        rx.el.p(
            state.said,
            role="status",
            class_name=rx.cond(state.refused, "said is-refused", "said"),
        ),
        moves.said(),
        rx.cond(state.asking != "", _confirmation()),
        rx.el.div(
            rx.el.div(parts.shipments(), parts.lines(), parts.why(), class_name="order-main"),
            rx.el.div(parts.story(), parts.promise(), parts.customer(), class_name="order-side"),
            class_name="order",
        ),
        moves.dialog(),
    )


def _head() -> rx.Component:
    head = state.head
    return rx.el.header(
        rx.el.div(
            rx.el.p(
                link("Orders", href=nav.ORDERS.route),
                rx.icon("chevron-right", size=14),
                head.about,
                class_name="crumbs",
            ),
            rx.el.h1(head.number),
            rx.el.p(
                order_step(head.state, head.state_word),
                rx.el.span("Placed ", head.placed, ". ", head.zone, ".", class_name="muted"),
                class_name="card-state",
            ),
        ),
        rx.el.div(
            *[
                rx.cond(
                    getattr(state.head, f"may_{command}"),
                    rx.el.button(
                        rx.icon(icon, size=16),
                        word,
                        type="button",
                        class_name="button",
                        on_click=state.begin(command),
                        aria_pressed=rx.cond(state.asking == command, "true", "false"),
                    ),
                )
                for command, icon, word, _, _ in _ACTIONS
            ],
            rx.cond(
                head.send_back != "",
                link(rx.icon("undo-2", size=16), "Send back", href=head.send_back, class_name="button"),
            ),
            class_name="order-actions",
        ),
        class_name="location-head order-head",
    )


def _answer() -> rx.Component:
    answer = state.answer
    return rx.el.section(
        rx.el.h2("The answer", class_name="sr-only"),
        rx.el.p(
            rx.cond(answer.tone != "", mark(answer.tone)),
            rx.el.span(answer.text),
            class_name="answer-text",
        ),
        rx.cond(answer.more != "", rx.el.p(answer.more, class_name="muted")),
        class_name=f"panel answer is-{answer.tone}",
        aria_live="polite",
    )


def _confirmation() -> rx.Component:
    def pick(place: int) -> Any:
        return rx.match(state.asking, *[(one[0], one[place]) for one in _ACTIONS], "")

    return rx.el.form(
        rx.el.p(pick(3), class_name="confirm-question"),
        rx.cond(
            state.asking != "release",
            rx.el.div(
                rx.el.label("Why?", html_for="reason"),
                rx.el.input(
                    id="reason",
                    name="reason",
                    max_length=LONGEST_REASON,
                    auto_complete="off",
                    placeholder="For example: the customer asked for it",
                    aria_describedby="reason-fault",
                    aria_invalid=rx.cond(state.fault != "", "true", "false"),
                ),
                rx.el.p(state.fault, id="reason-fault", class_name="field-fault", role="alert"),
                class_name="field",
            ),
        ),
        rx.el.div(
            rx.el.button(pick(4), type="submit", class_name="button is-main"),
            rx.el.button(
                "Leave it as it is",
                type="button",
                class_name="button",
                on_click=OrderState.leave,
                custom_attrs={"data-close": ""},
            ),
            class_name="confirm-buttons",
        ),
        on_submit=OrderState.confirm,
        class_name="panel confirm",
        key=state.asking,
        custom_attrs={"data-focus": ""},
        aria_label="Are you sure?",
    )
