"""Handing work to others, in words: the form, what was meant by what was typed, what became of each shipment. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend.fulfillment.bulk import Handed
from backend.fulfillment.handing import First
from dashboard import format as say
from dashboard.format import Locale
from dashboard.present.reading import Reading
from dashboard.views.forms import Form, FormField
from models.errors import DomainError, Fault, invalid

ACTION = "hand"
#: So many shipments are handed over at once; each is a transaction of its own.
MOST = 100
#: The choice of no location in particular.
ANYWHERE = ""

_FORM = Form(
    action=ACTION,
    title="Hand work to others",
    button="Hand over",
    fields=[
        FormField("many", "How many shipments", "number", required=True),
        FormField(
            "first",
            "Which first",
            "select",
            options=[(First.URGENT.value, "The most urgent"), (First.CALM.value, "Those with the most time left")],
        ),
        FormField("to", "To", "select"),
        FormField("reason", "Why", hint="Others see this, on the timeline.", required=True),
    ],
)
_WHY = {
    "not_enough_stock": "no stock there",
    "method_not_offered": "what they need is not offered there",
    "location_closed": "it is closed there",
    "product_blocked": "a product of theirs is blocked there",
    "illegal_transition": "somebody was quicker",
    "unknown_location": "nobody knows that location",
}


@dataclass(frozen=True, slots=True)
class Meant:
    """How much work goes, which first, where (None: wherever routing finds best) and why."""

    many: int
    first: First
    to: str | None
    reason: str


def form(places: Sequence[tuple[str, str]], here: int, locale: Locale) -> Form:
    """Return an empty form; `places` are codes with names, `here` how many shipments nobody has begun."""
    options = [(ANYWHERE, "Wherever routing finds best"), *places]
    fields = [replace(each, options=options) if each.name == "to" else each for each in _FORM.fields]
    explain = f"Nobody has begun {say.plural(here, 'shipment', locale)} here. What others cannot take stays."
    if not here:
        explain = "Everything here has been begun, or is collected here: there is nothing to hand over now."
    return replace(_FORM, fields=fields, explain=explain)


def read(given: Mapping[str, str]) -> Meant:
    """Return what was meant; raises INVALID with every fault, pointers `/{field}`."""
    reading = Reading(given, "UTC")
    many, first = reading.units("many", least=1, of="shipments"), reading.choice("first", tuple(First))
    if many > MOST:
        reading.fault("many", "out_of_range", f"At most {MOST} at a time.")
    reason = reading.text("reason", most=200, missing="Say why, so that others know.")
    to = reading.text("to", most=64)
    if reading.faults:
        raise invalid(reading.faults)
    return Meant(many, First(first), to or None, reason)


def nothing_here() -> DomainError:
    """Return the refusal when there is nothing to hand over."""
    return invalid([Fault("/many", "nothing_there", "Nothing that others could do waits here.")])


def told(done: Sequence[Handed], to: str | None) -> str:
    """Return what became of each, such as "7 handed to Austin. 2 stay: no stock there."; `to` is a location's name."""
    went = sum(each.error is None for each in done)
    gone = f"{went} handed to {to}." if to else f"{went} given to routing, which finds a place for each."
    return " ".join([gone if went else "None went.", *_stay(done)])


def told_back(done: Sequence[Handed], gone: int) -> str:
    """Return what became of work that was called back, of `gone` orders."""
    back = sum(each.error is None for each in done)
    lost = max(0, gone - len(done))
    words = [f"{back} taken back." if back else "None came back.", *_stay(done)]
    if lost:
        words.append(f"{_count(lost)}: begun elsewhere, or without a place yet.")
    return " ".join(words)


def _stay(done: Sequence[Handed]) -> list[str]:
    why = Counter(_why(each.error) for each in done if each.error is not None)
    return [f"{_count(count)}: {words}." for words, count in why.most_common()]


def _count(count: int) -> str:
    return f"{count} {'stays' if count == 1 else 'stay'}"


def _why(error: DomainError) -> str:
    codes = [fault.code for fault in error.faults if fault.code in _WHY]
    return _WHY[codes[0]] if codes else error.message.rstrip(".")
