"""Try an order: a form, and where the order would go, why there and why not elsewhere. Its state is
`dashboard/state/routing/trial.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components.routing.answer import answer
from dashboard.components.routing.tabs import routing_tabs
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.state.routing.trial import TryState

state: Any = TryState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.ROUTING_TRY,
        rx.el.div(
            rx.el.h1("Try an order"),
            rx.el.p("Where it would go now, why there and why not elsewhere. Nothing is reserved.", class_name="muted"),
            class_name="page-head",
        ),
        routing_tabs(nav.ROUTING_TRY),
        trouble(state.trouble, TryState.open),
        rx.el.div(
            rx.el.section(rx.cond(state.ready, _form(), skeleton(10)), class_name="panel try-form", aria_label="Order"),
            rx.el.div(_result(), class_name="try-answer"),
            class_name="trying",
        ),
    )


def _form() -> rx.Component:
    asked = state.asked
    return rx.el.form(
        _field(
            "Strategy",
            "strategy",
            rx.el.select(
                rx.foreach(state.form.strategies, lambda one: rx.el.option(one[1], value=one[0])),
                id="try-strategy",
                name="strategy",
                default_value=asked["strategy"],
            ),
        ),
        rx.el.fieldset(
            rx.el.legend("An order that came in"),
            _field("Order number", "order", _input("order", asked["order"], "as the customer says it")),
        ),
        _made_up(asked),
        rx.el.button(rx.icon("flask-conical", size=16), "Try", type="submit", class_name="button is-main"),
        on_submit=TryState.submit,
        key=state.form_key,
        class_name="form",
    )


def _made_up(asked: Any) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Or one made up here"),
        _field("Goods: SKU and number", "lines", _input("lines", asked["lines"], "TEA-1 2, MUG-3")),
        rx.el.div(
            _field(
                "Method",
                "method",
                rx.el.select(
                    rx.foreach(state.form.methods, lambda one: rx.el.option(one[1], value=one[0])),
                    id="try-method",
                    name="method",
                    default_value=asked["method"],
                ),
            ),
            _field("Near or at", "near", _near(asked["near"])),
            class_name="field-pair",
        ),
        rx.el.details(
            rx.el.summary(rx.icon("chevron-right", size=16), "Coordinates, channel, tier, service"),
            rx.el.div(
                _field("Latitude", "lat", _input("lat", asked["lat"], "41.88")),
                _field("Longitude", "lon", _input("lon", asked["lon"], "-87.63")),
                _field("Channel", "channel", _input("channel", asked["channel"], "web")),
                _field("Customer tier", "tier", _input("tier", asked["tier"], "gold")),
                _field("Service level", "service", _input("service", asked["service"], "standard")),
                class_name="field-pair",
            ),
            class_name="more-fields",
        ),
    )


def _field(label: str, name: str, control: Any) -> rx.Component:
    return rx.el.div(rx.el.label(label, html_for=f"try-{name}"), control, class_name="field")


def _input(name: str, value: Any, hint: str, **more: Any) -> rx.Component:
    return rx.el.input(
        id=f"try-{name}",
        name=name,
        default_value=value,
        placeholder=hint,
        max_length=200,
        auto_complete="off",
        **more,
    )


def _near(value: Any) -> rx.Component:
    return rx.fragment(
        _input("near", value, "code", list="try-places"),
        rx.el.datalist(
            rx.foreach(state.form.places, lambda one: rx.el.option(one[1], value=one[0])),
            id="try-places",
        ),
    )


def _result() -> Any:
    return rx.cond(
        state.wrong != "",
        notice("circle-alert", "This could not be tried", state.wrong, role="alert"),
        rx.cond(
            state.trial.headline != "",
            answer(state),
            notice(
                "flask-conical",
                "Nothing tried yet",
                "Name an order that came in, or goods and a location, and choose Try. It answers from the stock "
                "and the work of this moment, and leaves both as they are.",
            ),
        ),
    )
