"""How bad an alert is, as shape and word: neutral, because colour is for the promises of the network alone."""

from __future__ import annotations

from typing import Any

import reflex as rx

from alerts.silences import SilenceState
from dashboard.components.step import icon_of
from models.alerting import AlertStatus, Severity

_SEVERITY: dict[str, str] = {
    Severity.CRITICAL: "octagon-alert",
    Severity.ERROR: "circle-alert",
    Severity.WARNING: "triangle-alert",
    Severity.INFO: "info",
}
_STATE: dict[str, str] = {
    AlertStatus.PENDING: "hourglass",
    AlertStatus.FIRING: "bell-ring",
    AlertStatus.ACKNOWLEDGED: "user-check",
    AlertStatus.RESOLVED: "check",
    "muted": "bell-off",
}
_SILENCE: dict[str, str] = {
    SilenceState.ACTIVE: "bell-off",
    SilenceState.PENDING: "clock",
    SilenceState.EXPIRED: "check",
}


def severity(key: Any, word: Any) -> rx.Component:
    """Return how bad it is; critical is filled, so that it cannot be missed."""
    return rx.el.span(icon_of(key, _SEVERITY, "info"), rx.el.span(word), class_name=f"severity severity-{key}")


def state(key: Any, word: Any) -> rx.Component:
    """Return whether somebody has it."""
    return rx.el.span(icon_of(key, _STATE, "bell"), rx.el.span(word), class_name=f"state state-{key}")


def drill() -> rx.Component:
    """Return the mark of what is only an exercise."""
    return rx.el.span("Drill", class_name="tag drill")


def silence(key: Any, word: Any) -> rx.Component:
    """Return where a silence stands in time."""
    return rx.el.span(icon_of(key, _SILENCE, "check"), rx.el.span(word), class_name=f"state state-{key}")
