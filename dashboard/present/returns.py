"""What the Returns page says: each return, its lines, what may be done next. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.returns.queries import LineView, ReturnView
from dashboard import format as say
from dashboard.address import ReturnsAddress
from dashboard.present import common
from dashboard.present.common import Reader
from dashboard.present.money import money
from dashboard.present.orders import href as order_href
from dashboard.views.common import Choice
from dashboard.views.returns import ReturnDetail, ReturnPart, ReturnRow, ReturnsScreen
from models.enums import Permission
from models.floor import Resolution, ReturnStatus

PATH = "/returns"
STATE_WORDS: dict[ReturnStatus, str] = {
    ReturnStatus.AUTHORISED: "On its way",
    ReturnStatus.RECEIVED: "To inspect",
    ReturnStatus.INSPECTED: "To settle",
    ReturnStatus.CLOSED: "Settled",
    ReturnStatus.CANCELLED: "Called off",
}
RESOLUTION_WORDS = {Resolution.REFUND: "Refund", Resolution.REPLACE: "Replacement"}
_COLUMNS = (("return", "Return"), ("state", "State"), ("what", "What"), ("where", "Location"), ("when", "Announced"))

#: What may be done next in each state: the action, its word, the permission it needs.
_ACTIONS: Mapping[ReturnStatus, tuple[tuple[str, str, Permission], ...]] = {
    ReturnStatus.AUTHORISED: (
        ("receive", "Receive", Permission.SHIPMENTS_WRITE),
        ("cancel", "Call off", Permission.RETURNS_WRITE),
    ),
    ReturnStatus.RECEIVED: (
        ("inspect", "Inspect", Permission.SHIPMENTS_WRITE),
        ("receive", "Receive more", Permission.SHIPMENTS_WRITE),
    ),
    ReturnStatus.INSPECTED: (("close", "Settle", Permission.RETURNS_WRITE),),
    ReturnStatus.CLOSED: (),
    ReturnStatus.CANCELLED: (),
}

May = Callable[[Permission], bool]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from; `zones` are time zones by location code."""

    returns: Sequence[ReturnView]
    counts: Mapping[ReturnStatus, int]
    opened: ReturnView | None
    zones: Mapping[str, str]
    asked: str
    may: May


def screen(facts: Facts, address: ReturnsAddress, reader: Reader) -> ReturnsScreen:
    """Return the whole page."""
    total = sum(facts.counts.values()) if address.status is None else facts.counts.get(address.status, 0)
    csv = address.href("", page=1, id=0, order=0).removeprefix("?")
    return ReturnsScreen(
        statuses=_statuses(facts.counts, address, reader),
        columns=common.plain_columns(_COLUMNS),
        rows=[row(one, address, facts.zones, reader) for one in facts.returns],
        pager=common.pager(address, PATH, shown=len(facts.returns), total=total, noun="return", locale=reader.locale),
        csv=f"/ui/export/returns.csv?{csv}",
        detail=detail(facts, address, reader),
        asked=facts.asked,
        asked_close=address.href(PATH, order=0, page=address.page),
    )


def _statuses(counts: Mapping[ReturnStatus, int], address: ReturnsAddress, reader: Reader) -> list[Choice]:
    def choice(status: ReturnStatus | None, word: str, count: int) -> Choice:
        return Choice(
            status.value if status else "",
            word,
            address.href(PATH, status=status, id=0, order=0),
            active=address.status is status,
            count=say.count(count, reader.locale),
        )

    every = choice(None, "All", sum(counts.values()))
    return [every, *(choice(status, word, counts.get(status, 0)) for status, word in STATE_WORDS.items())]


def row(view: ReturnView, address: ReturnsAddress, zones: Mapping[str, str], reader: Reader) -> ReturnRow:
    """Return a return as a row of the list."""
    one, status = view.row, ReturnStatus(view.row.status)
    return ReturnRow(
        key=str(one.id),
        number=one.number,
        order=f"of order {view.order_external_id}",
        what=", ".join(f"{line.quantity} × {line.sku}" for line in view.lines),
        state=status.value,
        word=STATE_WORDS[status],
        location=view.location,
        when=say.relative(one.authorised_at, reader.now),
        title=say.at_place(one.authorised_at, zones.get(view.location, "UTC"), reader.now, reader.locale),
        href=address.href(PATH, id=one.id, order=0, page=address.page),
        chosen=one.id == address.id,
    )


def detail(facts: Facts, address: ReturnsAddress, reader: Reader) -> ReturnDetail:
    """Return the opened return, an empty one when none is."""
    view = facts.opened
    if view is None:
        return ReturnDetail()
    one, status = view.row, ReturnStatus(view.row.status)
    zone = facts.zones.get(view.location, "UTC")
    told = [
        ("Why", one.reason),
        ("Agreed", RESOLUTION_WORDS[Resolution(one.resolution)]),
        ("Where", view.location),
        *_moments(view, zone, reader),
    ]
    if status is ReturnStatus.CLOSED:
        given = view.replacement_external_id or money(one.refund_minor, reader.locale)
        told.append(("Sent anew as" if view.replacement_external_id else "Refunded", given))
    return ReturnDetail(
        id=int(one.id or 0),
        version=one.version,
        number=one.number,
        order=view.order_external_id,
        order_href=order_href(one.order_id),
        state=status.value,
        word=STATE_WORDS[status],
        facts=told,
        parts=[_part(line, reader) for line in view.lines],
        actions=[(action, word) for action, word, needs in _ACTIONS[status] if facts.may(needs)],
        close=address.href(PATH, id=0, page=address.page),
    )


def _moments(view: ReturnView, zone: str, reader: Reader) -> list[tuple[str, str]]:
    def clock(at: datetime) -> str:
        return say.at_place(at, zone, reader.now, reader.locale)

    one = view.row
    moments = (
        ("Announced", one.authorised_at),
        ("Came", one.received_at),
        ("Inspected", one.inspected_at),
        ("Settled", one.closed_at),
    )
    return [(word, clock(at)) for word, at in moments if at is not None]


def _part(line: LineView, reader: Reader) -> ReturnPart:
    told = []
    if line.received:
        told.append(f"{line.received} came")
    if line.restocked:
        told.append(f"{line.restocked} restocked" + (f" ({line.condition})" if line.condition != "new" else ""))
    if line.written_off:
        told.append(f"{line.written_off} written off")
    about = " · ".join(([line.reason] if line.reason else []) + told)
    return ReturnPart(str(line.id), line.sku, about, say.plural(line.quantity, "unit", reader.locale))
