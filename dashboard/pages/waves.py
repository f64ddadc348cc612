"""The Waves page: a board of what is planned, released, picked and done, the same as a list, and a plan before it is
kept. Its state is `dashboard/state/waves.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import table
from dashboard.components.filters import choose
from dashboard.components.link import link
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.status import pill
from dashboard.components.step import wave_step
from dashboard.pages.wave_plan import plan_panel
from dashboard.state.waves import WavesState

state: Any = WavesState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.WAVES,
        rx.el.div(
            rx.el.div(
                rx.el.h1("Waves"),
                rx.el.p("What is picked together, and when it has to start to be in time.", class_name="muted"),
                class_name="page-head",
            ),
            rx.cond(state.may_plan, _plan_button()),
            class_name="waves-head",
        ),
        trouble(state.trouble, WavesState.open),
        rx.el.p(state.said, role="status", class_name="said"),
        rx.cond(state.form.action != "", plan_panel()),
        _filters(),
        rx.cond(state.as_list, _list(), _board()),
    )


def _filters() -> rx.Component:
    where = choose(
        "wave-location", "Location", state.places, value=state.location, on_change=WavesState.choose_location
    )
    return rx.el.div(
        table.choices("State", state.choices), rx.el.div(where, class_name="filter-fields"), class_name="filters"
    )


def _list() -> rx.Component:
    return rx.el.div(
        table.live_list(WavesState, _row, label="Waves", nothing=_empty(), waiting=skeleton(8)),
        class_name="panel waves-list",
    )


def _board() -> Any:
    return rx.cond(
        state.ready,
        rx.el.div(rx.foreach(state.lanes, _lane), class_name="board"),
        rx.cond(state.trouble == "", skeleton(8)),
    )


def _plan_button() -> Any:
    return rx.cond(
        state.location != "",
        rx.el.button(
            rx.icon("wand-sparkles", size=16),
            "Plan waves",
            type="button",
            class_name="button is-main",
            on_click=WavesState.begin,
            aria_pressed=rx.cond(state.form.action != "", "true", "false"),
        ),
        rx.el.p("Choose a location to plan its waves.", class_name="muted"),
    )


def _lane(lane: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(lane.title, rx.el.span(lane.count, class_name="choice-count"), class_name="lane-title"),
        rx.cond(
            lane.cards.length() > 0,
            rx.el.ul(rx.foreach(lane.cards, _card), class_name="lane-cards"),
            rx.el.p(lane.empty, class_name="lane-empty muted"),
        ),
        rx.cond(lane.more != "", link("Show all", href=lane.more, class_name="button")),
        class_name="lane",
        aria_label=lane.title,
        key=lane.key,
    )


def _card(card: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            link(card.title, href=card.href, custom_attrs=table.ROW, class_name="row-link"),
            rx.cond(card.tone != "", pill(card.tone, card.tone_word)),
            class_name="wave-card-head",
        ),
        rx.el.p(rx.cond(state.location == "", card.place + " · ", ""), card.origin, class_name="row-place"),
        rx.el.p(card.why, class_name="wave-why"),
        rx.el.p(card.shipments, " · ", card.units, " · ", card.stops, class_name="muted"),
        progress(card.percent, card.progress),
        rx.el.dl(
            rx.cond(card.start != "", _when("Start by", card.start, card.start_title)),
            _when(rx.cond(card.start != "", "Done about", "Done"), card.finish, card.finish_title),
            class_name="wave-times",
        ),
        _release(card),
        class_name="panel wave-card",
        key=card.key,
    )


def _when(label: Any, value: Any, title: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(label), rx.el.dd(value, title=title))


def progress(percent: Any, words: Any) -> rx.Component:
    """Return how much is picked, as a bar and in words."""
    return rx.el.div(
        rx.el.span(
            rx.el.span(style={"width": percent.to(str) + "%"}, class_name="share-fill"),
            class_name="share-track",
            aria_hidden="true",
        ),
        rx.el.span(words, class_name="wave-picked"),
        class_name="wave-progress",
    )


def _release(card: Any) -> Any:
    return rx.cond(
        card.may_release,
        rx.el.button(
            rx.icon("play", size=16),
            "Release",
            type="button",
            class_name="button wave-release",
            on_click=state.release(card.id, card.version),
            aria_label="Release " + card.title,
        ),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(row.title, href=row.href, custom_attrs=table.ROW, class_name="row-link"),
            rx.el.span(rx.el.span(row.place, " · ", class_name="narrow-place"), row.origin, class_name="row-place"),
            scope="row",
        ),
        rx.el.td(rx.el.span(row.place, class_name="one-line"), class_name="col-place"),
        rx.el.td(wave_step(row.state, row.word), class_name="col-state"),
        rx.el.td(row.units, rx.el.span(row.shipments, class_name="row-more"), class_name="is-number col-units"),
        rx.el.td(progress(row.percent, row.progress), class_name="col-progress"),
        rx.el.td(
            rx.cond(row.tone != "", pill(row.tone, row.tone_word)),
            rx.el.span(row.start, title=row.start_title, class_name="row-more"),
            class_name="col-start",
        ),
        rx.el.td(rx.el.span(row.finish, title=row.finish_title), class_name="col-finish"),
        class_name="row",
        key=row.key,
    )


def _empty() -> rx.Component:
    return notice(
        "layers",
        "No waves here",
        "Choose a location and plan some, or let a rule of the location plan them on schedule.",
        link("Back to the board", href=nav.WAVES.route, class_name="button is-main"),
    )
