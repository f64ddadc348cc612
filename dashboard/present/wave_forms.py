"""Forms of the Waves pages: how to plan, how to close, why to cancel; and what was meant by what was typed. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend.waves.planning import Ask
from backend.waves.queries import WholeWave
from backend.waves.rules import TO_PICK, Counted, Missing
from backend.waves.service import CloseAsk
from backend.waves.settings import BOUNDS, WaveSettings
from dashboard.present.reading import Reading
from dashboard.views.forms import Form, FormField
from models.enums import WaveKey, WaveLines
from models.errors import Fault, invalid
from models.floor import WaveShare

PLAN, CLOSE, CANCEL = "plan", "close", "cancel"

#: What is done with what nobody picked.
RECOVER, FREE, SHORT = "recover", "free", "short"

#: So many counts fit into one form; what is more is scanned.
MOST_COUNTED = 50

_LINES = [
    (WaveLines.ANY.value, "Any"),
    (WaveLines.SINGLE.value, "Of one line only"),
    (WaveLines.MULTIPLE.value, "Of several lines only"),
]
_APART: Mapping[str, tuple[str, tuple[WaveKey, ...]]] = {
    "": ("Nothing", ()),
    "carrier": ("Carriers", (WaveKey.CARRIER,)),
    "lines": ("Single and several lines", (WaveKey.LINES,)),
    "carrier_lines": ("Carriers, single and several lines", (WaveKey.CARRIER, WaveKey.LINES)),
    "service": ("Service levels", (WaveKey.SERVICE_LEVEL,)),
    "zone": ("Zones", (WaveKey.ZONE,)),
    "method": ("Methods", (WaveKey.METHOD,)),
}
_NUMBERS = {
    "max_waves": "Waves at most",
    "max_shipments": "Shipments a wave",
    "slots_per_cart": "Slots of the put wall",
    "cut_off_within_minutes": "Leaves within (min)",
}


def plan_form(rules: Sequence[tuple[str, str]]) -> Form:
    """Return how to plan: by one of the location's rules, or by what is typed."""
    options = [("", "By what is typed here"), *((code, f"By rule {name}") for code, name in rules)]
    return Form(
        action=PLAN,
        title="Plan waves",
        explain="The most urgent first, then most units per stop. You see the plan before anything is kept.",
        button="Show the plan",
        fields=[
            FormField("rule", "How", "select", options=options, hint="A rule brings its own limits."),
            FormField("max_waves", _NUMBERS["max_waves"], "number", "3"),
            FormField("max_shipments", _NUMBERS["max_shipments"], "number", "20"),
            FormField("slots_per_cart", _NUMBERS["slots_per_cart"], "number", hint="Empty: as many as it takes."),
            FormField("lines", "Shipments", "select", options=_LINES),
            FormField("apart", "Keep apart", "select", options=[(key, words) for key, (words, _) in _APART.items()]),
            FormField("cut_off_within_minutes", _NUMBERS["cut_off_within_minutes"], "number", hint="Empty: any."),
        ],
    )


def read_plan(given: Mapping[str, str], location: str) -> Ask:
    """Return what to plan; raises INVALID with every fault, pointers `/{field}`."""
    rule = given.get("rule", "").strip()
    if rule:
        return Ask(location, rule[:64])
    reading = Reading(given, "UTC")
    numbers = {name: _number(reading, given, name) for name in _NUMBERS}
    lines = reading.choice("lines", tuple(WaveLines))
    apart = reading.choice("apart", tuple(_APART))
    if reading.faults:
        raise invalid(reading.faults)
    stated: dict[str, Any] = {name: value for name, value in numbers.items() if value is not None}
    settings = WaveSettings(lines=WaveLines(lines), group_by=_APART[apart][1])
    return Ask(location, settings=dataclasses.replace(settings, **stated))


def _number(reading: Reading, given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    least, most = BOUNDS[name]
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most):
        reading.fault(name, "out_of_range", f"A whole number from {least:,} to {most:,}.")
        return None
    return int(text)


@dataclass(frozen=True, slots=True)
class Line:
    """A product of a shipment in a wave of which something is left to pick; `name` is its field in the form."""

    name: str
    shipment_id: int
    sku: str
    who: str
    picked: int
    units: int


def lines_left(whole: WholeWave) -> list[Line]:
    """Return what in the wave nobody has picked, in the order of its shipments."""
    lines = []
    for member in whole.members:
        if member.share is not WaveShare.TO_PICK or member.status not in TO_PICK:
            continue
        who = f"slot {member.slot}" if member.slot else member.order_external_id
        for number, sku in enumerate(dict.fromkeys(line.sku for line in member.lines)):
            mine = [line for line in member.lines if line.sku == sku]
            picked, units = sum(line.picked for line in mine), sum(line.quantity for line in mine)
            if picked < units:
                name = f"picked-{member.shipment_id}-{number}"
                lines.append(Line(name, member.shipment_id, sku, who, picked, units))
    return lines


def close_form(left_word: str, reasons: Sequence[tuple[str, str]], lines: Sequence[Line]) -> Form:
    """Return how a wave is closed; nothing is asked when everything is picked."""
    what = [
        (RECOVER, "Make a recovery wave"),
        (SHORT, "Not found: from elsewhere"),
        (FREE, "Plan it anew"),
    ]
    fields = [
        FormField("rest", "What of the rest?", "select", options=what),
        FormField("reason", "When it was not found: why?", "select", CloseAsk().reason, options=list(reasons)),
    ]
    counts = [
        FormField(line.name, f"{line.sku}, {line.who}", "number", hint=f"{line.picked:,} of {line.units:,} scanned")
        for line in lines[:MOST_COUNTED]
    ]
    return Form(
        action=CLOSE,
        title="Close this wave",
        explain=f"{left_word}. Type what was counted; empty is as scanned." if left_word else "Everything is picked.",
        button="Close the wave",
        fields=[*fields, *counts] if left_word else [],
    )


def read_close(given: Mapping[str, str], lines: Sequence[Line]) -> CloseAsk:
    """Return how to close, and raise INVALID with every fault, pointers `/{field}`."""
    reading = Reading(given, "UTC")
    counted = [
        Counted(line.shipment_id, line.sku, reading.units(line.name))
        for line in lines[:MOST_COUNTED]
        if given.get(line.name, "").strip()
    ]
    if reading.faults:
        raise invalid(reading.faults)
    rest = given.get("rest", RECOVER)
    short = tuple(Missing(line.shipment_id, line.sku) for line in lines) if rest == SHORT else ()
    reason = given.get("reason", "")[:200] or CloseAsk().reason
    return CloseAsk(short, reason, rest == RECOVER, tuple(counted))


def at_fields(faults: Sequence[Fault], ask: CloseAsk, lines: Sequence[Line]) -> list[Fault]:
    """Return the faults of a closing, those of counts pointing to their fields."""
    names = {(line.shipment_id, line.sku): line.name for line in lines}
    found = []
    for fault in faults:
        index = fault.pointer.removeprefix("/picked/").partition("/")[0]
        if fault.pointer.startswith("/picked/") and index.isdecimal():
            count = ask.picked[int(index)]
            fault = replace(fault, pointer="/" + names[count.shipment_id, count.sku])
        found.append(fault)
    return found


def cancel_form() -> Form:
    """Return why a wave is taken back."""
    return Form(
        action=CANCEL,
        title="Cancel this wave",
        explain="Its shipments can be planned again; what was picked stays picked.",
        button="Cancel the wave",
        fields=[FormField("reason", "Why", required=True)],
    )


def read_cancel(given: Mapping[str, str]) -> str:
    """Return the reason; raises INVALID."""
    reading = Reading(given, "UTC")
    reason = reading.text("reason", most=200, missing="Say why, so that others know.")
    if reading.faults:
        raise invalid(reading.faults)
    return reason


def keep(form: Form, given: Mapping[str, str]) -> Form:
    """Return the form as it was filled in."""
    return replace(
        form, fields=[replace(each, value=given.get(each.name, each.value), fault="") for each in form.fields]
    )
