"""The way between the pages about alerts: what is wrong, what is silenced, who is told when, and what was sent."""

from __future__ import annotations

import reflex as rx

from dashboard import nav
from dashboard.components.subpages import subpages

_TABS = (
    (nav.ALERTS, "Alerts"),
    (nav.SILENCES, "Silences"),
    (nav.POLICIES, "Policies"),
    (nav.DRILLS, "Drills"),
    (nav.CHANNELS, "Channels"),
    (nav.SUBSCRIPTIONS, "Subscriptions"),
    (nav.EVENT_TYPES, "Event types"),
    (nav.DELIVERIES, "Deliveries"),
)


def alert_tabs(page: nav.Page) -> rx.Component:
    """Return the links to all pages about alerts that this person may open, this one marked."""
    return subpages("Alerts", _TABS, page)
