"""Segments on the Inventory page: what each keeps for whose orders, and the form that changes one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.form import described_form
from dashboard.components.states import notice
from dashboard.present.segment_form import NEW
from dashboard.state.inventory import InventoryState
from dashboard.state.segments import SegmentState

state: Any = InventoryState  # its attributes are Vars on the class, which mypy cannot know
editing: Any = SegmentState


def segments() -> rx.Component:
    """Return the form, when one is open, and a card for each segment."""
    return rx.fragment(
        rx.cond(state.may_fence, _new()),
        rx.el.p(editing.said, role="status", class_name="said"),
        rx.cond(editing.form.action != "", _form()),
        rx.cond(
            state.segments.length() > 0,
            rx.el.ul(rx.foreach(state.segments, _card), class_name="segments"),
            rx.cond(state.ready, _none()),
        ),
    )


def _none() -> rx.Component:
    return notice(
        "layers",
        "No segments yet",
        "A segment keeps a share of stock for some orders, by channel, customer segment or method.",
    )


def _new() -> rx.Component:
    return rx.el.div(
        rx.el.button(
            rx.icon("plus", size=16),
            "New segment",
            type="button",
            class_name="button",
            on_click=editing.begin(""),
            aria_pressed=rx.cond(editing.form.action == NEW, "true", "false"),
        )
    )


def _card(segment: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.h2(segment.name),
            rx.cond(
                state.may_fence,
                rx.el.button(
                    rx.icon("pencil", size=16),
                    type="button",
                    class_name="icon-button",
                    on_click=editing.begin(segment.code),
                    aria_label="Edit " + segment.name,
                ),
            ),
            class_name="segment-head",
        ),
        rx.el.p(segment.code, " · ", segment.state, class_name="muted"),
        rx.el.p(segment.orders),
        rx.el.ul(rx.foreach(segment.quotas, lambda quota: rx.el.li(quota)), class_name="quotas"),
        class_name=rx.cond(segment.active, "panel segment", "panel segment is-off"),
        key=segment.code,
    )


def _form() -> rx.Component:
    form = editing.form
    return described_form(
        form,
        head=rx.el.h2(form.title),
        save=SegmentState.save,
        leave=SegmentState.leave,
        key=form.title,
        class_name="panel stock-form segment-form",
    )
