"""Fields of a form that the server describes: label, hint, what is wrong, said at the field."""

from __future__ import annotations

from typing import Any

import reflex as rx


def fields(described: Any) -> rx.Component:
    """Return the fields of a list of `views.inventory.FormField`."""
    return rx.el.div(rx.foreach(described, _field), class_name="fields")


def _field(one: Any) -> rx.Component:
    name = "field-" + one.name
    said = {
        "aria_describedby": name + "-hint " + name + "-fault",
        "aria_invalid": rx.cond(one.fault != "", "true", "false"),
        "aria_required": rx.cond(one.required, "true", "false"),
    }
    return rx.el.div(
        rx.el.label(
            one.label, rx.cond(one.required, rx.el.span(" (needed)", class_name="field-needed")), html_for=name
        ),
        rx.cond(
            one.kind == "select",
            rx.el.select(
                rx.foreach(one.options, lambda option: rx.el.option(option[1], value=option[0])),
                id=name,
                name=one.name,
                default_value=one.value,
                **said,
            ),
            rx.cond(
                one.kind == "area",
                rx.el.textarea(id=name, name=one.name, rows="6", default_value=one.value, spell_check=False, **said),
                rx.el.input(
                    id=name,
                    name=one.name,
                    type=one.kind,
                    default_value=one.value,
                    auto_complete="off",
                    input_mode=rx.cond(one.kind == "number", "numeric", "text"),
                    **said,
                ),
            ),
        ),
        rx.el.p(one.hint, id=name + "-hint", class_name="field-hint"),
        rx.el.p(one.fault, id=name + "-fault", class_name="field-fault", role="alert"),
        class_name=rx.cond(one.kind == "area", "field is-wide", "field"),
        key=one.name,
    )
