"""What the Deliveries page says: each message, each attempt, in words. Pure. Delivery times are the machine's, not the
business clock's: a replay of last year is delivered today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.queries import AttemptView, DeliveryView
from dashboard import format as say
from dashboard.address import DeliveriesAddress
from dashboard.present import common
from dashboard.present.common import Reader
from dashboard.views.common import Choice
from dashboard.views.deliveries import Attempt, DeliveriesScreen, DeliveryDetail, DeliveryRow
from models.enums import DeliveryStatus

PATH = "/deliveries"
STATE_WORDS: dict[DeliveryStatus, str] = {
    DeliveryStatus.PENDING: "Waiting",
    DeliveryStatus.SENDING: "Sending",
    DeliveryStatus.DELIVERED: "Delivered",
    DeliveryStatus.DEAD: "Given up",
}
_COLUMNS = (
    ("event", "Message"),
    ("to", "Subscription"),
    ("state", "State"),
    ("tries", "Attempts"),
    ("when", "Created"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from."""

    deliveries: Sequence[DeliveryView]
    counts: Mapping[DeliveryStatus, int]
    subscriptions: Sequence[str]
    opened: DeliveryView | None
    may_replay: bool


def screen(facts: Facts, address: DeliveriesAddress, reader: Reader) -> DeliveriesScreen:
    """Return the whole page."""
    total = sum(facts.counts.values()) if address.status is None else facts.counts[address.status]
    return DeliveriesScreen(
        statuses=_statuses(facts.counts, address, reader),
        subscriptions=[("", "All subscriptions"), *((code, code) for code in facts.subscriptions)],
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
        state=one.status.value,
        word=STATE_WORDS[one.status],
        more=_more(one, reader),
        attempts=say.count(one.attempts, reader.locale),
        when=say.relative(one.created_at, reader.sent_now),
        title=_utc(one.created_at, reader),
        href=address.href(PATH, id=one.id, page=address.page),
        chosen=one.id == address.id,
    )


def _more(one: DeliveryView, reader: Reader) -> str:
    if one.status is DeliveryStatus.DELIVERED and one.finished_at:
        return f"after {say.duration((one.finished_at - one.created_at).total_seconds())}"
    if one.next_attempt_at:
        return f"next attempt {say.relative(one.next_attempt_at, reader.sent_now)}"
    if one.status is DeliveryStatus.PENDING:
        return "behind an earlier message"
    return ""


def detail(one: DeliveryView, address: DeliveriesAddress, reader: Reader, *, may_replay: bool) -> DeliveryDetail:
    """Return one message with all its attempts, newest first."""
    return DeliveryDetail(
        id=one.id,
        event=one.event_type,
        event_id=one.event_id,
        about=one.location or one.subject,
        subscription=one.subscription,
        state=one.status.value,
        word=STATE_WORDS[one.status],
        more=_more(one, reader),
        created=f"{say.relative(one.created_at, reader.sent_now)} ({_utc(one.created_at, reader)})",
        attempts=[attempt(each, reader) for each in reversed(one.tries)],
        may_replay=may_replay and one.status in (DeliveryStatus.DEAD, DeliveryStatus.DELIVERED),
        close=address.href(PATH, id=0, page=address.page),
    )


def attempt(each: AttemptView, reader: Reader) -> Attempt:
    """Return one attempt: what came back, how long it took."""
    answer = f"Answer {each.status_code}" if each.status_code else "No answer"
    return Attempt(
        number=str(each.number),
        answer=answer,
        good=each.status_code is not None and 200 <= each.status_code < 300,
        took=f"{say.count(each.duration_ms, reader.locale)} ms",
        when=_utc(each.started_at, reader),
        error=each.error or "",
        response=each.response or "",
    )


def _utc(instant: datetime, reader: Reader) -> str:
    return say.at_place(instant, "UTC", reader.sent_now, reader.locale)
