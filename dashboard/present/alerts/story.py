"""What happened to an alert, who was told of it and who is told next, in plain words. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.about import StepView, ToldView
from alerts.browse import AlertView
from alerts.story import Entry, EntryKind, outcome
from dashboard import format as say
from dashboard.present.common import Reader
from dashboard.present.deliveries import STATE_WORDS as SENT_WORDS
from dashboard.views.alert import StepLine, ToldLine
from dashboard.views.common import Entry as Line
from models.alerting import StepState
from models.enums import DeliveryStatus
from models.events import EventType

_STEPS = {
    StepState.DUE: "Waits",
    StepState.SENT: "Told",
    StepState.SPARED: "Spared",
    StepState.STOPPED: "Stopped",
}
_REACHED = {
    DeliveryStatus.DELIVERED: "told",
    DeliveryStatus.DEAD: "not told",
    DeliveryStatus.SUPERSEDED: "need not be told",
}
_TOLD = {
    EventType.ALERT_OPENED: "That it opened",
    EventType.ALERT_CHANGED: "That it changed",
    EventType.ALERT_REPEATED: "That it still holds",
    EventType.ALERT_ESCALATED: "That nobody has it",
    EventType.ALERT_ACKNOWLEDGED: "That somebody has it",
    EventType.ALERT_RESOLVED: "That it is over",
}


def step(one: StepView, alert: AlertView, reader: Reader) -> StepLine:
    """Return one step of an alert's escalation."""
    at = one.done_at or one.due_at
    moved = one.state is StepState.DUE and one.due_at > one.planned_at
    return StepLine(
        key=str(one.number),
        text=f"Step {one.number}: {', '.join(one.channels)}" + (", after its quiet hours" if moved else ""),
        state=one.state.value,
        word=_STEPS[one.state] + (f": {one.why}" if one.why and one.state is not StepState.SENT else ""),
        when=say.relative(at, reader.now),
        title=say.at_place(at, alert.time_zone, reader.now, reader.locale),
    )


def told(one: ToldView, alert: AlertView, reader: Reader, *, opens: bool) -> ToldLine:
    """Return one message to one channel; `opens`: the reader may look at the message itself."""
    what = _TOLD.get(EventType(one.event), one.event) if one.event in EventType.__members__.values() else one.event
    return ToldLine(
        key=str(one.delivery),
        text=f"{one.title}: {_REACHED.get(one.status, 'to be told')} {what[0].lower()}{what[1:]}",
        state=one.status.value,
        word=SENT_WORDS[one.status],
        when=say.relative(one.at, reader.now),
        title=say.at_place(one.at, alert.time_zone, reader.now, reader.locale),
        href=f"/deliveries?id={one.delivery}" if opens else "",
    )


def entries(happened: Sequence[Entry], alert: AlertView, reader: Reader) -> list[Line]:
    """Return what happened, the newest first, each with who was told of it."""
    return [
        Line(
            key=str(place),
            text=_text(one),
            when=say.relative(one.at, reader.now),
            title=say.at_place(one.at, alert.time_zone, reader.now, reader.locale),
        )
        for place, one in reversed(list(enumerate(happened)))
    ]


def _text(one: Entry) -> str:
    by = f"{one.by}: " if one.kind in (EntryKind.NOTE, EntryKind.ACTION) and one.by else ""
    said = [by + one.words, "" if one.detail in one.words else one.detail, outcome(one.told)]
    return " ".join(
        part if part.endswith((".", "?", ":")) else f"{part[0].upper()}{part[1:]}." for part in said if part
    )
