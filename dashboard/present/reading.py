"""What was typed into a form that the server described: read field by field, every fault named at once. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from backend.inventory.rules import MAX_UNITS
from dashboard.views.forms import Form, FormField
from models.errors import Fault


def with_faults(shown: Form, faults: Sequence[Fault], given: Mapping[str, str], otherwise: str) -> Form:
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
    fields = [replace(refilled(each, given), fault=by_field.get(each.name, "")) for each in shown.fields]
    return replace(shown, fields=fields, fault=" ".join(general) if faults else otherwise)


def refilled(one: FormField, given: Mapping[str, str]) -> FormField:
    """Return a field as it was filled in."""
    if one.kind == "checks":
        return replace(one, chosen=[value for value, _ in one.options if f"{one.name}:{value}" in given])
    return replace(one, value=given.get(one.name, one.value))


class Reading:
    """What was typed into a form, field by field; faults are gathered and named at once. Times are read in `zone`."""

    def __init__(self, given: Mapping[str, str], zone: str) -> None:
        self._given = {name: value.strip() for name, value in given.items()}
        self._zone = ZoneInfo(zone)
        self.faults: list[Fault] = []

    def text(self, name: str, *, most: int, missing: str = "") -> str:
        """Return a text; `missing` is the fault when there is none, empty when there need not be one."""
        value = self._given.get(name, "")
        if not value and missing:
            self.fault(name, "missing", missing)
        if len(value) > most:
            self.fault(name, "too_long", f"At most {most} letters, please.")
        return value

    def units(self, name: str, *, least: int = 0, of: str = "units") -> int:
        """Return a whole number of units, or of whatever the field counts."""
        value = self._given.get(name, "").replace("−", "-").replace("+", "").replace(",", "")
        try:
            number = int(value) if value.isascii() and len(value) < 13 else None
        except ValueError:
            number = None
        if number is None:
            self.fault(name, "no_number", f"A whole number of {of}, for example 12.")
            return 0
        if not least <= number <= MAX_UNITS:
            self.fault(name, "out_of_range", f"From {least:,} to {MAX_UNITS:,} {of}.")
        return number

    def day(self, name: str) -> date | None:
        """Return a date, None when none was given."""
        value = self._given.get(name, "")
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self.fault(name, "no_date", "A date, for example 2027-03-31.")
            return None

    def instant(self, name: str) -> datetime:
        """Return the instant that a clock at the location shows."""
        try:
            local = datetime.fromisoformat(self._given.get(name, ""))
            return local.replace(tzinfo=self._zone).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fault(name, "no_time", "A day and a time, please.")
            return datetime.min.replace(tzinfo=UTC)

    def choice(self, name: str, words: Sequence[str]) -> str:
        """Return one of the words."""
        value = self._given.get(name, "")
        if value not in words:
            self.fault(name, "unknown", "Choose one of these.")
        return value

    def fault(self, name: str, code: str, message: str) -> None:
        """Note what is wrong with a field."""
        self.faults.append(Fault(f"/{name}", code, message))
