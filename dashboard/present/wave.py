"""What a wave's page says: how it stands, its walk, its shipments. Pure; the list of waves is `waves.py`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from backend.waves.queries import MemberView, WholeWave
from backend.waves.rules import TO_PICK, WaveCommand, commands
from dashboard import format as say
from dashboard.present import orders, papers, waves
from dashboard.present.common import METHOD_WORDS, Reader, location_href
from dashboard.present.shipments import SLA_WORDS, STEP_WORDS
from dashboard.views.common import Choice
from dashboard.views.waves import MemberRow, StopItem, StopRow, WaveFact, WaveHead, WaveScreen
from models.floor import WaveShare, WaveStatus

SHARE_WORDS: dict[WaveShare, str] = {
    WaveShare.TO_PICK: "",
    WaveShare.PICKED: "Picked in this wave",
    WaveShare.SHORT: "Went on without what was missing",
    WaveShare.REMOVED: "Left this wave",
}
#: A promise of so many seconds fills the bar of what is left of it.
_FULL_BAR = 4 * 3600.0


def screen(whole: WholeWave, reader: Reader, *, may: Sequence[WaveCommand]) -> WaveScreen:
    """Return the whole page; `may` is what this person may do to waves."""
    left = units_left(whole)
    shipments = sum(1 for member in whole.members if _inside(member) and _left(member))
    units = say.plural(left, "unit", reader.locale)
    return WaveScreen(
        head=_head(whole, reader, may),
        facts=_facts(whole, reader),
        stops=_stops(whole, reader),
        members=[_member(member, whole, reader) for member in whole.members],
        links=_links(whole),
        left=left,
        left_word=f"{units} of {say.plural(shipments, 'shipment', reader.locale)} are not picked" if left else "",
    )


def units_left(whole: WholeWave) -> int:
    """Return how many units of an open wave nobody has picked."""
    return sum(_left(member) for member in whole.members if _inside(member))


def _head(whole: WholeWave, reader: Reader, may: Sequence[WaveCommand]) -> WaveHead:
    view = whole.view
    wave, card = view.wave, waves.card(view, reader, may_plan=False)
    status = WaveStatus(wave.status)
    going = status in (WaveStatus.RELEASED, WaveStatus.PICKING)
    at = {
        WaveStatus.PLANNED: wave.created_at,
        WaveStatus.RELEASED: wave.released_at,
        WaveStatus.PICKING: wave.started_at,
    }.get(status, wave.closed_at)
    return WaveHead(
        id=int(wave.id or 0),
        title=card.title,
        place=view.location_name,
        place_href=location_href(view.location),
        board=f"{waves.PATH}?location={view.location}",
        state=card.state,
        word=card.word,
        tone=card.tone,
        tone_word=card.tone_word,
        why=card.why,
        since=say.moment(at, view.time_zone, reader.now, reader.locale) if at else "",
        percent=card.percent,
        progress=card.progress,
        version=wave.version,
        pick=f"/pick/wave/{wave.id}" if going else "",
        actions=[command.value for command in commands(status) if command in may],
        papers=papers.of_wave(int(wave.id or 0)),
    )


def _facts(whole: WholeWave, reader: Reader) -> list[WaveFact]:
    view = whole.view
    wave, zone = view.wave, view.time_zone

    def at(key: str, label: str, instant: Any) -> list[WaveFact]:
        if instant is None:
            return []
        words = say.wall_time(instant, zone, reader.now, reader.locale)
        return [WaveFact(key, label, words, say.relative(instant, reader.now))]

    finish = "Done" if wave.closed_at else "Predicted finish"
    amounts = " · ".join(
        say.plural(count, noun, reader.locale)
        for count, noun in ((wave.shipments, "shipment"), (wave.units, "unit"), (wave.stops, "stop"))
    )
    per_stop = f"{say.decimal(wave.units / max(1, wave.stops), reader.locale)} units a stop"
    return [
        *at("start", "Latest safe start", wave.latest_safe_start_at),
        *at("finish", finish, view.finish_at),
        *at("cutoff", "Carrier leaves", wave.cutoff_at),
        *at("due", "First promise", wave.due_at),
        WaveFact("size", "Size", amounts, per_stop),
        WaveFact("origin", "Planned", waves.origin(view), f"by {wave.created_by}, times in {say.city(zone)}"),
    ]


def _links(whole: WholeWave) -> list[Choice]:
    found = []
    if whole.view.wave.parent_id is not None:
        words = f"Recovers wave {whole.parent_number}"
        found.append(Choice("parent", words, waves.href(whole.view.wave.parent_id), active=False))
    return found + [
        Choice(str(id_), f"Goes on in wave {number}", waves.href(id_), active=False) for id_, number in whole.recovery
    ]


def _stops(whole: WholeWave, reader: Reader) -> list[StopRow]:
    """Return the walk without those who left the wave; what is picked counts for the stops that come first."""
    inside = {member.shipment_id: member for member in whole.members if member.share is not WaveShare.REMOVED}
    picked = _in_hand(inside)
    rows = []
    for number, stop in enumerate(whole.view.wave.plan.get("stops", ())):
        items = [
            shown for each in stop.get("items", ()) if (shown := _item(each, inside, picked, reader, key=str(number)))
        ]
        if items:
            done = all(item.done for item in items)
            rows.append(StopRow(str(number), stop.get("bin") or "No bin", stop.get("zone", ""), items, done))
    return rows


def _in_hand(inside: Mapping[int, MemberView]) -> dict[tuple[int, str], int]:
    units: dict[tuple[int, str], int] = defaultdict(int)
    for id_, member in inside.items():
        for line in member.lines:
            whole = member.status not in TO_PICK
            units[id_, line.sku] += line.quantity if whole else line.picked
    return units


def _item(
    item: Mapping[str, Any],
    inside: Mapping[int, MemberView],
    picked: dict[tuple[int, str], int],
    reader: Reader,
    *,
    key: str,
) -> StopItem | None:
    sku, parts, total, done = str(item["sku"]), [], 0, True
    for part in item.get("shipments", ()):
        member = inside.get(int(part["id"]))
        if member is None:
            continue
        units = min(int(part["quantity"]), sum(line.quantity for line in member.lines if line.sku == sku))
        if not units:
            continue
        have = min(units, picked[member.shipment_id, sku])
        picked[member.shipment_id, sku] -= have
        done = done and have >= units
        total += units
        count = say.count(units, reader.locale)
        parts.append(f"{count} → slot {member.slot}" if member.slot else f"{count} for {member.order_external_id}")
    return (
        StopItem(f"{key}/{sku}", sku, f"{say.count(total, reader.locale)} ×", ", ".join(parts), done) if parts else None
    )


def _member(member: MemberView, whole: WholeWave, reader: Reader) -> MemberRow:
    gone = not _inside(member)
    units = sum(line.quantity for line in member.lines)
    have = units - _left(member)
    due, zone = member.sla_due_at, whole.view.time_zone
    who = f" · {member.claimed_by}" if member.claimed_by and not gone else ""
    return MemberRow(
        key=str(member.shipment_id),
        slot=str(member.slot) if member.slot else say.NOTHING,
        order=member.order_external_id,
        href=orders.href(member.order_id),
        share=SHARE_WORDS[member.share],
        step=STEP_WORDS[member.status],
        status=member.sla_status.value if member.sla_status else "idle",
        word=SLA_WORDS[member.sla_status] if member.sla_status else "No clock",
        due=say.due(due, reader.now) if due else say.NOTHING,
        left=_bar((due - reader.now).total_seconds()) if due else 0,
        due_title=say.at_place(due, zone, reader.now, reader.locale) if due else "",
        picked=f"{say.count(have, reader.locale)} of {say.count(units, reader.locale)}",
        percent=round(100 * have / units) if units else 100,
        who=f"{METHOD_WORDS[member.method]}{who}",
        gone=gone,
    )


def _bar(seconds: float) -> int:
    return max(0, min(100, round(100 * seconds / _FULL_BAR)))


def _inside(member: MemberView) -> bool:
    return member.share is not WaveShare.REMOVED


def _left(member: MemberView) -> int:
    if member.status not in TO_PICK:
        return 0
    return sum(max(0, line.quantity - line.picked) for line in member.lines)
