"""What narrows a list: a search box that `/` goes to, and choices in a select. What is chosen stands in the address."""

from __future__ import annotations

from typing import Any

import reflex as rx


def choose(name: str, label: str, options: Any, *, value: Any, on_change: Any) -> rx.Component:
    """Return a select; `options` are pairs of value and words. Its label is only heard: the words say it on screen."""
    return rx.fragment(
        rx.el.label(label, html_for=name, class_name="sr-only"),
        rx.el.select(
            rx.foreach(options, lambda one: rx.el.option(one[1], value=one[0])),
            id=name,
            value=value,
            on_change=on_change,
        ),
    )


def find_box(name: str, label: str, placeholder: str, *, value: Any, on_change: Any, size: str = "") -> rx.Component:
    """Return the page's search box: a large one, unless `size` is "is-small"."""
    return rx.el.div(
        rx.icon("search", size=20),
        rx.debounce_input(
            rx.el.input(
                value=value,
                on_change=on_change,
                type="search",
                placeholder=placeholder,
                aria_label=label,
                auto_complete="off",
                spell_check=False,
                max_length=200,
                id=name,
                custom_attrs={"data-search": ""},
            ),
            debounce_timeout=250,
        ),
        rx.el.kbd("/"),
        class_name=f"big-search {size}".strip(),
        role="search",
    )
