"""The text field for a document, with line numbers and marks. Its browser side is `assets/editing/Editor.jsx`."""

from __future__ import annotations

from typing import Any

import reflex as rx

_TYPED = rx.event.passthrough_event_spec(str)


class Editor(rx.Component):
    """A textarea that shows `text` anew whenever `revision` changes, and asks before one leaves it with anything but
    `saved`; `jump` is "LINE:COUNT"."""

    library = "$/public/editing/Editor.jsx"
    tag = "Editor"

    text: rx.Var[str]
    saved: rx.Var[str]
    revision: rx.Var[int]
    marks: rx.Var[list[Any]]
    jump: rx.Var[str]
    read_only: rx.Var[bool]
    label: rx.Var[str]
    described_by: rx.Var[str]
    on_edit: rx.EventHandler[_TYPED]  # type: ignore[type-arg, valid-type]
    on_save: rx.EventHandler[rx.event.no_args_event_spec]  # type: ignore[type-arg, valid-type]


def editor(**props: Any) -> rx.Component:
    """Return the field."""
    return Editor.create(class_name="editor", **props)
