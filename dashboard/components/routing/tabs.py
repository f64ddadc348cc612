"""The way between the pages about routing."""

from __future__ import annotations

import reflex as rx

from dashboard import nav
from dashboard.components.subpages import subpages

_TABS = (
    (nav.ROUTING, "Strategy"),
    (nav.ROUTING_EDIT, "Edit"),
    (nav.ROUTING_TRY, "Try an order"),
    (nav.ROUTING_SHADOW, "Shadow run"),
    (nav.ROUTING_EMPTY, "Empty suggestions"),
)


def routing_tabs(page: nav.Page) -> rx.Component:
    """Return the links to all pages about routing, this one marked."""
    return subpages("Routing", _TABS, page)
