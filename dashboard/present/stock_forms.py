"""The forms of the Inventory page: what each asks for, and what was meant by what was typed. Pure; carrying it out is
the gateway's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from backend.inventory.blocks import NewBlock
from backend.inventory.changes import StockChange, StockCount, StockSettings
from backend.inventory.fefo import LotName
from backend.inventory.rules import MAX_UNITS
from dashboard.present.reading import Reading
from dashboard.views.forms import Form, FormField
from models.errors import invalid


class StockAction(StrEnum):
    """What may be done to one location's stock of one product."""

    ADJUST = "adjust"
    COUNT = "count"
    KEEP = "keep"
    BLOCK = "block"
    UNBLOCK = "unblock"
    ANNOUNCE = "announce"
    CALL_OFF = "call_off"
    RECEIVE = "receive"


@dataclass(frozen=True, slots=True)
class Lift:
    """Lift the block."""

    reason: str


@dataclass(frozen=True, slots=True)
class Announce:
    """Units that will arrive."""

    reference: str
    quantity: int
    arrives_at: datetime


@dataclass(frozen=True, slots=True)
class CallOff:
    """An arrival that will not come."""

    reference: str


@dataclass(frozen=True, slots=True)
class Receive:
    """Units of an arrival that are there."""

    reference: str
    quantity: int


Command = StockChange | StockCount | StockSettings | NewBlock | Lift | Announce | CallOff | Receive

UNTIL, COUNTED, FOREVER = "until", "count", "lifted"

_REASONS = ("adjustment", "damaged", "lost", "found", "returned by a customer", "delivery")
_LOT = (
    FormField("lot", "Lot", hint="Empty: units that no lot explains."),
    FormField("expires_on", "Expires on", "date"),
    FormField("condition", "Condition", value="new", hint="Only new is sold."),
)
_FORMS: Mapping[StockAction, Form] = {
    StockAction.ADJUST: Form(
        title="Adjust",
        explain="Adds units to what is on hand, or takes some off.",
        button="Adjust",
        fields=[
            FormField("delta", "Units", "text", hint="With a minus to take some off.", required=True),
            FormField("reason", "Why", "select", options=[(word, word.capitalize()) for word in _REASONS]),
            *_LOT,
        ],
    ),
    StockAction.COUNT: Form(
        title="Count",
        explain="What was counted becomes what is on hand. It ends a block that waits for a count.",
        button="Write the count down",
        fields=[FormField("on_hand", "Units counted", "number", required=True), *_LOT],
    ),
    StockAction.KEEP: Form(
        title="Keep back",
        explain="Units kept back are never promised to a customer.",
        button="Keep back",
        fields=[
            FormField("safety_stock", "Safety stock", "number", hint="Against errors of counting.", required=True),
            FormField("floor", "Floor", "number", hint="For the sales floor.", required=True),
        ],
    ),
    StockAction.BLOCK: Form(
        title="Block",
        explain="No order is routed to this location for this product. Shipments that are here stay.",
        button="Block",
        fields=[
            FormField(
                "ends",
                "Until",
                "select",
                options=[(COUNTED, "It is counted next"), (UNTIL, "A time"), (FOREVER, "It is lifted by hand")],
            ),
            FormField("until", "The time", "datetime-local", hint="Only when it ends at a time."),
            FormField("reason", "Why", required=True),
        ],
    ),
    StockAction.UNBLOCK: Form(
        title="Unblock",
        explain="Orders may be routed here for this product again.",
        button="Unblock",
    ),
    StockAction.ANNOUNCE: Form(
        title="Announce an arrival",
        explain="Orders that wait for stock are promised these units.",
        button="Announce",
        fields=[
            FormField("reference", "Reference", hint="A delivery note or purchase order.", required=True),
            FormField("quantity", "Units", "number", required=True),
            FormField("arrives_at", "Arrives", "datetime-local", required=True),
        ],
    ),
    StockAction.CALL_OFF: Form(
        title="Call off an arrival",
        explain="It will not come. Orders that waited for it lose its date.",
        button="Call off",
        fields=[FormField("reference", "Reference", required=True)],
    ),
    StockAction.RECEIVE: Form(
        title="Receive",
        explain="Puts units of this arrival on hand; the rest is still to come.",
        button="Receive",
        fields=[
            FormField("reference", "Reference", required=True),
            FormField("quantity", "Units", "number", required=True),
        ],
    ),
}


def form(action: StockAction, presets: Mapping[str, str] | None = None) -> Form:
    """Return an empty form, its fields filled with what is known already."""
    blank = _FORMS[action]
    known = presets or {}
    fields = [replace(each, value=known.get(each.name, each.value)) for each in blank.fields]
    return replace(blank, action=action.value, fields=fields)


def read(action: StockAction, given: Mapping[str, str], *, location: str, sku: str, zone: str, version: int) -> Command:
    """Return what was meant; raises INVALID with every fault, pointers `/{field}`. Times are read in the zone."""
    reading = Reading(given, zone)
    command = _command(action, reading, location, sku, version)
    if reading.faults:
        raise invalid(reading.faults)
    return command


def _lot(reading: Reading) -> LotName:
    """Return which lot is meant."""
    return LotName(
        lot=reading.text("lot", most=50),
        serial=reading.text("serial", most=30),
        condition=reading.text("condition", most=50) or "new",
        expires_on=reading.day("expires_on"),
    )


def _command(action: StockAction, reading: Reading, location: str, sku: str, version: int) -> Command:
    if action is StockAction.ADJUST:
        delta = reading.units("delta", least=-MAX_UNITS)
        return StockChange(location, sku, delta, reading.choice("reason", _REASONS), _lot(reading))
    if action is StockAction.COUNT:
        return StockCount(location, sku, reading.units("on_hand"), lot=_lot(reading))
    if action is StockAction.KEEP:
        return StockSettings(location, sku, reading.units("safety_stock"), reading.units("floor"), version)
    if action is StockAction.BLOCK:
        ends = reading.choice("ends", (UNTIL, COUNTED, FOREVER))
        until = reading.instant("until") if ends == UNTIL else None
        reason = reading.text("reason", most=200, missing="Say why, so that others know when to lift it.")
        return NewBlock(sku, reason, until, ends == COUNTED)
    if action is StockAction.UNBLOCK:
        return Lift("by hand")
    reference = reading.text("reference", most=100, missing="What the delivery is called, so that it can be found.")
    if action is StockAction.CALL_OFF:
        return CallOff(reference)
    quantity = reading.units("quantity", least=1)
    if action is StockAction.RECEIVE:
        return Receive(reference, quantity)
    return Announce(reference, quantity, reading.instant("arrives_at"))
