"""The page for addresses that are none."""

from __future__ import annotations

import reflex as rx

from dashboard import nav
from dashboard.components.link import link
from dashboard.components.shell import frame
from dashboard.components.states import notice


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.NOT_FOUND,
        rx.el.h1("Page not found", class_name="sr-only"),
        notice(
            "compass",
            "There is no such page",
            "The address may be mistyped, or what it showed is gone.",
            link("Go to the network", href=nav.NETWORK.route, class_name="button is-main"),
        ),
    )
