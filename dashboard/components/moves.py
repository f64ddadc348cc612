"""What may be done to a shipment that does not go as planned: a menu beside it, the dialog of what was chosen, and what
became of it. The state is `dashboard/state/moves.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.fulfillment.offers import Move
from dashboard.components.form import described_form
from dashboard.state.moves import MovesState

state: Any = MovesState  # its attributes are Vars on the class, which mypy cannot know

_ICONS = {
    Move.SPLIT: "split",
    Move.TRANSFER: "truck",
    Move.REASSIGN: "forward",
    Move.REJECT: "corner-up-left",
    Move.BACKORDER: "hourglass",
    Move.HOLD: "circle-pause",
    Move.RELEASE: "circle-play",
    Move.UNDO: "undo-2",
    Move.CANCEL: "ban",
}


def menu(offered: Any, *, of: Any) -> Any:
    """Return the menu of a `Moves`, nothing when nothing may be done; `of` says to a screen reader whose it is."""
    return rx.cond(
        offered.choices.length() > 0,
        rx.el.details(
            rx.el.summary(
                rx.icon("ellipsis", size=16),
                rx.el.span("Other actions"),
                class_name="button",
                aria_label="Other actions on " + of,
            ),
            rx.el.div(
                # Its name must not be that of the loop around it: there it would stand for this one.
                rx.foreach(offered.choices, lambda move_choice: _choice(move_choice, offered)),
                class_name="menu-panel",
            ),
            class_name="menu moves",
            custom_attrs={"data-menu": ""},
        ),
    )


def said() -> rx.Component:
    """Return what became of the last move."""
    return rx.el.p(state.said, role="status", class_name=rx.cond(state.refused, "said is-refused", "said"))


def dialog() -> rx.Component:
    """Return the dialog of the move that was chosen."""
    return rx.cond(
        state.form.action != "",
        rx.el.dialog(
            described_form(
                state.form,
                head=rx.el.h2(state.form.title, id="move-title"),
                save=MovesState.confirm,
                leave=MovesState.leave,
                key=state.form.action,
                class_name="dialog-body",
            ),
            class_name="dialog move",
            aria_labelledby="move-title",
            custom_attrs={"data-modal": ""},
        ),
    )


def _choice(one: Any, offered: Any) -> rx.Component:
    return rx.el.button(
        rx.match(
            one.move, *[(move.value, rx.icon(icon, size=16)) for move, icon in _ICONS.items()], rx.icon("ellipsis")
        ),
        one.word,
        type="button",
        class_name="menu-item",
        custom_attrs={"data-closes-menu": ""},
        on_click=state.begin(offered.shipment, offered.version, one.move),
        key=one.move,
    )
