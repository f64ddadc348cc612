"""The way between the pages about routing."""

from __future__ import annotations

import reflex as rx

from dashboard import nav
from dashboard.components.link import link

_TABS = (
    (nav.ROUTING, "Strategy"),
    (nav.ROUTING_EDIT, "Edit"),
    (nav.ROUTING_TRY, "Try an order"),
    (nav.ROUTING_SHADOW, "Shadow run"),
    (nav.ROUTING_EMPTY, "Empty suggestions"),
)


def routing_tabs(page: nav.Page) -> rx.Component:
    """Return the links to all pages about routing, this one marked."""

    def one(target: nav.Page, word: str) -> rx.Component:
        here = target is page
        return link(
            word,
            href=target.route,
            class_name="subpage is-here" if here else "subpage",
            custom_attrs={"aria-current": "page"} if here else {},
        )

    return rx.el.nav(*[one(*tab) for tab in _TABS], class_name="subpages", aria_label="Routing")
