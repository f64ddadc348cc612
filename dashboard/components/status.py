"""A status is colour and shape and word, always: its mark, its pill, and the legend. How a status comes about is
`backend/sla/grading.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.views.common import STATUS_WORDS, StatusKey

_BOX = {"view_box": "0 0 16 16", "width": "1em", "height": "1em", "aria_hidden": "true"}


#: Closed and idle look alike.
LEGEND: dict[StatusKey, str] = {
    **{key: word for key, word in STATUS_WORDS.items() if key not in (StatusKey.IDLE, StatusKey.CLOSED)},
    StatusKey.CLOSED: "Closed or idle",
}
#: What the words mean for a shipment; the rule above is a location's.
SHIPMENTS = "A shipment is Compliant while on time, At Risk when its time is nearly up, Non-Compliant when late."


def _disc() -> rx.Component:
    return rx.el.svg(rx.el.circle(cx="8", cy="8", r="6.5"), class_name="mark", **_BOX)


def _triangle() -> rx.Component:
    return rx.el.svg(rx.el.path(d="M8 1.2 15.4 14.6H.6Z"), class_name="mark", **_BOX)


def _square() -> rx.Component:
    return rx.el.svg(rx.el.rect(x="1.5", y="1.5", width="13", height="13", rx="1"), class_name="mark", **_BOX)


def _dashed() -> rx.Component:
    ring = rx.el.circle(cx="8", cy="8", r="5.75", fill="none", stroke_width="2.5", stroke_dasharray="3.5 2.52")
    return rx.el.svg(ring, class_name="mark mark-line", **_BOX)


def _ring() -> rx.Component:
    ring = rx.el.circle(cx="8", cy="8", r="5.75", fill="none", stroke_width="2")
    return rx.el.svg(ring, class_name="mark mark-line", **_BOX)


def mark(key: str | rx.Var[str]) -> rx.Component:
    """Return the shape of a status, drawn in its colour; it needs its word beside it."""
    return rx.el.span(
        rx.match(
            key,
            (StatusKey.COMPLIANT.value, _disc()),
            (StatusKey.AT_RISK.value, _triangle()),
            (StatusKey.NON_COMPLIANT.value, _square()),
            (StatusKey.STALE.value, _dashed()),
            _ring(),
        ),
        class_name=_class("status-mark", key),
    )


def pill(key: str | rx.Var[str], word: str | rx.Var[str]) -> rx.Component:
    """Return shape and word in a pill; Non-Compliant is filled, so that it cannot be missed."""
    return rx.el.span(mark(key), rx.el.span(word), class_name=_class("pill", key))


def legend(rule: str | rx.Var[str]) -> rx.Component:
    """Return every shape with its word, and the rule that decides, in words."""
    return rx.el.section(
        rx.el.h2("What the colors mean", class_name="sr-only"),
        rx.el.ul(
            *[rx.el.li(mark(key.value), rx.el.span(word)) for key, word in LEGEND.items()],
            class_name="legend-marks",
        ),
        rx.el.p(rule, class_name="legend-rule"),
        rx.el.p(SHIPMENTS, class_name="legend-rule"),
        class_name="legend",
    )


def _class(base: str, key: str | rx.Var[str]) -> Any:
    return f"{base} is-{key}"
