"""A link that changes the page without loading the program again. Links to files and other programs are `rx.el.a`."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink


def link(*children: Any, href: str | rx.Var[str], **props: Any) -> rx.Component:
    """Return an in-app link. Within one page (a filter, a sort) pass `prevent_scroll_reset=True`."""
    return ReactRouterLink.create(*children, to=href, **props)
