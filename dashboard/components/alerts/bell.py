"""The bell: how many alerts wait for somebody, and the way to them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components.link import link
from dashboard.state.alerts.bell import Bell
from dashboard.state.session import Session

session: Any = Session  # a state's attributes are Vars on its class, which mypy cannot know
state: Any = Bell


def bell() -> Any:
    """Return it, for those who may see alerts."""
    now = state.ringing
    return rx.cond(
        session.routes.contains(nav.ALERTS.route),
        link(
            rx.cond(now.count != "", rx.icon("bell-ring", size=18), rx.icon("bell", size=18)),
            rx.cond(now.count != "", rx.el.span(now.count, class_name="bell-count", aria_hidden="true")),
            rx.el.span(now.words, class_name="sr-only", role="status"),
            href=nav.ALERTS.route,
            title=now.words,
            class_name="bell bell-" + now.severity,
        ),
    )
