"""Parts of the pages Channels and Subscriptions: how one fares, the list, the opened one, a secret shown once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from dashboard.components import table
from dashboard.components.dialog import CLOSES, dialog, opens
from dashboard.components.form import described_form
from dashboard.components.link import link
from dashboard.components.states import skeleton
from dashboard.components.step import icon_of

_HEALTH = {
    "works": "circle-check",
    "failing": "triangle-alert",
    "paused": "circle-pause",
    "disabled": "circle-off",
}


def health(key: Any, word: Any) -> rx.Component:
    """Return how one fares: neutral, because colour is for the promises of the network alone."""
    return rx.el.span(icon_of(key, _HEALTH, "circle-dashed"), word, class_name=f"sent health-{key}")


def row(one: Any) -> rx.Component:
    """Return a `views.receivers.ReceiverRow`."""
    return rx.el.tr(
        rx.el.th(
            link(one.code, href=one.href, custom_attrs=table.ROW, prevent_scroll_reset=True, class_name="row-link"),
            rx.el.span(one.about, class_name="row-place"),
            scope="row",
        ),
        rx.el.td(one.kind, class_name="col-kind"),
        rx.el.td(health(one.health, one.word), rx.el.span(one.more, class_name="row-more"), class_name="col-health"),
        rx.el.td(rx.el.span(one.last, title=one.last_more), class_name="col-last"),
        rx.el.td(one.owed, rx.el.span(one.owed_more, class_name="row-more"), class_name="is-number col-owed"),
        class_name=rx.cond(one.chosen, "row is-chosen", "row"),
        key=one.key,
    )


def said(state: Any) -> rx.Component:
    """Return what became of the last action."""
    return rx.el.p(state.said, role="status", class_name=rx.cond(state.refused, "said is-refused", "said"))


def secret(state: Any, about: str) -> Any:
    """Return a secret that was just made, while it is shown: the only time."""
    return rx.cond(
        state.secret != "",
        rx.el.div(
            rx.el.p(rx.el.strong("Signing secret, shown this once"), class_name="once-title"),
            rx.el.code(state.secret, class_name="once-secret", tab_index=0, aria_label="Signing secret"),
            rx.el.p(about, class_name="muted"),
            class_name="once",
            role="status",
        ),
    )


def facts(items: Any) -> rx.Component:
    """Return title and text of each fact."""
    return rx.el.dl(
        rx.foreach(items, lambda fact: rx.el.div(rx.el.dt(fact[0]), rx.el.dd(fact[1]), key=fact[0])),
        class_name="detail-facts receiver-facts",
    )


def form(state: Any, page: Any) -> Any:
    """Return the form that is open."""
    return rx.cond(
        state.form.action != "",
        rx.el.dialog(
            described_form(
                state.form,
                head=rx.el.h2(state.form.title, id="receiver-form-title"),
                save=page.save,
                leave=page.leave,
                key=state.form.title,
                class_name="dialog-body",
            ),
            class_name="dialog move receiver-form",
            aria_labelledby="receiver-form-title",
            custom_attrs={"data-modal": ""},
        ),
    )


def list_and_panel(page: Any, *, label: str, nothing: Any, detail: Callable[[], rx.Component]) -> tuple[Any, ...]:
    """Return what stands below the head of such a page: the filter, the list of the state `page`, beside it the opened
    one as `detail` draws it, and the form."""
    opened = page.detail.code != ""
    return (
        rx.el.div(table.choices("State", page.states), class_name="filters"),
        rx.cond(opened, rx.fragment(), said(page)),
        rx.el.div(
            rx.el.div(
                table.live_list(page, row, label=label, nothing=nothing, waiting=skeleton(6)),
                class_name="panel deliveries-list receivers-list",
            ),
            rx.cond(opened, detail()),
            class_name="deliveries",
        ),
        form(page, page),
    )


def rotating(page: Any) -> rx.Component:
    """Return the question before a new secret is made."""
    until = "For a day, messages are signed with the new secret and the old one, so that the receiver can change over."
    return question("rotate", "Make a new secret?", until, word="Make it", does=page.rotate)


def action(word: str, icon: str, does: Any) -> rx.Component:
    """Return a button that does something at once."""
    return rx.el.button(rx.icon(icon, size=16), word, type="button", class_name="button", on_click=does)


def asking(word: str, icon: str, dialog_id: str) -> rx.Component:
    """Return a button that asks first."""
    return rx.el.button(rx.icon(icon, size=16), word, type="button", class_name="button", custom_attrs=opens(dialog_id))


def question(dialog_id: str, title: str, *lines: Any, word: str, does: Any) -> rx.Component:
    """Return the question before something that cannot be taken back."""
    return dialog(
        dialog_id,
        title,
        rx.el.div(*[rx.el.p(line) for line in lines], class_name="dialog-lines"),
        answers=rx.el.button(word, type="button", class_name="button is-main", on_click=does, custom_attrs=CLOSES),
    )
