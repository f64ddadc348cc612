"""What the Work queue says: each shipment in a row, whose it is, what comes next. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.fulfillment.queue import Place, Whose, Work
from dashboard import format as say
from dashboard.address.queue import QueueAddress
from dashboard.present import common
from dashboard.present.common import METHOD_WORDS, Reader
from dashboard.present.sheet import Cell
from dashboard.present.shipments import SLA_WORDS, STEP_WORDS
from dashboard.views.common import Choice, StatusKey
from dashboard.views.queue import QueueScreen, WorkRow
from models.enums import Method

PATH = "/queue"

WHOSE_WORDS = {Whose.ALL: "All", Whose.MINE: "Mine", Whose.FREE: "Free", Whose.COUNTER: "At the counter"}
_COLUMNS = (
    ("order", "Order"),
    ("left", "Time left"),
    ("step", "Next"),
    ("hands", "In whose hands"),
    ("act", "Take it"),
)
_EMPTY = {
    Whose.ALL: ("Nothing to do here", "New work comes by itself as orders are routed to this location."),
    Whose.MINE: ("You have nothing in your hands", "Start the next one, or take one from the list of all."),
    Whose.FREE: ("Everything is in somebody's hands", "New work comes by itself as orders are routed here."),
    Whose.COUNTER: ("Nothing waits for a customer", "What is made ready for pickup stands here until it is collected."),
}

SHEET = (
    *("shipment", "order", "method", "service_level", "status", "on_hold", "next", "sla", "due_at", "units", "picked"),
    "wave",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from; `kept` are shipments on screen that no longer belong on this page."""

    place: Place
    places: Sequence[Place]
    works: Sequence[Work]
    kept: Sequence[Work]
    counts: Mapping[Whose, int]


def screen(facts: Facts, address: QueueAddress, reader: Reader) -> QueueScreen:
    """Return the whole page."""
    query = address.href("", location=facts.place.code, page=1).removeprefix("?")
    total, free = facts.counts[address.whose], facts.counts[Whose.FREE]
    empty, hint = _EMPTY[address.whose]
    return QueueScreen(
        on_page=len(facts.works),
        location=facts.place.code,
        place=facts.place.name,
        places=[(place.code, f"{place.name} · {place.code}") for place in facts.places],
        whose=whose(facts, address, reader),
        methods=[("", "All methods"), *((method.value, METHOD_WORDS[method]) for method in Method)],
        columns=common.plain_columns(_COLUMNS),
        rows=[row(work, facts.place, reader) for work in (*facts.works, *facts.kept)],
        pager=common.pager(address, PATH, shown=len(facts.works), total=total, noun="shipment", locale=reader.locale),
        csv=f"/ui/export/work.csv?{query}",
        free=say.count(free, reader.locale) if free else "",
        empty=empty,
        empty_hint=hint,
    )


def whose(facts: Facts, address: QueueAddress, reader: Reader) -> list[Choice]:
    """Return the parts of the queue, each with its length."""
    return [
        Choice(
            part.value,
            word,
            address.href(PATH, whose=part),
            active=address.whose is part,
            count=say.count(facts.counts[part], reader.locale),
        )
        for part, word in WHOSE_WORDS.items()
    ]


def row(work: Work, place: Place, reader: Reader) -> WorkRow:
    """Return a shipment as a row of the queue."""
    key = StatusKey(work.sla.value) if work.sla else StatusKey.IDLE
    units = say.plural(work.units, "unit", reader.locale)
    some = 0 < work.picked < work.units
    progress = f"{say.count(work.picked, reader.locale)} of {units} picked" if some else units
    wave = [f"wave {work.wave}"] if work.wave is not None else []
    return WorkRow(
        key=str(work.id),
        order=work.external_id,
        what=" · ".join([METHOD_WORDS[work.method], progress, *wave]),
        step=work.next.name if work.next else STEP_WORDS[work.status],
        act="Go on" if work.mine else "" if work.taken else "Start",
        hands="You" if work.mine else "A colleague" if work.taken else "Nobody",
        mine=work.mine,
        lets_go=work.may_let_go,
        status=key,
        word=SLA_WORDS[work.sla] if work.sla else "Not counted",
        due=_due(work, place, reader),
        due_title=say.at_place(work.due_at, place.time_zone, reader.now, reader.locale) if work.due_at else "",
        left=_left(work, reader),
        stuck="On hold" if work.held else f"Waits for a {work.waiting_for}" if work.waiting_for else "",
    )


def line(work: Work) -> tuple[Cell, ...]:
    """Return a shipment as a row of `SHEET`."""
    return (
        work.id,
        work.external_id,
        work.method.value,
        work.service_level,
        work.status.value,
        "yes" if work.held else "no",
        work.next.code if work.next else None,
        work.sla.value if work.sla else None,
        work.due_at,
        work.units,
        work.picked,
        work.wave,
    )


def _due(work: Work, place: Place, reader: Reader) -> str:
    if work.due_at:
        return say.due(work.due_at, reader.now)
    if work.collect_by_at:
        return f"Kept until {say.at_place(work.collect_by_at, place.time_zone, reader.now, reader.locale)}"
    return "Clock stands still"


def _left(work: Work, reader: Reader) -> int:
    """Return the percent of the allowed time that is left."""
    if work.due_at is None or work.started_at is None:
        return 0
    allowed = (work.due_at - work.started_at).total_seconds()
    left = (work.due_at - reader.now).total_seconds()
    return 0 if allowed <= 0 else max(0, min(100, round(100 * left / allowed)))
