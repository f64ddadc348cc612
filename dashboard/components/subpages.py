"""The way between pages that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components.link import link
from dashboard.state.session import Session

session: Any = Session  # a state's attributes are Vars on its class, which mypy cannot know


def subpages(label: str, tabs: Sequence[tuple[nav.Page, str]], page: nav.Page) -> rx.Component:
    """Return the links to the pages of `tabs`, each by its word, this one marked; those that are not for
    whoever looks are left out."""

    def one(target: nav.Page, word: str) -> Any:
        here = target is page
        way = link(
            word,
            href=target.route,
            class_name="subpage is-here" if here else "subpage",
            custom_attrs={"aria-current": "page"} if here else {},
        )
        return rx.cond(session.routes.contains(target.route), way)

    return rx.el.nav(*[one(*tab) for tab in tabs], class_name="subpages", aria_label=label)
