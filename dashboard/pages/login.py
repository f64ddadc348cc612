"""The sign-in page: a form the browser itself sends, what went wrong, and the demo's people at one tap."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.native_form import native_form
from dashboard.state.login import Login

_ACTION = "/api/auth/login"
_MARKS = (
    ("compliant", rx.el.circle, {"cx": "8", "cy": "8", "r": "6"}),
    ("at-risk", rx.el.path, {"d": "M8 1.5 15 14H1Z"}),
    ("non-compliant", rx.el.rect, {"x": "2", "y": "2", "width": "12", "height": "12"}),
)


def login_page() -> rx.Component:
    """Return the whole page; it has no shell, as nobody is signed in yet."""
    return rx.el.main(
        rx.el.div(
            _brand(),
            rx.cond(Login.error != "", _error_summary()),
            _form(),
            rx.cond(Login.offers.length() > 0, _demo()),
            class_name="login-card",
        ),
        class_name="login",
        id="main",
        custom_attrs={"data-ready": rx.cond(Login.ready, "", None)},
    )


def _brand() -> rx.Component:
    marks = [shape(class_name=f"login-{name}", **at) for name, shape, at in _MARKS]
    return rx.el.header(
        rx.el.div(
            *[rx.el.svg(mark, view_box="0 0 16 16", width="18", height="18") for mark in marks],
            class_name="login-marks",
            aria_hidden="true",
        ),
        rx.el.h1("Sign in to Pickwatch"),
        rx.el.p("Which stores and warehouses keep their promises, and which are about to break them."),
    )


def _error_summary() -> rx.Component:
    return rx.el.div(
        rx.el.h2("There is a problem", id="login-problem"),
        rx.el.p(Login.error, id="login-why"),
        class_name="login-error",
        role="alert",
        aria_labelledby="login-problem",
    )


def _form() -> rx.Component:
    wrong = rx.cond(Login.error != "", "true", "false")
    return native_form(
        rx.el.input(type="hidden", name="next", value=Login.next),
        rx.el.label("User name", html_for="username"),
        rx.el.input(
            id="username",
            name="username",
            type="text",
            required=True,
            auto_complete="username",
            auto_capitalize="none",
            spell_check=False,
            auto_focus=True,
            max_length=80,
            aria_invalid=wrong,
            aria_describedby="login-why",
        ),
        rx.el.label("Password", html_for="password"),
        rx.el.input(
            id="password",
            name="password",
            type="password",
            required=True,
            auto_complete="current-password",
            max_length=200,
            aria_invalid=wrong,
            aria_describedby="login-why",
        ),
        rx.el.button("Sign in", type="submit", class_name="login-main"),
        action=_ACTION,
        method="post",
        class_name="login-form",
    )


def _demo() -> rx.Component:
    return rx.el.section(
        rx.el.h2("This is the demo network. Look around as"),
        rx.el.ul(rx.foreach(Login.offers, _offer)),
        rx.el.p("The password of each is ", rx.el.code(Login.demo_password), "."),
        class_name="login-demo",
    )


def _offer(offer: Any) -> rx.Component:
    return rx.el.li(
        native_form(
            rx.el.input(type="hidden", name="next", value=Login.next),
            rx.el.input(type="hidden", name="username", value=offer.username),
            rx.el.input(type="hidden", name="password", value=offer.password),
            rx.el.button(
                rx.el.span(offer.title, class_name="login-who"),
                rx.el.span(offer.sees, class_name="login-sees"),
                type="submit",
            ),
            action=_ACTION,
            method="post",
        ),
        key=offer.username,
    )
