"""What to do when a location turns a colour: a section of docs/runbooks.md (`dashboard/runbooks.py`)."""

from __future__ import annotations

import reflex as rx

from dashboard import nav
from dashboard.components.link import link
from dashboard.components.shell import frame
from dashboard.components.states import notice
from dashboard.runbooks import HEADINGS, runbook
from dashboard.state.runbook import RunbookState


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.RUNBOOK,
        rx.el.p(
            link("Network", href=nav.NETWORK.route), rx.icon("chevron-right", size=14), "Runbook", class_name="crumbs"
        ),
        rx.match(
            RunbookState.slug,
            *[(slug, rx.el.article(runbook(slug), class_name="panel runbook")) for slug in HEADINGS],
            ("", rx.el.h1("Runbook", class_name="sr-only")),
            rx.fragment(
                rx.el.h1("Runbook", class_name="sr-only"),
                notice(
                    "book-open",
                    "There is no such runbook",
                    "These are there:",
                    *[
                        link(heading, href=f"/runbooks/{slug}", class_name="button")
                        for slug, heading in HEADINGS.items()
                    ],
                ),
            ),
        ),
    )
