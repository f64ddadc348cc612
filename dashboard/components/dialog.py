"""A question that must be answered before something big happens. Opens and closes without the server
(`assets/js/dialogs.js`)."""

from __future__ import annotations

from typing import Any

import reflex as rx

#: Put on what closes the dialog it stands in.
CLOSES = {"data-closes-dialog": ""}


def opens(dialog_id: str) -> dict[str, str]:
    """Return the attributes of a button that opens a dialog."""
    return {"data-opens-dialog": dialog_id}


def dialog(dialog_id: str, title: Any, *content: Any, answers: Any) -> rx.Component:
    """Return a dialog: what will happen, then `answers` beside a way back."""
    return rx.el.dialog(
        rx.el.div(
            rx.el.h2(title, id=f"{dialog_id}-title"),
            *content,
            rx.el.div(
                rx.el.button("Not now", type="button", class_name="button", custom_attrs=CLOSES),
                answers,
                class_name="dialog-answers",
            ),
            class_name="dialog-body",
        ),
        id=dialog_id,
        class_name="dialog",
        aria_labelledby=f"{dialog_id}-title",
    )
