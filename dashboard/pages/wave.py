"""A wave's page: how it stands, the walk with its slots, its shipments, releasing and closing. Its state is
`dashboard/state/wave.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import table
from dashboard.components.form import described_form
from dashboard.components.link import link
from dashboard.components.panel import panel
from dashboard.components.papers import papers
from dashboard.components.remaining import remaining
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.status import pill
from dashboard.components.step import wave_step
from dashboard.pages.waves import progress
from dashboard.state.wave import WaveState

state: Any = WaveState  # its attributes are Vars on the class, which mypy cannot know

#: command, icon, what the button says, what it does.
_ACTIONS = (
    ("release", "play", "Release", WaveState.release),
    ("pick", "hand", "Begin", WaveState.begin_pick),
    ("close", "check", "Close", WaveState.begin_close),
    ("cancel", "ban", "Cancel", WaveState.begin_cancel),
)

_COLUMNS = (
    ("slot", "Slot"),
    ("order", "Order"),
    ("sla", "Promise"),
    ("due", "Time left"),
    ("picked", "Picked"),
    ("step", "Step"),
)


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.WAVE,
        trouble(state.trouble, WaveState.open),
        rx.cond(
            state.missing,
            notice(
                "search-x",
                "There is no such wave",
                "It may have another number, or lie outside the part of the network that you see.",
                link("Show all waves", href=nav.WAVES.route, class_name="button is-main"),
            ),
            rx.cond(state.ready, _content(), skeleton(12)),
        ),
    )


def _content() -> rx.Component:
    return rx.fragment(
        _head(),
        rx.el.p(state.said, role="status", class_name=rx.cond(state.refused, "said is-refused", "said")),
        rx.cond(state.form.action != "", _form()),
        rx.el.dl(rx.foreach(state.facts, _fact), class_name="panel wave-facts"),
        rx.el.div(panel("The walk", _walk(), class_name="wave-walk-panel"), _shipments(), class_name="wave"),
    )


def _walk() -> Any:
    return rx.cond(
        state.stops.length() > 0,
        rx.el.ol(rx.foreach(state.stops, _stop), class_name="walk"),
        notice("package-check", "Nothing to walk for", "Every shipment has left this wave."),
    )


def _shipments() -> rx.Component:
    heads = [rx.el.th(word, scope="col", class_name=f"col-{key}") for key, word in _COLUMNS]
    return panel(
        "Shipments",
        rx.el.div(
            rx.el.table(
                rx.el.caption("Shipments of this wave", class_name="sr-only"),
                rx.el.thead(rx.el.tr(*heads)),
                rx.el.tbody(rx.foreach(state.members, _member), custom_attrs={"data-rows": ""}),
                class_name="table members",
            ),
            class_name="table-scroll",
            tab_index=0,
            role="region",
            aria_label="Shipments of this wave",
        ),
    )


def _head() -> rx.Component:
    head = state.head
    return rx.el.header(
        rx.el.div(
            rx.el.p(
                link("Waves", href=head.board),
                rx.icon("chevron-right", size=14),
                link(head.place, href=head.place_href),
                class_name="crumbs",
            ),
            rx.el.h1(head.title),
            rx.el.p(
                wave_step(head.state, head.word),
                rx.cond(head.tone != "", pill(head.tone, head.tone_word)),
                rx.el.span(head.since, class_name="muted"),
                class_name="card-state",
            ),
            rx.el.p(head.why, class_name="location-why"),
            progress(head.percent, head.progress),
            rx.el.p(
                rx.foreach(state.links, lambda one: link(one.label, href=one.href, class_name="tag")),
                class_name="wave-links",
            ),
        ),
        rx.el.div(
            rx.cond(
                head.pick != "",
                link(rx.icon("scan-barcode", size=16), "Pick it", href=head.pick, class_name="button is-main"),
            ),
            *[_action(*one) for one in _ACTIONS],
            papers(head.papers, of=head.title),
            class_name="order-actions",
        ),
        class_name="location-head order-head",
    )


def _action(command: str, icon: str, word: str, handler: Any) -> Any:
    return rx.cond(
        state.head.actions.contains(command),
        rx.el.button(
            rx.icon(icon, size=16),
            word,
            type="button",
            class_name="button is-main" if command == "release" else "button",
            on_click=handler,
            aria_pressed=rx.cond(state.form.action == command, "true", "false"),
        ),
    )


def _form() -> rx.Component:
    return rx.el.section(
        described_form(
            state.form,
            head=rx.el.h2(state.form.title),
            save=WaveState.confirm,
            leave=WaveState.leave,
            key=state.form.action,
            class_name="wave-form",
        ),
        class_name="panel wave-plan",
        aria_label=state.form.title,
    )


def _fact(fact: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(fact.label), rx.el.dd(fact.value, rx.el.span(fact.hint, class_name="row-more")), key=fact.key
    )


def _stop(stop: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(
            rx.cond(stop.done, rx.icon("check", size=16), rx.icon("map-pin", size=16)),
            rx.el.strong(stop.bin),
            rx.cond(stop.zone != "", rx.el.span("zone ", stop.zone, class_name="muted")),
            rx.cond(stop.done, rx.el.span("picked", class_name="muted")),
            class_name="stop-head",
        ),
        rx.el.ul(rx.foreach(stop.goods, _item), class_name="stop-items"),
        class_name=rx.cond(stop.done, "is-done", ""),
        key=stop.key,
    )


def _item(item: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.el.strong(item.quantity), " ", item.sku),
        rx.el.span(item.slots, class_name="muted"),
        key=item.key,
    )


def _member(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.slot, class_name="col-slot"),
        rx.el.th(
            link(row.order, href=row.href, custom_attrs=table.ROW, class_name="row-link"),
            rx.el.span(row.who, class_name="row-place"),
            scope="row",
        ),
        rx.el.td(pill(row.status, row.word), class_name="col-sla"),
        rx.el.td(remaining(row.due, left=row.left, status=row.status, title=row.due_title), class_name="col-due"),
        rx.el.td(row.picked, class_name="col-picked"),
        rx.el.td(row.step, rx.el.span(row.share, class_name="row-more"), class_name="col-step"),
        class_name=rx.cond(row.gone, "row is-gone", "row"),
        key=row.key,
    )
