"""What is done to a shipment that does not go as planned, in words: what is offered, its form, what was meant by what
was typed. Pure; what became of it is `moved.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend.fulfillment.offers import Move, Offer, Part
from backend.fulfillment.reasons import Reason
from backend.fulfillment.splitting import AskedLine
from dashboard import format as say
from dashboard.format import Locale
from dashboard.present.reading import Reading
from dashboard.views.forms import Form, FormField
from dashboard.views.moves import MoveChoice, Moves
from models.errors import Fault, invalid
from models.floor import StockEffect

#: Choices of a place that are none: wherever routing finds best, and where it is now, in a shipment of its own.
ANYWHERE, HERE = "", "@here"
#: What most often keeps units from going on, and what changes no stock.
_NOT_FOUND, _NO_TIME = "not_found", "no_time"

_WORDS = {
    Move.SPLIT: "Split",
    Move.TRANSFER: "Bring in what is missing",
    Move.REASSIGN: "Hand to another location",
    Move.REJECT: "Give back",
    Move.BACKORDER: "Let it wait for stock",
    Move.HOLD: "Hold",
    Move.RELEASE: "Release",
    Move.UNDO: "Take back",
    Move.CANCEL: "Cancel",
}
#: These ask for nothing: they are done at once, and as easily done the other way round.
AT_ONCE = (Move.RELEASE, Move.UNDO)
#: These say which units.
IN_PARTS = (Move.SPLIT, Move.TRANSFER)

_REASON = FormField("reason", "Why", "select", hint="It says too what becomes of the stock here.")
_WHY = FormField("reason", "Why", hint="Others see this, on the timeline.", required=True)
_FORMS = {
    Move.SPLIT: Form(
        title="Split: send on what is there",
        explain="What stays goes on here. Say how many of each go elsewhere.",
        button="Split",
        fields=[FormField("to", "Where they go", "select"), _REASON],
    ),
    Move.TRANSFER: Form(
        title="Bring in what is missing",
        explain="Another location sends it here. Until it comes the shipment waits, and its clocks stand still.",
        button="Have it sent",
        fields=[FormField("source", "From", "select"), _REASON],
    ),
    Move.REASSIGN: Form(
        title="Hand to another location",
        explain="The whole shipment starts afresh there. What the customer was promised stays.",
        button="Hand over",
        fields=[FormField("to", "To", "select"), _WHY],
    ),
    Move.REJECT: Form(
        title="Give the shipment back",
        explain="All of it is routed elsewhere at once, never back here.",
        button="Give it back",
        fields=[_REASON],
    ),
    Move.BACKORDER: Form(
        title="Let it wait for stock",
        explain="The shipment is called back. The first stock that comes, anywhere, has routing look again. When the "
        "reason says nothing of the stock, nothing of it is left here.",
        button="Let it wait",
        fields=[_REASON],
    ),
    Move.HOLD: Form(
        title="Hold the shipment",
        explain="Work on it stops and its clocks stand still, until it is released.",
        button="Hold it",
        fields=[_WHY],
    ),
    Move.CANCEL: Form(
        title="Cancel the shipment",
        explain="Its units are not sent at all, and its stock is given back. This cannot be undone.",
        button="Cancel the shipment",
        fields=[_WHY],
    ),
}
_NOWHERE = "You see no other open location that could take it. Give it back instead: routing finds one."
_EFFECTS = {
    StockEffect.NONE: "",
    StockEffect.BLOCK_UNTIL_COUNT: "blocked until counted",
    StockEffect.KEEP_BLOCKED: "blocked for good",
    StockEffect.SET_TO_ZERO: "stock set to 0",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form is made from: the shipment's products, the other places as (code, name), the reasons in use."""

    parts: Sequence[Part] = ()
    places: Sequence[tuple[str, str]] = ()
    reasons: Sequence[Reason] = ()


@dataclass(frozen=True, slots=True)
class Meant:
    """Which units, which other place (None: whichever is best) or `here`, and why."""

    lines: tuple[AskedLine, ...] = ()
    place: str | None = None
    here: bool = False
    reason: str = ""
    fields: Mapping[int, str] = field(default_factory=dict)  # the field of each of `lines`


def moves(shipment_id: int, offer: Offer | None) -> Moves:
    """Return what a page offers; None: nothing."""
    if offer is None:
        return Moves(shipment_id)
    named = {Move.UNDO: f"Take back: {offer.undoes}"}
    return Moves(
        shipment_id,
        offer.version,
        [MoveChoice(move.value, named.get(move, _WORDS[move])) for move in offer.moves],
    )


def form(move: Move, asked: Asked, locale: Locale) -> Form:
    """Return the form of what is to be done, filled in for the common case."""
    options = {
        "to": list(asked.places),
        "source": [(ANYWHERE, "The quickest that has all of it"), *asked.places],
        "reason": [(reason.code, _reason(reason)) for reason in asked.reasons],
    }
    if move is Move.SPLIT:
        ways = [(ANYWHERE, "Wherever routing finds best, at once"), (HERE, "Nowhere yet: a shipment of its own here")]
        options["to"] = [*ways, *asked.places]
    if move is Move.REASSIGN and not asked.places:
        return replace(_FORMS[move], action=move.value, fields=[], explain=_NOWHERE, button="")
    usual = _NO_TIME if move is Move.REJECT else _NOT_FOUND
    known = [code for code, _ in options["reason"]]
    first = usual if usual in known else next(iter(known), "")
    fields = [
        replace(one, options=options[one.name], value=first if one.name == "reason" else "")
        if one.kind == "select"
        else one
        for one in _FORMS[move].fields
    ]
    parts = [_part(number, part, asked.parts, locale) for number, part in enumerate(asked.parts)]
    return replace(_FORMS[move], action=move.value, fields=(parts if move in IN_PARTS else []) + fields)


def read(move: Move, given: Mapping[str, str], asked: Asked) -> Meant:
    """Return what was meant; raises INVALID with every fault, pointers `/{field}`."""
    reading = Reading(given, "UTC")
    lines, fields = _lines(reading, asked.parts) if move in IN_PARTS else ((), {})
    place = _place(move, reading, asked)
    kinds = {one.name: one.kind for one in _FORMS[move].fields}
    if kinds["reason"] == "select":
        reason = reading.choice("reason", [one.code for one in asked.reasons])
    else:
        reason = reading.text("reason", most=200, missing="Say why, so that others know.")
    if reading.faults:
        raise invalid(reading.faults)
    return Meant(lines, place if place != HERE else None, place == HERE, reason, fields)


def at_fields(faults: Sequence[Fault], meant: Meant) -> list[Fault]:
    """Return what the backend found wrong, each at the field where it was typed."""
    places = {"/location": "/to", "/from": "/source", "/0/location": "/to"}
    found = []
    for fault in faults:
        head, _, rest = fault.pointer.removeprefix("/lines/").partition("/")
        if fault.pointer.startswith("/lines/") and rest and head.isdecimal() and int(head) in meant.fields:
            found.append(replace(fault, pointer="/" + meant.fields[int(head)]))
        else:
            found.append(replace(fault, pointer=places.get(fault.pointer, fault.pointer)))
    return found


def _part(number: int, part: Part, parts: Sequence[Part], locale: Locale) -> FormField:
    """Return how many of a product go: all that is not in hand once picking has begun, else what a count missed."""
    begun = any(one.picked for one in parts)
    out = part.here - part.picked if begun else part.lacking
    said = [f"{say.count(part.quantity, locale)} in all", f"{say.count(part.picked, locale)} in hand"]
    if part.quantity > part.here:
        said.append(f"{say.count(part.quantity - part.here, locale)} on the way")
    return FormField(f"units-{number}", part.name, "number", str(out), f"{', '.join(said)} · {part.sku}")


def _reason(reason: Reason) -> str:
    effect = _EFFECTS[reason.effect]
    return f"{reason.name}: {effect}" if effect else reason.name


def _lines(reading: Reading, parts: Sequence[Part]) -> tuple[tuple[AskedLine, ...], dict[int, str]]:
    lines: list[AskedLine] = []
    fields: dict[int, str] = {}
    for number, part in enumerate(parts):
        units = reading.units(f"units-{number}")
        if units:
            fields[len(lines)] = f"units-{number}"
            lines.append(AskedLine(part.sku, units))
    if not lines and not reading.faults:
        reading.fault("units-0", "empty", "Say how many, of one of them at least.")
    return tuple(lines), fields


def _place(move: Move, reading: Reading, asked: Asked) -> str | None:
    codes = [code for code, _ in asked.places]
    if move is Move.REASSIGN:
        return reading.choice("to", codes)
    if move is Move.SPLIT:
        return reading.choice("to", (ANYWHERE, HERE, *codes)) or None
    return reading.choice("source", (ANYWHERE, *codes)) or None if move is Move.TRANSFER else None
