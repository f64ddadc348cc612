"""The answer of Try an order: where it goes and when, then scenario by scenario who was ranked and who was left out."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.link import link
from dashboard.state.routing.trial import TryState


def answer(state: Any) -> rx.Component:
    """Return the whole answer of a `TryState`."""
    trial = state.trial
    return rx.fragment(
        rx.el.section(
            rx.el.div(
                rx.el.h2(trial.headline),
                rx.el.p(trial.outcome, " · ", trial.by, class_name="muted"),
                rx.el.p(trial.order),
                role="status",
                class_name="try-head",
            ),
            rx.el.ul(rx.foreach(trial.chosen, _chosen), class_name="chosen"),
            rx.foreach(
                trial.left, lambda text: rx.el.p(rx.icon("circle-dashed", size=16), text, class_name="left-over")
            ),
            class_name="panel try-result",
        ),
        rx.cond(trial.promise != "", _promise(trial)),
        _why_not(state),
        rx.cond(trial.none != "", rx.el.p(trial.none, class_name="panel panel-body said")),
        rx.foreach(trial.steps, _step),
    )


def _chosen(one: Any) -> rx.Component:
    return rx.el.li(
        rx.icon("map-pin", size=18),
        rx.el.div(
            rx.el.p(
                link(one.name, href=one.href), rx.el.span(one.distance, class_name="muted"), class_name="chosen-name"
            ),
            rx.el.p(one.units.join(", ")),
            rx.el.p(one.why, class_name="muted"),
        ),
        key=one.key,
    )


def _promise(trial: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Promise"),
            rx.el.p(rx.el.strong(trial.promise), " ", rx.el.span(trial.promise_hint, class_name="muted")),
            class_name="panel-head",
        ),
        rx.cond(
            trial.parts.length() > 0,
            rx.el.ol(rx.foreach(trial.parts, _part), class_name="parts panel-body"),
        ),
        class_name="panel",
    )


def _part(part: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(part.word, class_name="part-word"),
        rx.el.span(part.text, class_name="part-text"),
        rx.el.span(part.took, class_name="part-took", title=part.until),
        rx.el.span(
            rx.el.span(style={"width": part.percent.to(str) + "%"}, class_name="bar-fill"),
            class_name="bar-track",
            aria_hidden="true",
        ),
        key=part.key,
    )


def _why_not(state: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.label("Why not …", html_for="why-not", class_name="why-label"),
            rx.debounce_input(
                rx.el.input(
                    id="why-not",
                    placeholder="name or code of a location",
                    value=state.find,
                    max_length=200,
                    on_change=TryState.look_for,
                    auto_complete="off",
                ),
                debounce_timeout=250,
            ),
            class_name="panel-head",
        ),
        rx.el.div(
            rx.foreach(state.why_not, _reasons),
            rx.cond(state.none_found != "", rx.el.p(state.none_found, class_name="muted")),
            class_name="why-answers",
            aria_live="polite",
        ),
        class_name="panel why",
    )


def _reasons(one: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(link(one.name, href=one.href), rx.el.span(one.key, class_name="muted"), class_name="chosen-name"),
        rx.el.ul(rx.foreach(one.reasons, lambda text: rx.el.li(text))),
        class_name="why-one",
        key=one.key,
    )


def _step(step: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.icon("chevron-right", size=16),
            rx.el.span(rx.el.strong(step.name), rx.el.span(step.about, class_name="muted"), class_name="step-name"),
            rx.el.span(step.came, class_name="step-came"),
        ),
        rx.el.div(
            rx.cond(step.ranked.length() > 0, _ranking(step)),
            rx.foreach(step.out, _group),
            class_name="step-body",
        ),
        open=step.open,
        class_name="panel step",
        key=step.key,
    )


def _ranking(step: Any) -> rx.Component:
    heads = (("rank", "#"), ("place", "Location"), ("km", "Distance"), ("stock", "In stock"), ("load", "Work there"))
    return rx.el.div(
        rx.el.table(
            rx.el.caption("Ranked candidates", class_name="sr-only"),
            rx.el.thead(
                rx.el.tr(*[rx.el.th(word, scope="col", class_name=f"col-{key}") for key, word in heads]),
            ),
            rx.el.tbody(rx.foreach(step.ranked, _candidate)),
            class_name="table",
        ),
        rx.cond(step.rest != "", rx.el.p(step.rest, class_name="muted")),
    )


def _candidate(one: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.td(one.rank, class_name="col-rank"),
        rx.el.th(
            link(one.name, href=one.href),
            rx.cond(one.chosen, rx.el.span(rx.icon("check", size=14), "chosen", class_name="is-chosen-word")),
            scope="row",
        ),
        rx.el.td(one.distance, class_name="col-km"),
        rx.el.td(one.stock, class_name="col-stock"),
        rx.el.td(one.load, class_name="col-load"),
        class_name=rx.cond(one.chosen, "is-chosen", ""),
        key=one.key,
    )


def _group(group: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.icon("chevron-right", size=16), rx.el.span(group.reason), rx.el.span(group.count, class_name="muted")
        ),
        rx.el.ul(rx.foreach(group.places, _out), class_name="out-places"),
        rx.cond(group.more != "", rx.el.p(group.more, class_name="muted")),
        class_name="out",
        key=group.key,
    )


def _out(place: Any) -> rx.Component:
    return rx.el.li(
        link(place.name, href=place.href),
        rx.cond(place.detail != "", rx.el.span(place.detail, class_name="muted")),
        key=place.key,
    )
