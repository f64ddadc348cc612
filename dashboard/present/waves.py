"""What the Waves page says: the board, the list, the filters, and a plan before it is kept. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.sla.views import Direction
from backend.waves.browse import WaveSort
from backend.waves.facts import PlannedWave
from backend.waves.planning import Preview
from backend.waves.queries import WaveView
from backend.waves.rules import OPEN, WaveCommand, commands
from dashboard import format as say
from dashboard.address.waves import WavesAddress
from dashboard.present import common
from dashboard.present.common import Reader
from dashboard.views.common import Choice, Column, StatusKey
from dashboard.views.waves import Lane, LeftOutRow, PlannedCard, PlanShown, WaveCard, WavesScreen
from models.enums import LeftOutReason
from models.floor import WaveStatus

PATH = "/waves"

STATE_WORDS: dict[WaveStatus, str] = {
    WaveStatus.PLANNED: "Planned",
    WaveStatus.RELEASED: "Released",
    WaveStatus.PICKING: "Picking",
    WaveStatus.CLOSED: "Closed",
    WaveStatus.CANCELLED: "Cancelled",
}
LEFT_OUT_WORDS: dict[LeftOutReason, str] = {
    LeftOutReason.ON_HOLD: "On hold",
    LeftOutReason.OTHER_LINES: "Not of the lines asked for",
    LeftOutReason.PAST_CUT_OFF: "The carrier has left",
    LeftOutReason.LATER_CUT_OFF: "Leave later",
    LeftOutReason.TOO_LARGE: "Too large for a wave",
    LeftOutReason.NO_STOCK: "Not enough at the place",
    LeftOutReason.TOO_FEW: "Too few to pick together",
    LeftOutReason.NO_ROOM: "After the last wave asked for",
    LeftOutReason.CLAIMED: "Picked by somebody already",
    LeftOutReason.WAITING: "Wait for a transfer",
}
_TONE_WORDS = {StatusKey.NON_COMPLIANT: "Late", StatusKey.AT_RISK: "Start now", StatusKey.COMPLIANT: "In time"}
_EMPTY = {
    WaveStatus.PLANNED: "Plan waves, or let a rule plan them on schedule.",
    WaveStatus.RELEASED: "Released waves wait here for a picker.",
    WaveStatus.PICKING: "A wave is here from its first scan.",
    WaveStatus.CLOSED: "Waves that are done stand here.",
}
#: A wave that has to start within so long is said to.
SOON = timedelta(minutes=15)
#: So many waves of a plan are shown whole.
SHOWN = 20

_COLUMNS: tuple[tuple[str, str, WaveSort | None], ...] = (
    ("wave", "Wave", WaveSort.NEWEST),
    ("place", "Location", WaveSort.LOCATION),
    ("state", "State", None),
    ("units", "Units", WaveSort.UNITS),
    ("progress", "Picked", None),
    ("start", "Start by", WaveSort.START),
    ("finish", "Done", None),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from; the board has `lanes`, the list `found`."""

    lanes: Mapping[WaveStatus, Sequence[WaveView]]
    found: Sequence[WaveView]
    counts: Mapping[WaveStatus, int]
    places: Sequence[tuple[str, str]]
    rules: Sequence[tuple[str, str]]
    may_plan: bool


def screen(facts: Facts, address: WavesAddress, reader: Reader) -> WavesScreen:
    """Return the whole page."""
    total = facts.counts.get(address.status, 0) if address.status else sum(facts.counts.values())
    query = address.href("", page=1).removeprefix("?")
    names = dict(facts.places)
    return WavesScreen(
        choices=_choices(facts.counts, address, reader),
        places=[("", "All locations"), *facts.places],
        title=names.get(address.location, address.location),
        lanes=[_lane(status, facts, address, reader) for status in facts.lanes],
        columns=[Column(key, word, *_sorting(address, sort), key == "units") for key, word, sort in _COLUMNS],
        rows=[card(view, reader, may_plan=facts.may_plan) for view in facts.found],
        pager=common.pager(address, PATH, shown=len(facts.found), total=total, noun="wave", locale=reader.locale),
        csv=f"/ui/export/waves.csv?{query}",
        may_plan=facts.may_plan,
        rules=list(facts.rules),
    )


def _choices(counts: Mapping[WaveStatus, int], address: WavesAddress, reader: Reader) -> list[Choice]:
    board = Choice("board", "Board", address.href(PATH, status=None, list=""), active=not address.as_list)
    every = Choice(
        "",
        "All",
        address.href(PATH, status=None, list="1"),
        active=address.as_list and address.status is None,
        count=say.count(sum(counts.values()), reader.locale),
    )
    return [board, every] + [
        Choice(
            status.value,
            word,
            address.href(PATH, status=status, list=""),
            active=address.status is status,
            count=say.count(counts.get(status, 0), reader.locale),
        )
        for status, word in STATE_WORDS.items()
    ]


def _sorting(address: WavesAddress, sort: WaveSort | None) -> tuple[str, str]:
    if sort is None:
        return "", "none"
    first = Direction.ASCENDING if sort in (WaveSort.START, WaveSort.LOCATION) else Direction.DESCENDING
    if sort is not address.sort:
        return address.href(PATH, sort=sort, direction=first), "none"
    up = address.direction is Direction.ASCENDING
    turned = Direction.DESCENDING if up else Direction.ASCENDING
    return address.href(PATH, sort=sort, direction=turned), "ascending" if up else "descending"


def _lane(status: WaveStatus, facts: Facts, address: WavesAddress, reader: Reader) -> Lane:
    views, count = facts.lanes[status], facts.counts.get(status, 0)
    return Lane(
        key=status.value,
        title=STATE_WORDS[status],
        count=say.count(count, reader.locale),
        cards=[card(view, reader, may_plan=facts.may_plan) for view in views],
        more=address.href(PATH, status=status, list="") if count > len(views) else "",
        empty=_EMPTY[status],
    )


def tone_of(view: WaveView, now: datetime) -> StatusKey | None:
    """Return how an open wave stands with time: late, to be begun now, in time; None without a promise or when over."""
    wave = view.wave
    if wave.status not in OPEN or wave.latest_safe_start_at is None:
        return None
    if view.late:
        return StatusKey.NON_COMPLIANT
    if wave.status != WaveStatus.PICKING and wave.latest_safe_start_at <= now + SOON:
        return StatusKey.AT_RISK
    return StatusKey.COMPLIANT


def card(view: WaveView, reader: Reader, *, may_plan: bool) -> WaveCard:
    """Return a wave as a card of the board and a row of the list."""
    wave, status, tone = view.wave, WaveStatus(view.wave.status), tone_of(view, reader.now)
    start, finish = wave.latest_safe_start_at, view.finish_at
    open_ = status in OPEN
    units = view.progress.units if open_ else wave.units
    return WaveCard(
        key=str(wave.id),
        id=int(wave.id or 0),
        title=f"Wave {say.count(wave.number, reader.locale)}",
        place=view.location_name,
        origin=origin(view),
        state=status.value,
        word=STATE_WORDS[status],
        tone=tone.value if tone else "",
        tone_word=_TONE_WORDS[tone] if tone else "",
        shipments=say.plural(view.progress.shipments if open_ else wave.shipments, "shipment", reader.locale),
        units=say.plural(units, "unit", reader.locale),
        stops=say.plural(wave.stops, "stop", reader.locale),
        percent=_percent(view.picked, units),
        progress=f"{say.count(view.picked, reader.locale)} of {say.count(units, reader.locale)} picked",
        start=_start(view, reader) if open_ else "",
        start_title=_at(start, view, reader),
        finish=_finish(view, reader),
        finish_title=_at(finish, view, reader),
        why=str(wave.plan.get("why", "")),
        href=href(int(wave.id or 0)),
        version=wave.version,
        may_release=may_plan and WaveCommand.RELEASE in commands(status),
    )


def href(wave_id: int) -> str:
    """Return the address of a wave's page."""
    return f"{PATH}/{wave_id}"


def origin(view: WaveView) -> str:
    """Return what made the wave: "Recovers a wave", "By rule noon", "By hand"."""
    if view.wave.parent_id is not None:
        return "Recovers what was left"
    return f"By rule {view.wave.rule_code}" if view.wave.rule_code else "By hand"


def _start(view: WaveView, reader: Reader) -> str:
    start = view.wave.latest_safe_start_at
    if start is None:
        return "No promise"
    if view.wave.status == WaveStatus.PICKING:
        return say.wall_time(start, view.time_zone, reader.now, reader.locale)
    if start <= reader.now:
        return f"{say.duration((reader.now - start).total_seconds())} ago"
    return f"in {say.duration((start - reader.now).total_seconds())}"


def _finish(view: WaveView, reader: Reader) -> str:
    if view.finish_at is None:
        return say.NOTHING
    return say.wall_time(view.finish_at, view.time_zone, reader.now, reader.locale)


def _at(instant: datetime | None, view: WaveView, reader: Reader) -> str:
    return say.at_place(instant, view.time_zone, reader.now, reader.locale) if instant else ""


def _percent(part: int, whole: int) -> int:
    return 0 if not whole else min(100, round(100 * part / whole))


def plan_shown(made: Preview, zone: str, reader: Reader) -> PlanShown:
    """Return a plan in words: its waves, most urgent first, and who is in none."""
    waves, left_out = made.plan.waves, made.plan.left_out
    shipments = sum(len(wave.tasks) for wave in waves)
    out = f"{say.plural(len(left_out), 'shipment', reader.locale)} left out" if left_out else "nobody left out"
    says = (
        f"{say.plural(len(waves), 'wave', reader.locale)} of {say.plural(shipments, 'shipment', reader.locale)}; "
        f"{out}. Nothing is kept yet."
    )
    if not waves and not left_out:
        says = "Nothing waits to be picked here that is not in a wave."
    by_reason = Counter(out.reason for out in left_out)
    first = {out.reason: out for out in reversed(left_out)}
    return PlanShown(
        says=says,
        waves=[_planned(wave, zone, reader) for wave in waves[:SHOWN]],
        left_out=[
            LeftOutRow(
                reason.value,
                say.count(count, reader.locale),
                LEFT_OUT_WORDS[reason],
                f"Shipment {first[reason].task_id}: {first[reason].why}",
            )
            for reason, count in by_reason.most_common()
        ],
        more=f"and {say.plural(len(waves) - SHOWN, 'more wave', reader.locale)}" if len(waves) > SHOWN else "",
    )


def _planned(wave: PlannedWave, zone: str, reader: Reader) -> PlannedCard:
    latest = wave.latest_safe_start_at
    tone = None if latest is None else StatusKey.NON_COMPLIANT if wave.late else StatusKey.COMPLIANT
    amounts = (len(wave.tasks), "shipment"), (wave.units, "unit"), (len(wave.stops), "stop")
    stops = [stop or "no bin" for stop in wave.stops]
    return PlannedCard(
        key=str(wave.number),
        title=f"{say.count(wave.number, reader.locale)}.",
        why=wave.why,
        tone=tone.value if tone else "",
        tone_word=_TONE_WORDS[tone] if tone else "",
        amounts=" · ".join(say.plural(count, noun, reader.locale) for count, noun in amounts),
        per_stop=f"{say.decimal(wave.units / max(1, len(wave.stops)), reader.locale)} units a stop",
        start=say.wall_time(wave.start_at, zone, reader.now, reader.locale),
        finish=say.wall_time(wave.predicted_finish_at, zone, reader.now, reader.locale),
        walk=" → ".join(stops[:8]) + (" → …" if len(stops) > 8 else ""),
    )
