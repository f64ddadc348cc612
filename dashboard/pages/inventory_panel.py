"""One location's stock of one product: figures, what may be done, lots, segments, arrivals, the ledger."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.form import described_form
from dashboard.components.link import link
from dashboard.components.panel import panel_head
from dashboard.state.inventory import InventoryState

state: Any = InventoryState  # its attributes are Vars on the class, which mypy cannot know


def panel() -> rx.Component:
    """Return the panel."""
    one = state.panel
    return rx.el.aside(
        panel_head(
            one.title, link(one.place, href="/locations/" + one.at), " · ", one.of, ". ", one.zone, close=one.close
        ),
        rx.cond(one.block != "", rx.el.p(rx.icon("ban", size=16), rx.el.span(one.block), class_name="stock-blocked")),
        rx.el.dl(rx.foreach(one.figures, _figure), class_name="stock-figures"),
        rx.cond(one.may_write, _actions()),
        rx.el.p(state.said, role="status", class_name="said"),
        rx.cond(state.form.action != "", _form()),
        _part("Lots, in the order they are taken", one.lots, _lot, "stock-lots"),
        _part("Kept for segments", one.shares, _share, "stock-shares"),
        _part("Arrivals", one.arrivals, _arrival, "stock-arrivals"),
        rx.el.h3("Last movements"),
        rx.cond(
            one.movements.length() > 0,
            rx.el.ol(rx.foreach(one.movements, _movement), class_name="stock-ledger"),
            rx.el.p("Nothing ever moved here.", class_name="muted"),
        ),
        class_name="panel delivery stock-panel",
        aria_label="Stock at one location",
    )


def _figure(one: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(one.label, title=one.hint), rx.el.dd(one.value), key=one.label)


def _actions() -> rx.Component:
    def button(action: str, word: str) -> rx.Component:
        return rx.el.button(
            word,
            type="button",
            class_name="button",
            on_click=state.begin(action, ""),
            aria_pressed=rx.cond(state.form.action == action, "true", "false"),
        )

    return rx.el.div(
        button("adjust", "Adjust"),
        button("count", "Count"),
        button("keep", "Keep back"),
        rx.cond(state.panel.block != "", button("unblock", "Unblock"), button("block", "Block")),
        button("announce", "Announce arrival"),
        class_name="stock-actions",
    )


def _form() -> rx.Component:
    form = state.form
    return described_form(
        form,
        head=rx.el.h3(form.title),
        save=InventoryState.confirm,
        leave=InventoryState.leave,
        key=form.action,
        class_name="stock-form",
    )


def _part(title: str, items: Any, one: Any, class_name: str) -> Any:
    return rx.cond(
        items.length() > 0,
        rx.fragment(rx.el.h3(title), rx.el.ul(rx.foreach(items, one), class_name=class_name)),
    )


def _lot(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.strong(one.name), rx.el.span(one.about, class_name="row-more")),
        rx.el.span(one.on_hand, " on hand", rx.el.span(one.allocated, " allocated", class_name="row-more")),
        rx.cond(
            state.panel.may_write,
            rx.el.button(
                rx.icon("pencil", size=16),
                type="button",
                class_name="icon-button",
                on_click=state.begin("adjust", one.key),
                aria_label="Adjust lot " + one.name,
            ),
        ),
        key=one.key,
    )


def _share(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.strong(one.name), rx.el.span(one.text, class_name="row-more")),
        rx.el.span(
            rx.el.span(style={"width": one.used_share.to(str) + "%"}, class_name="share-fill"),
            class_name="share-track",
            aria_hidden="true",
        ),
        key=one.code,
    )


def _arrival(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.strong(one.text), rx.el.span(one.reference, " · ", one.when, title=one.title, class_name="row-more")
        ),
        rx.cond(
            state.panel.may_write,
            rx.el.div(
                rx.el.button(
                    "Receive",
                    type="button",
                    class_name="button",
                    on_click=state.begin("receive", one.reference),
                    aria_label="Receive " + one.reference,
                ),
                rx.el.button(
                    "Call off",
                    type="button",
                    class_name="button",
                    on_click=state.begin("call_off", one.reference),
                    aria_label="Call off " + one.reference,
                ),
                class_name="arrival-buttons",
            ),
        ),
        key=one.reference,
    )


def _movement(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one.text, rx.cond(one.by != "", rx.el.span(" by ", one.by, class_name="muted"))),
        rx.el.span(one.when, title=one.title, class_name="story-when"),
        key=one.key,
    )
