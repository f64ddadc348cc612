"""What the Deliveries page says: each message, each attempt, in words. Pure. Delivery times are the machine's, not the
business clock's: a replay of last year is delivered today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.connectors.registry import CONNECTORS
from alerts.queries import AttemptView, DeliveryView
from dashboard import format as say
from dashboard.address import DeliveriesAddress
from dashboard.present import common
from dashboard.present.common import Reader
from dashboard.views.common import Choice
from dashboard.views.deliveries import Attempt, DeliveriesScreen, DeliveryDetail, DeliveryRow
from models.alerting import ReceiverKind
from models.enums import DeliveryStatus

PATH = "/deliveries"
STATE_WORDS: dict[DeliveryStatus, str] = {
    DeliveryStatus.PENDING: "Waiting",
    DeliveryStatus.SENDING: "Sending",
    DeliveryStatus.DELIVERED: "Delivered",
    DeliveryStatus.DEAD: "Given up",
    DeliveryStatus.SUPERSEDED: "No longer needed",
}
_COLUMNS = (
    ("event", "Message"),
    ("to", "To"),
    ("state", "State"),
    ("tries", "Attempts"),
    ("when", "Created"),
)


_LONGEST = 60
#: What sending by hand is called, where it may be done.
_REPLAY = {
    DeliveryStatus.DEAD: "Send again",
    DeliveryStatus.DELIVERED: "Send again",
    DeliveryStatus.PENDING: "Send now",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from."""

    deliveries: Sequence[DeliveryView]
    counts: Mapping[DeliveryStatus, int]
    receivers: Sequence[tuple[str, ReceiverKind]]
    opened: DeliveryView | None
    may_replay: bool


def screen(facts: Facts, address: DeliveriesAddress, reader: Reader) -> DeliveriesScreen:
    """Return the whole page."""
    total = sum(facts.counts.values()) if address.status is None else facts.counts[address.status]
    return DeliveriesScreen(
        statuses=_statuses(facts.counts, address, reader),
        subscriptions=[
            ("", "To anyone"),
            *((code, f"To {code}, {kind_words(kind)}") for code, kind in facts.receivers),
        ],
        columns=common.plain_columns(_COLUMNS, numeric=("tries",)),
        rows=[row(one, address, reader) for one in facts.deliveries],
        pager=common.pager(
            address, PATH, shown=len(facts.deliveries), total=total, noun="message", locale=reader.locale
        ),
        csv=f"/ui/export/deliveries.csv?{address.href('', page=1, id=0).removeprefix('?')}",
        detail=detail(facts.opened, address, reader, may_replay=facts.may_replay) if facts.opened else DeliveryDetail(),
    )


def _statuses(counts: Mapping[DeliveryStatus, int], address: DeliveriesAddress, reader: Reader) -> list[Choice]:
    every = Choice(
        "",
        "All",
        address.href(PATH, status=None, id=0),
        active=address.status is None,
        count=say.count(sum(counts.values()), reader.locale),
    )
    return [every] + [
        Choice(
            status.value,
            word,
            address.href(PATH, status=status, id=0),
            active=address.status is status,
            count=say.count(counts[status], reader.locale),
        )
        for status, word in STATE_WORDS.items()
    ]


def row(one: DeliveryView, address: DeliveriesAddress, reader: Reader) -> DeliveryRow:
    """Return a message as a row of the list."""
    return DeliveryRow(
        key=str(one.id),
        event=one.event_type,
        about=one.location or one.subject,
        subscription=one.subscription,
        kind=kind_words(one.kind),
        state=one.status.value,
        word=STATE_WORDS[one.status],
        more=_more(one, reader),
        attempts=say.count(one.attempts, reader.locale),
        when=say.relative(one.created_at, reader.sent_now),
        created_at=one.created_at.isoformat(),
        href=address.href(PATH, id=one.id, page=address.page),
        chosen=one.id == address.id,
    )


def kind_words(kind: ReceiverKind) -> str:
    """Return what a receiver is: "subscription", "PagerDuty"."""
    return "subscription" if kind is ReceiverKind.SUBSCRIPTION else CONNECTORS[kind].title


def _more(one: DeliveryView, reader: Reader) -> str:
    if one.status in (DeliveryStatus.DEAD, DeliveryStatus.SUPERSEDED):
        return _short(one.last_error or "")
    if one.status is DeliveryStatus.DELIVERED and one.finished_at:
        return f"after {say.duration((one.finished_at - one.created_at).total_seconds())}"
    if one.next_attempt_at:
        due = one.next_attempt_at > reader.sent_now
        return f"next attempt {say.relative(one.next_attempt_at, reader.sent_now)}" if due else "until its turn comes"
    if one.status is DeliveryStatus.PENDING:
        return "behind an earlier message"
    return ""


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def detail(one: DeliveryView, address: DeliveriesAddress, reader: Reader, *, may_replay: bool) -> DeliveryDetail:
    """Return one message with all its attempts, newest first."""
    return DeliveryDetail(
        id=one.id,
        event=one.event_type,
        event_id=one.event_id,
        about=one.location or one.subject,
        subscription=one.subscription,
        receiver=f"{one.subscription}, {kind_words(one.kind)}",
        receiver_href=_receiver_href(one),
        reason=_reason(one),
        alert=f"Alert {one.alert}" if one.alert else "",
        alert_href=f"/alerts/{one.alert}" if one.alert else "",
        state=one.status.value,
        word=STATE_WORDS[one.status],
        more="" if one.status in (DeliveryStatus.DEAD, DeliveryStatus.SUPERSEDED) else _more(one, reader),
        created=say.relative(one.created_at, reader.sent_now),
        created_at=one.created_at.isoformat(),
        attempts=[attempt(each, reader) for each in reversed(one.tries)],
        replay=_REPLAY.get(one.status, "") if may_replay and _may_go(one) else "",
        close=address.href(PATH, id=0, page=address.page),
    )


def _may_go(one: DeliveryView) -> bool:
    """Return whether it may be sent by hand: what waits behind another one may not."""
    return one.status is not DeliveryStatus.PENDING or one.next_attempt_at is not None


def _receiver_href(one: DeliveryView) -> str:
    path = "subscriptions" if one.kind is ReceiverKind.SUBSCRIPTION else "channels"
    return f"/alerts/{path}?code={one.subscription}"


def _reason(one: DeliveryView) -> str:
    """Return why it was not taken, where it is over without."""
    if one.status is DeliveryStatus.DEAD:
        return f"Given up after {say.plural(one.attempts, 'attempt')}: {one.last_error or 'no reason was kept.'}"
    return (one.last_error or "") if one.status is DeliveryStatus.SUPERSEDED else ""


def attempt(each: AttemptView, reader: Reader) -> Attempt:
    """Return one attempt: what came back, how long it took."""
    answer = f"Answer {each.status_code}" if each.status_code else "No answer"
    return Attempt(
        number=str(each.number),
        answer=answer,
        good=each.status_code is not None and 200 <= each.status_code < 300,
        took=f"{say.count(each.duration_ms, reader.locale)} ms",
        when=each.started_at.isoformat(),
        error=each.error or "",
        response=each.response or "",
    )
