"""What surrounds every page: skip link, rail, top bar, search."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components.alerts.bell import bell
from dashboard.components.connection import connection_banner, data_age
from dashboard.components.link import link
from dashboard.components.menu import person_menu
from dashboard.components.refusal import refusal
from dashboard.components.search import palette, search_button
from dashboard.components.states import notice
from dashboard.state.session import Session

session: Any = Session  # a state's attributes are Vars on its class, which mypy cannot know


def frame(page: nav.Page, *content: Any, bare: Any = False) -> Any:
    """Return a whole page; `bare` leaves all chrome out (wall display)."""
    chrome = rx.fragment(
        rx.el.a("Skip to content", href="#main", class_name="skip-link"),
        rail(page),
        top_bar(page),
        palette(),
    )
    return rx.el.div(
        rx.cond(bare, rx.fragment(), chrome) if isinstance(bare, rx.Var) else chrome,
        rx.el.main(
            connection_banner(),
            refusal(),
            rx.cond(session.denied, _not_allowed(), rx.fragment(*content)),
            id="main",
            tab_index=-1,
            # There from the moment when the page has its data and answers: what is typed before may be drawn over.
            custom_attrs={"data-live": rx.cond(rx.State.is_hydrated, "", None)},
        ),
        class_name="app",
        data_bare=bare,
    )


def _not_allowed() -> rx.Component:
    return notice(
        "lock",
        "This page is not for your role",
        "Ask an administrator if you need it. Nothing was shown or changed.",
        link("Go to the network", href=nav.NETWORK.route, class_name="button is-main"),
    )


def rail(page: nav.Page) -> rx.Component:
    """Return the left rail: the pages this person may open."""
    return rx.el.nav(
        link(
            _logo(),
            rx.el.span("Pickwatch", class_name="rail-word"),
            href=nav.NETWORK.route,
            class_name="brand",
            aria_label="Pickwatch",
        ),
        rx.el.ul(*[_rail_item(item, current=item is page or page.parent == item.route) for item in nav.IN_RAIL]),
        rx.el.button(
            rx.icon("panel-left", size=18),
            rx.el.span("Narrow", class_name="rail-word"),
            type="button",
            class_name="rail-toggle",
            aria_label="Narrow or widen the menu",
            custom_attrs={"data-rail-toggle": ""},
        ),
        class_name="rail",
        aria_label="Pages",
    )


def _rail_item(item: nav.Page, *, current: bool) -> Any:
    attributes = {"aria-current": "page"} if current else {}
    return rx.cond(
        session.routes.contains(item.route),
        rx.el.li(
            link(
                rx.icon(item.icon or "circle", size=20),
                rx.el.span(item.rail or item.title, class_name="rail-word"),
                href=item.route,
                title=item.rail or item.title,
                custom_attrs=attributes,
            )
        ),
    )


def _logo() -> rx.Component:
    return rx.el.svg(
        rx.el.rect(width="32", height="32", rx="8", class_name="logo-ground"),
        rx.el.path(d="M9 17.2l4.6 4.6L23.4 11", class_name="logo-tick"),
        view_box="0 0 32 32",
        width="28",
        height="28",
        aria_hidden="true",
    )


def top_bar(page: nav.Page) -> rx.Component:
    """Return the bar above the content: whose part of the network, search, age of the data, the bell, the
    person."""
    return rx.el.header(
        rx.el.div(
            rx.el.span(page.title, class_name="top-title", aria_hidden="true"),
            rx.el.span(session.scope, class_name="top-scope", title="The part of the network you see"),
            class_name="top-where",
        ),
        search_button(),
        data_age(),
        bell(),
        person_menu(),
        class_name="top",
    )
