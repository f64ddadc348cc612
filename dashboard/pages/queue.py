"""The Work queue: handheld and tablet first, one tap takes a shipment and opens it. Its state is
`dashboard/state/queue.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import table
from dashboard.components.filters import choose
from dashboard.components.link import link
from dashboard.components.remaining import remaining
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.status import pill
from dashboard.state.queue import QueueState

state: Any = QueueState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.QUEUE,
        rx.cond(state.nowhere, _nowhere(), _queue()),
    )


def _queue() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.h1("Work queue"),
            rx.el.p(
                link(state.place, href="/locations/" + state.location, class_name="work-place"),
                " · least time left first",
                class_name="muted",
            ),
            class_name="page-head",
        ),
        trouble(state.trouble, QueueState.open),
        rx.el.p(state.said, role="alert", class_name="work-said"),
        rx.el.div(
            choose("queue-place", "Location", state.places, value=state.location, on_change=QueueState.choose_place),
            choose("queue-method", "Method", state.methods, value=state.method, on_change=QueueState.choose_method),
            _next(),
            class_name="work-filters filter-fields",
        ),
        table.choices("Whose work", state.whose),
        rx.el.div(
            table.live_list(QueueState, _row, label="Work queue", nothing=_empty(), waiting=skeleton(10)),
            class_name="panel work",
        ),
    )


def _next() -> Any:
    """Return the one big button at the thumb."""
    return rx.cond(
        state.free != "",
        rx.el.div(
            rx.el.button(
                rx.icon("play", size=20),
                rx.el.span("Start the next one"),
                rx.el.span(state.free + " free", class_name="work-free"),
                type="button",
                class_name="button is-main is-thumb",
                on_click=QueueState.take_next,
            ),
            class_name="work-next",
        ),
    )


def _empty() -> rx.Component:
    return notice("list-checks", state.empty, state.empty_hint)


def _nowhere() -> rx.Component:
    return notice(
        "store",
        "There is no location yet",
        "Locations come in by PUT /api/v1/locations/{code}, or from a file by pickwatch import locations FILE.",
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(
                row.order,
                href="/pick/" + row.key,
                on_click=state.take(row.key).prevent_default,
                custom_attrs=table.ROW,
                class_name="row-link",
            ),
            rx.el.span(row.what, class_name="row-place"),
            scope="row",
        ),
        rx.el.td(
            pill(row.status, row.word),
            remaining(row.due, left=row.left, status=row.status, title=row.due_title),
            class_name="col-left",
        ),
        rx.el.td(
            rx.el.span(row.step),
            rx.cond(row.stuck != "", rx.el.span(row.stuck, class_name="row-more work-stuck")),
            class_name="col-step",
        ),
        _hands(row),
        _act(row),
        class_name="row",
        key=row.key,
    )


def _hands(row: Any) -> rx.Component:
    """Return whose it is, and the way to let go of it: one's own, or as a manager anybody's."""
    return rx.el.td(
        rx.el.span(row.hands, class_name=rx.cond(row.mine, "work-mine", "muted")),
        rx.cond(
            row.lets_go,
            rx.el.button(
                "Let go",
                type="button",
                class_name="button is-quiet",
                aria_label="Let go of order " + row.order,
                on_click=state.let_go(row.key),
            ),
        ),
        class_name="col-hands",
    )


def _act(row: Any) -> rx.Component:
    """Return its pick list on paper, and the button that takes it."""
    return rx.el.td(
        rx.el.a(
            rx.icon("printer", size=16),
            href="/api/v1/shipments/" + row.key + "/pick-list.html",
            target="_blank",
            rel="noopener",
            title="Pick list, to print",
            aria_label="Pick list of order " + row.order + ", to print",
            class_name="button is-square work-print",
        ),
        rx.cond(
            row.act != "",
            rx.el.button(
                row.act,
                type="button",
                class_name=rx.cond(row.mine, "button is-main", "button"),
                aria_label=row.act + " with order " + row.order,
                on_click=state.take(row.key),
            ),
        ),
        class_name="col-act",
    )
