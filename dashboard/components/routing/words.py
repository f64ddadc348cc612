"""A strategy as people read it."""

from __future__ import annotations

from typing import Any

import reflex as rx


def strategy_words(words: Any) -> rx.Component:
    """Return a `views.routing.StrategyWords`: routes in turn, each with its scenarios, then what holds for all."""
    return rx.el.div(
        rx.el.ol(rx.foreach(words.routes, _route), class_name="routes"),
        rx.cond(
            words.otherwise != "",
            rx.el.p(rx.icon("corner-down-right", size=16), words.otherwise, class_name="route-otherwise"),
        ),
        class_name="strategy-words",
    )


def clauses(title: str, items: Any) -> Any:
    """Return the rules of one kind, or nothing when there are none."""
    return rx.cond(
        items.length() > 0,
        rx.el.div(rx.el.h3(title), rx.el.dl(rx.foreach(items, _clause), class_name="clauses")),
    )


def _clause(one: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(one.title), rx.el.dd(one.text), key=one.title)


def _route(route: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.h3(route.name), rx.el.p(route.who, class_name="muted"), class_name="route-head"),
        rx.el.ol(rx.foreach(route.scenarios, _scenario), class_name="scenarios"),
        class_name="route",
        key=route.key,
    )


def _scenario(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one.number, class_name="scenario-number", aria_hidden="true"),
        rx.el.div(
            rx.el.p(rx.el.strong(one.name), class_name="scenario-name"),
            rx.el.p(one.text),
            rx.foreach(one.then, lambda text: rx.el.p(rx.icon("corner-down-right", size=14), text, class_name="then")),
        ),
        class_name="scenario",
        key=one.key,
    )
