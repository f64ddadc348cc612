"""A form that the server describes (`dashboard/views/forms.py`): what it does, its fields, what is wrong with each."""

from __future__ import annotations

from typing import Any

import reflex as rx


def described_form(
    form: Any, *, head: Any, save: Any, leave: Any, key: Any, class_name: str, told: Any = None
) -> rx.Component:
    """Return a form under its head; it takes the focus, and Esc leaves it. `told` stands before its buttons: what
    pressing them will do."""
    return rx.el.form(
        head,
        rx.el.p(form.explain, class_name="muted"),
        rx.el.p(form.fault, class_name="field-fault", role="alert"),
        _fields(form.fields),
        told if told is not None else rx.fragment(),
        rx.el.div(
            rx.cond(form.button != "", rx.el.button(form.button, type="submit", class_name="button is-main")),
            rx.el.button(
                "Leave it as it is",
                type="button",
                class_name="button",
                on_click=leave,
                custom_attrs={"data-close": ""},
            ),
            class_name="confirm-buttons",
        ),
        on_submit=save,
        no_validate=True,
        class_name=class_name,
        key=key,
        custom_attrs={"data-focus": ""},
    )


def _fields(described: Any) -> rx.Component:
    return rx.el.div(rx.foreach(described, _field), class_name="fields")


def _field(one: Any) -> rx.Component:
    name = "field-" + one.name
    said = {
        "aria_describedby": name + "-hint " + name + "-fault",
        "aria_invalid": rx.cond(one.fault != "", "true", "false"),
        "aria_required": rx.cond(one.required, "true", "false"),
    }
    field = rx.el.div(
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
    return rx.cond(one.kind == "checks", _checks(one, name), field)


def _checks(one: Any, name: Any) -> rx.Component:
    """Return a field of which any number may be ticked."""

    def box(option: Any) -> rx.Component:
        ticked = one.chosen.contains(option[0])
        return rx.el.label(
            rx.el.input(type="checkbox", name=one.name + ":" + option[0], default_checked=ticked),
            rx.el.span(option[1]),
            class_name="check",
            key=option[0],
        )

    return rx.el.fieldset(
        rx.el.legend(one.label),
        rx.el.p(one.hint, id=name + "-hint", class_name="field-hint"),
        rx.el.div(rx.foreach(one.options, box), class_name="checks"),
        rx.el.p(one.fault, id=name + "-fault", class_name="field-fault", role="alert"),
        aria_describedby=name + "-hint " + name + "-fault",
        class_name="field is-wide",
        key=one.name,
    )
