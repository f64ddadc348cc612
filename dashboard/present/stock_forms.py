"""The forms of the Inventory page: what each asks for, and what was meant by what was typed. Pure; carrying it out is
the gateway's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from backend.inventory.blocks import NewBlock
from backend.inventory.changes import StockChange, StockCount, StockSettings
from backend.inventory.fefo import LotName
from backend.inventory.rules import MAX_UNITS
from dashboard.views.inventory import FormField, StockForm
from models.errors import Fault, invalid


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
_FORMS: Mapping[StockAction, StockForm] = {
    StockAction.ADJUST: StockForm(
        title="Adjust",
        explain="Adds units to what is on hand, or takes some off.",
        button="Adjust",
        fields=[
            FormField("delta", "Units", "text", hint="With a minus to take some off.", required=True),
            FormField("reason", "Why", "select", options=[(word, word.capitalize()) for word in _REASONS]),
            *_LOT,
        ],
    ),
    StockAction.COUNT: StockForm(
        title="Count",
        explain="What was counted becomes what is on hand. It ends a block that waits for a count.",
        button="Write the count down",
        fields=[FormField("on_hand", "Units counted", "number", required=True), *_LOT],
    ),
    StockAction.KEEP: StockForm(
        title="Keep back",
        explain="Units kept back are never promised to a customer.",
        button="Keep back",
        fields=[
            FormField("safety_stock", "Safety stock", "number", hint="Against errors of counting.", required=True),
            FormField("floor", "Floor", "number", hint="For the sales floor.", required=True),
        ],
    ),
    StockAction.BLOCK: StockForm(
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
    StockAction.UNBLOCK: StockForm(
        title="Unblock",
        explain="Orders may be routed here for this product again.",
        button="Unblock",
    ),
    StockAction.ANNOUNCE: StockForm(
        title="Announce an arrival",
        explain="Orders that wait for stock are promised these units.",
        button="Announce",
        fields=[
            FormField("reference", "Reference", hint="A delivery note or purchase order.", required=True),
            FormField("quantity", "Units", "number", required=True),
            FormField("arrives_at", "Arrives", "datetime-local", required=True),
        ],
    ),
    StockAction.CALL_OFF: StockForm(
        title="Call off an arrival",
        explain="It will not come. Orders that waited for it lose its date.",
        button="Call off",
        fields=[FormField("reference", "Reference", required=True)],
    ),
    StockAction.RECEIVE: StockForm(
        title="Receive",
        explain="Puts units of this arrival on hand; the rest is still to come.",
        button="Receive",
        fields=[
            FormField("reference", "Reference", required=True),
            FormField("quantity", "Units that came", "number", required=True),
        ],
    ),
}


def form(action: StockAction, presets: Mapping[str, str] | None = None) -> StockForm:
    """Return an empty form, its fields filled with what is known already."""
    blank = _FORMS[action]
    known = presets or {}
    fields = [replace(each, value=known.get(each.name, each.value)) for each in blank.fields]
    return replace(blank, action=action.value, fields=fields)


def with_faults(shown: StockForm, faults: Sequence[Fault], given: Mapping[str, str], otherwise: str) -> StockForm:
    """Return the form as it was filled in, each fault at its field; what belongs to no field is said above all."""
    names = {each.name for each in shown.fields}
    by_field: dict[str, str] = {}
    general: list[str] = []
    for fault in faults:
        name = fault.pointer.rpartition("/")[2]
        if name in names:
            by_field.setdefault(name, fault.message)
        else:
            general.append(fault.message)
    fields = [
        replace(each, value=given.get(each.name, each.value), fault=by_field.get(each.name, ""))
        for each in shown.fields
    ]
    return replace(shown, fields=fields, fault=" ".join(general) if faults else otherwise)


class _Reading:
    """What was typed, field by field; faults are gathered and named at once."""

    def __init__(self, given: Mapping[str, str], zone: str) -> None:
        self._given = {name: value.strip() for name, value in given.items()}
        self._zone = ZoneInfo(zone)
        self.faults: list[Fault] = []

    def text(self, name: str, *, most: int, missing: str = "") -> str:
        """Return a text; `missing` is the fault when there is none, empty when there need not be one."""
        value = self._given.get(name, "")
        if not value and missing:
            self._fault(name, "missing", missing)
        if len(value) > most:
            self._fault(name, "too_long", f"At most {most} letters, please.")
        return value

    def units(self, name: str, *, least: int = 0) -> int:
        """Return a whole number of units."""
        value = self._given.get(name, "").replace("−", "-").replace("+", "").replace(",", "")
        try:
            number = int(value) if value.isascii() and len(value) < 13 else None
        except ValueError:
            number = None
        if number is None:
            self._fault(name, "no_number", "A whole number of units, for example 12.")
            return 0
        if not least <= number <= MAX_UNITS:
            self._fault(name, "out_of_range", f"From {least:,} to {MAX_UNITS:,} units.")
        return number

    def day(self, name: str) -> date | None:
        """Return a date, None when none was given."""
        value = self._given.get(name, "")
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self._fault(name, "no_date", "A date, for example 2027-03-31.")
            return None

    def instant(self, name: str) -> datetime:
        """Return the instant that a clock at the location shows."""
        try:
            local = datetime.fromisoformat(self._given.get(name, ""))
            return local.replace(tzinfo=self._zone).astimezone(UTC)
        except (ValueError, OverflowError):
            self._fault(name, "no_time", "A day and a time, please.")
            return datetime.min.replace(tzinfo=UTC)

    def lot(self) -> LotName:
        """Return which lot is meant."""
        return LotName(
            lot=self.text("lot", most=50),
            serial=self.text("serial", most=30),
            condition=self.text("condition", most=50) or "new",
            expires_on=self.day("expires_on"),
        )

    def choice(self, name: str, words: Sequence[str]) -> str:
        """Return one of the words."""
        value = self._given.get(name, "")
        if value not in words:
            self._fault(name, "unknown", "Choose one of these.")
        return value

    def _fault(self, name: str, code: str, message: str) -> None:
        self.faults.append(Fault(f"/{name}", code, message))


def read(action: StockAction, given: Mapping[str, str], *, location: str, sku: str, zone: str, version: int) -> Command:
    """Return what was meant; raises INVALID with every fault, pointers `/{field}`. Times are read in the zone."""
    reading = _Reading(given, zone)
    command = _command(action, reading, location, sku, version)
    if reading.faults:
        raise invalid(reading.faults)
    return command


def _command(action: StockAction, reading: _Reading, location: str, sku: str, version: int) -> Command:
    if action is StockAction.ADJUST:
        delta = reading.units("delta", least=-MAX_UNITS)
        return StockChange(location, sku, delta, reading.choice("reason", _REASONS), reading.lot())
    if action is StockAction.COUNT:
        return StockCount(location, sku, reading.units("on_hand"), lot=reading.lot())
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
