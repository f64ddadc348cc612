"""Search over everything one may see, from any page: `/` or Ctrl-K. Moving in the results is `assets/js/keys.js`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.link import link
from dashboard.components.status import pill
from dashboard.state.session import Session

session: Any = Session  # a state's attributes are Vars on its class, which mypy cannot know


def search_button() -> rx.Component:
    """Return the field in the top bar that opens the search."""
    return rx.el.button(
        rx.icon("search", size=16),
        rx.el.span("Find a ", session.finds, class_name="search-word"),
        rx.el.kbd("/"),
        type="button",
        class_name="search-button",
        aria_label="Find a " + session.finds + " (press slash or Control K)",
        custom_attrs={"data-opens-palette": ""},
    )


def palette() -> rx.Component:
    """Return the dialog: a field, and what it finds, worst first."""
    return rx.el.dialog(
        rx.el.div(
            rx.icon("search", size=18),
            rx.debounce_input(
                rx.el.input(
                    value=session.query,
                    on_change=session.search,
                    placeholder="Name or code of a " + session.finds,
                    aria_label="Name or code of a " + session.finds,
                    auto_complete="off",
                    spell_check=False,
                    id="palette-input",
                ),
                debounce_timeout=120,
            ),
            class_name="palette-field",
        ),
        rx.el.ul(rx.foreach(session.hits, _hit), class_name="palette-hits"),
        rx.el.p(session.search_says, class_name="palette-says", role="status"),
        class_name="palette",
        aria_label="Search",
        custom_attrs={"data-palette": ""},
    )


def _hit(hit: Any) -> rx.Component:
    return rx.el.li(
        link(
            rx.el.span(rx.el.strong(hit.name), rx.el.span(hit.place), class_name="hit-what"),
            pill(hit.status, hit.word),
            href=hit.href,
            custom_attrs={"data-hit": ""},
        ),
        key=hit.href,
    )
