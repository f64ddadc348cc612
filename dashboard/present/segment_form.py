"""The form of a segment: filled with what it is, and what was meant by what was typed. Pure; quotas are typed in the
words in which they are shown, one per line: "20% of tea at chi-1"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.inventory.ringfences import SegmentInput
from backend.inventory.rules import MAX_UNITS
from backend.inventory.views import QuotaView, SegmentView
from dashboard.present.common import METHOD_WORDS
from dashboard.views.forms import Form, FormField
from models.enums import Method
from models.errors import Fault, invalid

#: What a form that makes a segment has as its action; one that changes it has `EDIT`.
NEW, EDIT = "new", "edit"
MAX_QUOTAS = 200
_MAX_RANK = 1_000_000
_USED = (("yes", "In use"), ("no", "Not in use"))
_METHODS = (("", "Any method"), *((method.value, METHOD_WORDS[method]) for method in Method))
_EXAMPLE = "One per line, for example: 20% of TEA-1 at CHI01 · 5 units of TEA-1 in group east · 10% of every product"
_CODE = re.compile(r"[^\x00-\x20\x7f/\\](?:[^\x00-\x1f\x7f/\\]{0,62}[^\x00-\x20\x7f/\\])?")
_QUOTA = re.compile(
    r"(?:(?P<percent>\d{1,3})\s*%|(?P<units>\d{1,3}(?:[,.]\d{3})+|\d{1,10})\s*units?)"
    r"(?:\s+of\s+(?:every\s+product|(?P<sku>\S+)))?"
    r"(?:\s+everywhere|\s+at\s+(?P<location>\S+)|\s+in\s+(?:group\s+)?(?P<group>\S+))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """A segment as it was typed."""

    code: str
    segment: SegmentInput


def blank() -> Form:
    """Return the form that makes a segment."""
    code = FormField("code", "Code", hint="Stays as it is once it is made.", required=True)
    return Form(NEW, "New segment", _EXPLAIN, "Make it", [code, *_fields(SegmentInput(name=""))])


def filled(view: SegmentView) -> Form:
    """Return the form that changes a segment, filled with what it is."""
    given = SegmentInput(
        view.name, view.channel, view.customer_segment, view.method, view.rank, view.active, view.quotas
    )
    return Form(EDIT, f"Edit {view.name}", _EXPLAIN, "Save", _fields(given))


_EXPLAIN = (
    "An order belongs to it when everything stated matches; of several, to the one with the smallest rank. "
    "What its orders were promised already stays theirs."
)


def _fields(given: SegmentInput) -> list[FormField]:
    return [
        FormField("name", "Name", value=given.name, required=True),
        FormField("rank", "Rank", "number", str(given.rank), required=True),
        FormField("channel", "Channel", value=given.channel or "", hint="Empty: any."),
        FormField("customer_segment", "Customer segment", value=given.customer_segment or "", hint="Empty: any."),
        FormField("method", "Method", "select", given.method or "", options=list(_METHODS)),
        FormField("active", "Use", "select", "yes" if given.active else "no", options=list(_USED)),
        FormField("quotas", "What it keeps", "area", "\n".join(typed(one) for one in given.quotas), _EXAMPLE),
    ]


def typed(one: QuotaView) -> str:
    """Return a quota as it is typed; `read` understands it."""
    much = f"{one.percent}%" if one.percent is not None else f"{one.units} {'unit' if one.units == 1 else 'units'}"
    place = f"at {one.location}" if one.location else f"in group {one.group}" if one.group else "everywhere"
    return f"{much} of {one.sku or 'every product'} {place}"


def read(given: Mapping[str, str], code: str = "") -> Named:
    """Return what was meant; `code` is that of the segment that is changed. Raises INVALID with every fault, pointers
    `/{field}`."""
    texts = {name: value.strip() for name, value in given.items()}
    faults: list[Fault] = []
    code = code or texts.get("code", "")
    if not _CODE.fullmatch(code):
        faults.append(Fault("/code", "invalid", "Up to 64 letters, digits and signs, without slashes."))
    if not 0 < len(texts.get("name", "")) <= 200:
        faults.append(Fault("/name", "missing", "What people call it, in at most 200 letters."))
    faults += [
        Fault(f"/{name}", "too_long", "At most 64 letters, please.")
        for name in ("channel", "customer_segment")
        if len(texts.get(name, "")) > 64
    ]
    method, used, rank = texts.get("method", ""), texts.get("active", ""), texts.get("rank", "")
    if method not in dict(_METHODS):
        faults.append(Fault("/method", "unknown", "Choose one of these."))
    if used not in dict(_USED):
        faults.append(Fault("/active", "unknown", "Choose one of these."))
    if not (rank.isascii() and rank.isdigit() and len(rank) < 9 and int(rank) <= _MAX_RANK):
        faults.append(Fault("/rank", "out_of_range", f"A whole number from 0 to {_MAX_RANK:,}."))
    quotas = _quotas(texts.get("quotas", ""), faults)
    if faults:
        raise invalid(faults)
    channel, customers = texts.get("channel") or None, texts.get("customer_segment") or None
    return Named(
        code, SegmentInput(texts["name"], channel, customers, method or None, int(rank), used == "yes", quotas)
    )


def _quotas(text: str, faults: list[Fault]) -> tuple[QuotaView, ...]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_QUOTAS:
        faults.append(Fault("/quotas", "too_many", f"At most {MAX_QUOTAS} lines, please."))
        return ()
    found = []
    for number, line in enumerate(lines):
        quota = _quota(line)
        if quota is None:
            faults.append(Fault(f"/quotas/{number}", "unreadable", f"“{line[:80]}” is not a quota: see the examples."))
        else:
            found.append(quota)
    return tuple(found)


def _quota(line: str) -> QuotaView | None:
    match = _QUOTA.fullmatch(line)
    if match is None:
        return None
    part = match.groupdict()
    units = int(re.sub("[,.]", "", part["units"])) if part["units"] else None
    if units is not None and units > MAX_UNITS:
        return None
    percent = int(part["percent"]) if part["percent"] else None
    return QuotaView(part["location"], part["group"], part["sku"], percent, units)


def at_fields(faults: Sequence[Fault]) -> list[Fault]:
    """Return the faults of a segment as those of its form: a quota is told by its line."""
    told = []
    for fault in faults:
        field, *rest = fault.pointer.removeprefix("/").split("/")
        line = f"Line {int(rest[0]) + 1}: " if field == "quotas" and rest and rest[0].isdigit() else ""
        told.append(Fault(f"/{field}", fault.code, line + fault.message))
    if len(several := [fault.message for fault in told if fault.pointer == "/quotas"]) > 1:
        told = [fault for fault in told if fault.pointer != "/quotas"]
        told.append(Fault("/quotas", "several", " ".join(several)))
    return told
