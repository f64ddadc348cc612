"""What the Hand-over page says: what is open and who has it, what was over in the shift, what is silenced, and what
was written down. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from alerts.browse import AlertView
from alerts.notes import Note
from alerts.silence_rows import SilenceView
from dashboard import format as say
from dashboard.address.hand_over import SHIFTS, HandOverAddress
from dashboard.present.alerts import silences, words
from dashboard.present.common import Reader
from dashboard.views.common import Choice
from dashboard.views.hand_over import HandedAlert, HandedSilence, HandOverScreen
from models.alerting import AlertStatus

PATH = "/alerts/hand-over"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from; `over_count` were over in the shift, of which `over` are the newest; of the
    `waiting_count` that nobody has, `open` names the worst."""

    open: Sequence[AlertView]
    waiting_count: int
    over: Sequence[AlertView]
    over_count: int
    silences: Sequence[SilenceView]
    notes: Sequence[Note]


def screen(facts: Facts, address: HandOverAddress, reader: Reader) -> HandOverScreen:
    """Return the whole page."""
    waiting = [one for one in facts.open if one.status is AlertStatus.FIRING]
    taken = [one for one in facts.open if one.status is AlertStatus.ACKNOWLEDGED]
    begun = (reader.now - timedelta(hours=address.hours)).isoformat()
    more = facts.over_count - len(facts.over)
    return HandOverScreen(
        shifts=[
            Choice(str(hours), f"{hours} h", address.href(PATH, hours=hours), active=hours == address.hours)
            for hours in SHIFTS
        ],
        answer=_answer(facts.waiting_count, len(taken), facts, address, reader),
        begun_at=begun,
        read_at=reader.now.isoformat(),
        waiting=[_alert(one, facts, reader) for one in waiting],
        taken=[_alert(one, facts, reader) for one in taken],
        over=[_alert(one, facts, reader) for one in facts.over],
        over_more=f"and {say.count(more, reader.locale)} more" if more > 0 else "",
        silences=[_silence(one, reader) for one in silences.ordered(facts.silences)],
        text=f"/api/v1/alerts/handover.md?{urlencode({'from': begun})}",
    )


def _answer(waiting: int, taken: int, facts: Facts, address: HandOverAddress, reader: Reader) -> str:
    over = f"{say.plural(facts.over_count, 'alert', reader.locale)} came to an end in the last {address.hours} hours"
    if not waiting and not taken:
        return f"Nothing is open. {over}."
    parts = []
    if waiting:
        parts.append(
            f"{say.plural(waiting, 'alert', reader.locale)} {'waits' if waiting == 1 else 'wait'} for somebody"
        )
    if taken:
        parts.append(f"{say.count(taken, reader.locale)} {'is' if taken == 1 else 'are'} in hand")
    return f"{', '.join(parts)}. {over}."


def _alert(one: AlertView, facts: Facts, reader: Reader) -> HandedAlert:
    return HandedAlert(
        key=str(one.id),
        title=one.title,
        href=words.href(one.id),
        severity=one.severity.value,
        severity_word=words.SEVERITY_WORDS[one.severity],
        where=words.where(one),
        how=_how(one, reader),
        notes=[
            f"{note.by}, {say.relative(note.at, reader.now)}: {note.text}"
            for note in facts.notes
            if note.alert_id == one.id
        ],
    )


def _how(one: AlertView, reader: Reader) -> str:
    if one.resolved_at is not None:
        took = say.duration((one.resolved_at - one.since).total_seconds())
        return f"over {say.relative(one.resolved_at, reader.now)} {words.who(one, reader)}, lasted {took}"
    for_ = f"for {say.duration((reader.now - one.since).total_seconds())}"
    if one.acknowledged_at is None or one.status is not AlertStatus.ACKNOWLEDGED:
        return for_
    return f"{for_}, taken on by {one.acknowledged_by} {say.relative(one.acknowledged_at, reader.now)}"


def _silence(one: SilenceView, reader: Reader) -> HandedSilence:
    return HandedSilence(
        key=str(one.id),
        what=silences.spoken(one.matchers),
        reason=one.reason,
        owner=one.created_by,
        ends_at=one.facts.ends_at.isoformat(),
        left=say.relative(one.facts.ends_at, reader.now),
        href=f"{silences.PATH}?id={one.id}",
    )
