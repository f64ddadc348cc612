"""The person menu: who is signed in, how the program looks, the way out."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx
from reflex_base.style import color_mode, set_color_mode

from dashboard.components.native_form import native_form
from dashboard.state.session import Session

_THEMES: tuple[tuple[Literal["system", "light", "dark"], str, str], ...] = (
    ("system", "As the device", "monitor"),
    ("light", "Light", "sun"),
    ("dark", "Dark", "moon"),
)


def person_menu() -> rx.Component:
    """Return the menu at the top right; it opens and closes without the server."""
    return rx.el.details(
        rx.el.summary(
            rx.el.span(Session.initials, class_name="avatar", aria_hidden="true"),
            rx.el.span(Session.name, class_name="person-name"),
            class_name="person",
            aria_label="Your account and how this looks",
        ),
        rx.el.div(
            rx.el.p(rx.el.strong(Session.name), rx.el.br(), rx.el.span(Session.scope), class_name="menu-who"),
            rx.el.p("Appearance", class_name="menu-label", id="menu-look"),
            rx.el.div(
                *[_theme(*t) for t in _THEMES], class_name="menu-looks", role="group", aria_labelledby="menu-look"
            ),
            native_form(
                rx.el.button(rx.icon("log-out", size=16), "Sign out", type="submit", class_name="menu-item"),
                action="/api/auth/logout",
                method="post",
            ),
            class_name="menu-panel",
        ),
        class_name="menu",
        custom_attrs={"data-menu": ""},
    )


def _theme(mode: Literal["system", "light", "dark"], word: str, icon: str) -> Any:
    return rx.el.button(
        rx.icon(icon, size=16),
        word,
        type="button",
        on_click=set_color_mode(mode),
        aria_pressed=rx.cond(color_mode == mode, "true", "false"),
        class_name="menu-item",
    )
