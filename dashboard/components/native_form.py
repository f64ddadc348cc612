"""A form that the browser itself sends: Reflex's own form never leaves the page, and a session cookie needs an answer
of HTTP."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML


class NativeForm(BaseHTML):  # type: ignore[misc]  # Reflex's components are untyped
    """`<form action method>` without Reflex's submit handler."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


def native_form(*children: Any, action: str, method: str = "post", **props: Any) -> rx.Component:
    """Return a form that makes a real request to `action`."""
    return NativeForm.create(*children, action=action, method=method, **props)
