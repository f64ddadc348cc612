"""Words about alerts that several pages share: how bad, who has it, why nobody is told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from alerts.browse import AlertView
from dashboard import format as say
from dashboard.present.common import Reader, location_href
from models.alerting import AlertStatus, Muted, Severity

PATH = "/alerts"
SEVERITY_WORDS: Mapping[Severity, str] = {
    Severity.CRITICAL: "Critical",
    Severity.ERROR: "Error",
    Severity.WARNING: "Warning",
    Severity.INFO: "Info",
}
STATE_WORDS: Mapping[AlertStatus, str] = {
    AlertStatus.PENDING: "Not for long yet",
    AlertStatus.FIRING: "Nobody has it",
    AlertStatus.ACKNOWLEDGED: "Acknowledged",
    AlertStatus.RESOLVED: "Resolved",
}
MUTED_WORDS: Mapping[Muted, str] = {
    Muted.SILENCED: "Silenced",
    Muted.INHIBITED: "Told by a wider alert",
    Muted.STORM: "Told with its storm",
    Muted.BORN: "Was so before its policy",
    Muted.QUIET: "Quiet hours",
}
NETWORK = "Whole network"


def href(alert_id: int) -> str:
    """Return the address of an alert's page."""
    return f"{PATH}/{alert_id}"


def map_href(view: AlertView) -> str:
    """Return the address of the map with its location chosen, or its group alone; empty for neither."""
    if view.location:
        return f"/?at={quote(view.location, safe='')}"
    return f"/?group={quote(view.group, safe='')}" if view.group and not view.drill else ""


def where(view: AlertView) -> str:
    """Return the place an alert is about: a location by its name, a group by its code, or all of it."""
    return view.location_name or (f"Group {view.group}" if view.group else NETWORK)


def where_href(view: AlertView) -> str:
    """Return the page of that place; empty when it has none."""
    return location_href(view.location) if view.location else ""


def who(view: AlertView, reader: Reader) -> str:
    """Return who has it, or how it ended: "ana, 5 min ago"."""
    if view.status is AlertStatus.RESOLVED:
        return f"by {view.resolved_by}" if view.resolved_by else "by itself"
    if view.status is AlertStatus.ACKNOWLEDGED and view.acknowledged_at:
        return f"{view.acknowledged_by}, {say.relative(view.acknowledged_at, reader.now)}"
    return ""


def state_word(view: AlertView) -> str:
    """Return the word of its state; of one that nobody is told of, why."""
    if view.muted and view.status is AlertStatus.FIRING:
        return MUTED_WORDS[view.muted]
    return STATE_WORDS[view.status]


def state_key(view: AlertView) -> str:
    """Return what its state is drawn as."""
    return "muted" if view.muted and view.status is AlertStatus.FIRING else view.status.value


def about(view: AlertView, reader: Reader) -> str:
    """Return how much it is about, when that is more than one thing."""
    if view.children:
        if view.open and view.problems < view.children:
            return f"{say.count(view.problems, reader.locale)} of its {view.children} alerts still open"
        return f"tells of {say.plural(view.children, 'alert', reader.locale)}"
    return say.plural(view.problems, "problem", reader.locale) if view.problems > 1 else ""
