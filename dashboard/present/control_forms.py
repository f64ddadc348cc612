"""What a manager may do to a location, as forms; what was meant by what was typed; what is in force, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from backend.controls.queries import ControlView
from backend.controls.rules import NewControl
from backend.inventory.blocks import NewBlock
from backend.inventory.views import BlockView
from dashboard import format as say
from dashboard.present.common import METHOD_WORDS, Reader
from dashboard.present.reading import Reading
from dashboard.views.controls import Running
from dashboard.views.forms import Form, FormField
from models.enums import Method
from models.errors import invalid
from models.floor import ControlKind


class ControlAction(StrEnum):
    """What may be done."""

    CAP = "cap"
    PAUSE = "pause"
    BLOCK = "block"


TODAY, TIME, COUNT, HAND = "today", "time", "count", "hand"
_ENDS = [(TODAY, "The end of the day"), (TIME, "A time")]
_UNTIL = FormField("until", "The time", "datetime-local", hint="At the location's clock; only when it ends at a time.")
_REASON = FormField("reason", "Why", hint="Others see this, here and on the timeline.", required=True)
_FORMS: Mapping[ControlAction, Form] = {
    ControlAction.CAP: Form(
        title="Cap",
        explain="Routing gives this location no more than this in a day, what it has today included.",
        button="Cap",
        fields=[
            FormField("most", "At most", "number", required=True),
            FormField("unit", "Of", "select", options=[("orders", "Orders a day"), ("items", "Units a day")]),
            FormField("ends", "Until", "select", options=_ENDS),
            _UNTIL,
            _REASON,
        ],
    ),
    ControlAction.PAUSE: Form(
        title="Pause a method",
        explain="Routing gives this location no new work of this kind. What is here stays.",
        button="Pause",
        fields=[
            FormField("method", "Method", "select"),
            FormField("ends", "Until", "select", options=_ENDS),
            _UNTIL,
            _REASON,
        ],
    ),
    ControlAction.BLOCK: Form(
        title="Block a product",
        explain="No order is routed here for this product. Shipments that are here stay.",
        button="Block",
        fields=[
            FormField("sku", "SKU", required=True),
            FormField(
                "ends",
                "Until",
                "select",
                options=[(COUNT, "It is counted next"), (TIME, "A time"), (HAND, "It is taken back by hand")],
            ),
            _UNTIL,
            _REASON,
        ],
    ),
}
_WHY = "Say why, so that others know."


def form(action: ControlAction, methods: Sequence[str]) -> Form:
    """Return an empty form for a location that offers these methods."""
    options = [(word, METHOD_WORDS[Method(word)]) for word in methods]
    fields = [replace(each, options=options) if each.name == "method" else each for each in _FORMS[action].fields]
    return replace(_FORMS[action], action=action.value, fields=fields)


def read(action: ControlAction, given: Mapping[str, str], zone: str) -> NewControl | NewBlock:
    """Return what was meant; raises INVALID with every fault, pointers `/{field}`."""
    reading = Reading(given, zone)
    command = _command(action, reading)
    if reading.faults:
        raise invalid(reading.faults)
    return command


def _command(action: ControlAction, reading: Reading) -> NewControl | NewBlock:
    if action is ControlAction.BLOCK:
        sku = reading.text("sku", most=64, missing="Which product, by its SKU.")
        ends = reading.choice("ends", (COUNT, TIME, HAND))
        until = reading.instant("until") if ends == TIME else None
        return NewBlock(sku, reading.text("reason", most=200, missing=_WHY), until, ends == COUNT)
    ends = reading.choice("ends", (TODAY, TIME))
    until = reading.instant("until") if ends == TIME else None
    reason = reading.text("reason", most=200, missing=_WHY)
    if action is ControlAction.PAUSE:
        word = reading.choice("method", tuple(Method))
        method = next((each for each in Method if each == word), None)
        return NewControl(ControlKind.PAUSE_METHOD, reason, method=method, until=until)
    most, unit = reading.units("most"), reading.choice("unit", ("orders", "items"))
    return NewControl(ControlKind.CAP, reason, {unit: most}, until=until)


def running(controls: Sequence[ControlView], blocks: Sequence[BlockView], zone: str, reader: Reader) -> list[Running]:
    """Return what is in force, what ends first on top; blocks come after."""
    return [_control(one, zone, reader) for one in controls] + [_block(one, zone, reader) for one in blocks]


def _control(one: ControlView, zone: str, reader: Reader) -> Running:
    if one.kind is ControlKind.PAUSE_METHOD:
        icon, text = "pause", f"{METHOD_WORDS[Method(one.subject)]} paused"
    else:
        icon, text = "gauge", f"At most {_amount(one.value, reader)}"
    return Running(f"control/{one.id}", icon, text, f"{one.reason} · {one.actor}", _until(one.until, zone, reader))


def _amount(limit: Mapping[str, object], reader: Reader) -> str:
    nouns = {"orders": "order", "items": "unit"}
    parts = [say.plural(int(str(limit[name])), noun, reader.locale) for name, noun in nouns.items() if name in limit]
    if "money" in limit:
        parts.append(str(limit["money"]))
    return f"{' and '.join(parts)} {'an' if limit.get('per') == 'hour' else 'a'} {limit.get('per', 'day')}"


def _block(one: BlockView, zone: str, reader: Reader) -> Running:
    if one.until is not None:
        until = _until(one.until, zone, reader)
    else:
        until = "until it is counted" if one.until_count else "until it is taken back"
    return Running(f"block/{one.sku}", "ban", f"{one.sku} blocked", f"{one.reason} · {one.actor}", until)


def _until(until: datetime, zone: str, reader: Reader) -> str:
    return f"until {say.at_place(until, zone, reader.now, reader.locale)}"
