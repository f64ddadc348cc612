"""The forms of the Returns page: what each asks for, and what was meant by what was typed. Pure; carrying it out is the
gateway's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from backend.returns.queries import ReturnView
from backend.returns.rules import NewReturn, Returnable, ReturnItem, Verdict
from dashboard.present.reading import Reading
from dashboard.views.forms import Form, FormField
from models.errors import DomainError, Fault
from models.floor import Resolution


class ReturnAction(StrEnum):
    """What may be done."""

    AUTHORISE = "authorise"
    RECEIVE = "receive"
    INSPECT = "inspect"
    CLOSE = "close"
    CANCEL = "cancel"


_MONEY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
_CONDITIONS = [
    ("new", "As new: on sale"),
    ("opened", "Opened: not sold"),
    ("damaged", "Damaged: not sold"),
]


def skus_of(view: ReturnView) -> list[str]:
    """Return the products of a return, each once, in order."""
    return list(dict.fromkeys(line.sku for line in view.lines))


def authorise(there: Sequence[Returnable]) -> Form:
    """Return the form that lets a customer send units of an order back."""
    units: dict[str, int] = {}
    for one in there:
        if one.may:
            units[one.sku] = units.get(one.sku, 0) + one.units
    fields = [
        FormField(f"units-{number}", sku, "number", "0", f"At most {most}.")
        for number, (sku, most) in enumerate(units.items())
    ]
    return Form(
        ReturnAction.AUTHORISE.value,
        "Send something back",
        "The customer gets a number for the parcel; nothing moves before it comes.",
        "Let it be sent back",
        [
            *fields,
            FormField("reason", "Why", required=True),
            FormField(
                "resolution",
                "The customer gets",
                "select",
                options=[("refund", "A refund"), ("replace", "The same again")],
            ),
            FormField("location", "To location", hint="Empty: the nearest that takes returns."),
        ],
    )


def form(action: ReturnAction, view: ReturnView) -> Form:
    """Return the form of an action on a return."""
    lines: dict[str, tuple[int, int]] = {}
    for line in view.lines:
        asked, came = lines.get(line.sku, (0, 0))
        lines[line.sku] = asked + line.quantity, came + line.received
    return _MAKE[action](lines, view)


def _receive(lines: Mapping[str, tuple[int, int]], _view: ReturnView) -> Form:
    fields = [
        FormField(f"units-{number}", sku, "number", str(asked - came), f"{asked - came} expected.")
        for number, (sku, (asked, came)) in enumerate(lines.items())
    ]
    fields.append(FormField("location", "At location", hint="Empty: where it was sent to."))
    return Form(ReturnAction.RECEIVE.value, "Receive", "What is in the parcel.", "Note it down", fields)


def _inspect(lines: Mapping[str, tuple[int, int]], _view: ReturnView) -> Form:
    fields: list[FormField] = []
    for number, (sku, (_, came)) in enumerate(lines.items()):
        if came:
            fields.append(FormField(f"restock-{number}", f"{sku}: keep", "number", str(came), f"Of {came} that came."))
            fields.append(FormField(f"condition-{number}", "In which condition", "select", options=list(_CONDITIONS)))
    explain = "What is not kept is written off. What is as new is on sale at once."
    return Form(ReturnAction.INSPECT.value, "Inspect", explain, "Book it", fields)


def _close(_lines: Mapping[str, tuple[int, int]], view: ReturnView) -> Form:
    if view.row.resolution == Resolution.REPLACE.value:
        explain = "An order for what came is placed, free of charge, and routed like any other."
        return Form(ReturnAction.CLOSE.value, "Send anew", explain, "Place the order")
    hint = "Empty: all that was paid for what came."
    fields = [FormField("refund", "Refund", hint=hint)]
    return Form(ReturnAction.CLOSE.value, "Settle", "Your payment system is told.", "Refund", fields)


def _cancel(_lines: Mapping[str, tuple[int, int]], _view: ReturnView) -> Form:
    fields = [FormField("reason", "Why", required=True)]
    return Form(ReturnAction.CANCEL.value, "Call off", "Nothing is sent back after all.", "Call it off", fields)


_MAKE = {
    ReturnAction.RECEIVE: _receive,
    ReturnAction.INSPECT: _inspect,
    ReturnAction.CLOSE: _close,
    ReturnAction.CANCEL: _cancel,
}


def read_new(reading: Reading, order_id: int, there: Sequence[Returnable]) -> NewReturn:
    """Return the return that was meant; faults are in `reading`."""
    skus = list(dict.fromkeys(one.sku for one in there if one.may))
    items = []
    for number, sku in enumerate(skus):
        units = reading.units(f"units-{number}")
        if units:
            items.append(ReturnItem(sku, units))
    if not items and not reading.faults:
        reading.fault("units-0", "missing", "Say how many come back.")
    reason = reading.text("reason", most=200, missing="Say why: the shop wants to know.")
    word = reading.choice("resolution", tuple(Resolution))
    resolution = next((each for each in Resolution if each == word), Resolution.REFUND)
    return NewReturn(order_id, tuple(items), reason, resolution, reading.text("location", most=64) or None)


def read_received(reading: Reading, skus: Sequence[str]) -> dict[str, int]:
    """Return what came, by SKU."""
    came = {sku: reading.units(f"units-{number}") for number, sku in enumerate(skus)}
    if not any(came.values()) and not reading.faults:
        reading.fault("units-0", "missing", "Say how many came.")
    return {sku: units for sku, units in came.items() if units}


def read_verdicts(reading: Reading, view: ReturnView) -> list[Verdict]:
    """Return what becomes of each product that came."""
    verdicts = []
    for number, sku in enumerate(skus_of(view)):
        came = sum(line.received for line in view.lines if line.sku == sku)
        if came:
            keep = reading.units(f"restock-{number}")
            condition = reading.choice(f"condition-{number}", [word for word, _ in _CONDITIONS])
            if keep > came:
                reading.fault(f"restock-{number}", "too_many", f"{came} came.")
            verdicts.append(Verdict(sku, keep, max(0, came - keep), condition or "new"))
    return verdicts


def read_refund(reading: Reading) -> int | None:
    """Return how much is refunded, in minor units; None when nothing was typed."""
    text = reading.text("refund", most=20).replace(",", "")
    whole, _, part = text.partition(".")
    if not text:
        return None
    if not _MONEY.fullmatch(text):
        reading.fault("refund", "no_money", "Money, for example 19.99.")
        return None
    return int(whole) * 100 + int((part + "00")[:2])


def at_fields(error: DomainError, numbers: Sequence[int]) -> DomainError:
    """Return a refusal of the backend with its pointers turned into fields; `numbers` are those of the lines sent."""
    faults = []
    for fault in error.faults:
        parts = fault.pointer.strip("/").split("/")
        if parts[0] == "lines" and len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(numbers):
            faults.append(Fault(f"/units-{numbers[int(parts[1])]}", fault.code, fault.message))
        else:
            faults.append(fault)
    return DomainError(error.code, error.message, faults=faults)
