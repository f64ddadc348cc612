"""Forms of the Waves pages: how to plan, how to close, why to cancel; and what was meant by what was typed. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.waves.planning import Ask
from backend.waves.settings import BOUNDS, WaveSettings
from dashboard.present.reading import Reading
from dashboard.views.forms import Form, FormField
from models.enums import WaveKey, WaveLines
from models.errors import invalid

PLAN, CLOSE, CANCEL = "plan", "close", "cancel"

#: What is done with what nobody picked.
RECOVER, FREE, SHORT = "recover", "free", "short"

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


def close_form(left_word: str, reasons: Sequence[tuple[str, str]]) -> Form:
    """Return how a wave is closed; nothing is asked when everything is picked."""
    what = [
        (RECOVER, "Make a recovery wave of it"),
        (SHORT, "It was not found: find it elsewhere"),
        (FREE, "Let it be planned anew"),
    ]
    fields = [
        FormField("rest", "What of the rest?", "select", options=what),
        FormField("reason", "When it was not found: why?", "select", options=list(reasons)),
    ]
    return Form(
        action=CLOSE,
        title="Close this wave",
        explain=f"{left_word}." if left_word else "Everything is picked.",
        button="Close the wave",
        fields=fields if left_word else [],
    )


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
