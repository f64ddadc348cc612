"""Events in plain words: what happened, to which shipment or place, and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backend.events.queries import EventView
from dashboard import format as say
from dashboard.present.common import Reader
from dashboard.views.common import STATUS_WORDS, Entry, StatusKey
from models.enums import Compliance
from models.events import EventType

#: What a location's page tells of. The many small steps of ordinary work are in the queue, not here.
TOLD = (
    EventType.SLA_LOCATION_CHANGED,
    EventType.SLA_SHIPMENT_CHANGED,
    EventType.LOCATION_CHANGED,
    EventType.SHIPMENT_HELD,
    EventType.SHIPMENT_RELEASED,
    EventType.SHIPMENT_REASSIGNED,
    EventType.SHIPMENT_CANCELLED,
    EventType.SHIPMENT_SHIPPED,
    EventType.SHIPMENT_HANDED_OVER,
)

#: Lines of a timeline.
MOST = 15

_PLAIN: dict[EventType, str] = {
    EventType.SHIPMENT_OPENED: "Shipment {shipment} came in",
    EventType.SHIPMENT_ACCEPTED: "Shipment {shipment} was accepted",
    EventType.SHIPMENT_PICKED: "Shipment {shipment} was picked",
    EventType.SHIPMENT_PACKED: "Shipment {shipment} was packed",
    EventType.SHIPMENT_READY: "Shipment {shipment} is ready for pickup",
    EventType.SHIPMENT_SHIPPED: "Shipment {shipment} was shipped",
    EventType.SHIPMENT_HANDED_OVER: "Shipment {shipment} was handed over",
    EventType.SHIPMENT_RELEASED: "Work on shipment {shipment} goes on",
    EventType.ORDER_ROUTED: "Order {external_id} was routed here",
    EventType.INVENTORY_CHANGED: "Stock was changed",
}


def entries(events: Sequence[EventView], time_zone: str, reader: Reader) -> list[Entry]:
    """Return events as lines of a timeline, newest first by their true moment (they may have been noticed later)."""
    told = [event for event in events if not _noise(event)]
    newest = sorted(told, key=lambda event: (event.at, event.seq), reverse=True)
    return [entry(event, time_zone, reader) for event in newest[:MOST]]


def _noise(event: EventView) -> bool:
    """Say whether it adds nothing: clocks end because the shipment was handed over or cancelled, which is told."""
    return event.type == EventType.SLA_SHIPMENT_CHANGED and event.data.get("to") is None


def entry(event: EventView, time_zone: str, reader: Reader) -> Entry:
    """Return one event; its status mark is the band that a shipment or the location came to."""
    becomes = event.data.get("to") if event.type.startswith("sla.") else None
    return Entry(
        key=event.uid,
        text=text(event.type, event.subject, event.data),
        when=say.relative(event.at, reader.now),
        title=say.at_place(event.at, time_zone, reader.now, reader.locale),
        status=str(becomes) if becomes in Compliance.__members__.values() else "",
    )


def text(type_: str, subject: str, data: Mapping[str, Any]) -> str:
    """Return what happened, in a sentence without a full stop. An event of an unknown kind says its type."""
    if type_ == EventType.SLA_LOCATION_CHANGED:
        counts = data.get("counts") or {}
        late, open_ = counts.get("non_compliant", 0), data.get("open", 0)
        return f"The location became {_band(data.get('to'))}: {late} of {say.plural(open_, 'open shipment')} late"
    if type_ == EventType.SLA_SHIPMENT_CHANGED:
        return _shipment_band(data)
    if type_ == EventType.LOCATION_CHANGED:
        return _place(data)
    if type_ == EventType.SHIPMENT_HELD:
        return f"Shipment {data.get('shipment')} is on hold{_because(data)}"
    if type_ == EventType.SHIPMENT_CANCELLED:
        return f"Shipment {data.get('shipment')} was cancelled{_because(data)}"
    if type_ == EventType.SHIPMENT_REASSIGNED:
        return f"Shipment {data.get('shipment')} moved to {data.get('location')}{_because(data)}"
    plain = _PLAIN.get(EventType(type_)) if type_ in EventType.__members__.values() else None
    return plain.format_map(_Known(data)) if plain else f"{type_} ({subject})"


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def _shipment_band(data: Mapping[str, Any]) -> str:
    shipment, becomes = f"Shipment {data.get('shipment')}", data.get("to")
    if becomes == Compliance.NON_COMPLIANT:
        return f"{shipment} is late"
    if becomes == Compliance.AT_RISK:
        return f"{shipment} will soon be late"
    if becomes == Compliance.COMPLIANT:
        return f"{shipment} is on time" if data.get("from") is None else f"{shipment} is on time again"
    return f"The clocks of shipment {data.get('shipment')} stopped"


def _place(data: Mapping[str, Any]) -> str:
    words = {"closed": "The location was closed", "reopened": "The location was opened again", "created": "Added"}
    said = words.get(str(data.get("action")), "The location's data was changed")
    reason = data.get("closed_reason")
    return f"{said}: {reason}" if reason and data.get("action") == "closed" else said


def _because(data: Mapping[str, Any]) -> str:
    return f": {data['reason']}" if data.get("reason") else ""


def _band(value: Any) -> str:
    return STATUS_WORDS[StatusKey(value)] if value in StatusKey.__members__.values() else "unknown"
