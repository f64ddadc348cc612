"""What is wrong with an hours document: every fault named. Reading a valid one is `calendar.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from backend.sla.calendar import DAYS, interval_of, minutes_of
from models.enums import Method
from models.errors import Fault

_KEYS = ("weekly", "exceptions", "holidays", "cutoffs")


def hours_faults(doc: object, *, pointer: str = "/hours") -> list[Fault]:
    """Return every fault of an hours document, each with a JSON pointer below `pointer`; none for an empty document.

    `{"weekly": {"mon": [["09:00", "21:00"], ["22:00", "02:00"]]}, "exceptions": [{"date": "2026-11-26", "closed": true,
    "label": "…"} | {"date": …, "intervals": [["10:00", "16:00"]]}], "holidays": ["2026-12-25"], "cutoffs": {"ship":
    "17:00"}}`; an interval may also be written "22:00-02:00".
    """
    if not isinstance(doc, Mapping):
        return [Fault(pointer, "type", "Hours are an object, such as {} for always open.")]
    faults = [
        Fault(f"{pointer}/{key}", "unknown", f"Hours know only {', '.join(_KEYS)}.") for key in doc if key not in _KEYS
    ]
    parts = {"weekly": _weekly, "exceptions": _exceptions, "holidays": _holidays, "cutoffs": _cutoffs}
    for key, check in parts.items():
        if doc.get(key) is not None:  # 0 and "" are stated, and wrong
            faults += check(doc[key], f"{pointer}/{key}")
    return faults


def _weekly(weekly: object, pointer: str) -> Iterator[Fault]:
    if not isinstance(weekly, Mapping):
        yield Fault(pointer, "type", "Weekly hours are an object of days, mon to sun.")
        return
    for day, intervals in weekly.items():
        if day not in DAYS:
            yield Fault(f"{pointer}/{day}", "unknown", f"{day!r} is no day; use {', '.join(DAYS)}.")
            continue
        yield from _intervals(intervals, f"{pointer}/{day}")
    if weekly and not any(weekly.get(day) for day in DAYS):
        yield Fault(pointer, "never_open", "No day has open hours; leave weekly out for always open.")


def _intervals(intervals: object, pointer: str) -> Iterator[Fault]:
    if not isinstance(intervals, Sequence) or isinstance(intervals, str):
        yield Fault(pointer, "type", 'A day is a list of intervals such as ["09:00", "21:00"].')
        return
    read: list[tuple[int, int]] = []
    for i, pair in enumerate(intervals):
        try:
            opens, closes = interval_of(pair)
        except (ValueError, TypeError):
            yield Fault(f"{pointer}/{i}", "interval", 'An interval is two times of day, such as ["09:00", "21:00"].')
            continue
        if any(opens < end and start < closes for start, end in read):
            yield Fault(f"{pointer}/{i}", "overlap", "Overlaps another interval of that day.")
        read.append((opens, closes))


def _exceptions(entries: object, pointer: str) -> Iterator[Fault]:
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        yield Fault(pointer, "type", "Exceptions are a list.")
        return
    seen: set[str] = set()
    for i, entry in enumerate(entries):
        here = f"{pointer}/{i}"
        if not isinstance(entry, Mapping):
            yield Fault(here, "type", "An exception is an object with a date.")
            continue
        yield from _date(entry.get("date"), f"{here}/date", seen)
        closed, intervals = entry.get("closed"), entry.get("intervals")
        if closed is not None and not isinstance(closed, bool):
            yield Fault(f"{here}/closed", "type", "closed is true or false.")
        elif bool(closed) == bool(intervals):
            yield Fault(here, "ambiguous", "State either closed: true, or intervals.")
        if intervals is not None:
            yield from _intervals(intervals, f"{here}/intervals")


def _holidays(entries: object, pointer: str) -> Iterator[Fault]:
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        yield Fault(pointer, "type", "Holidays are a list of dates.")
        return
    seen: set[str] = set()
    for i, entry in enumerate(entries):
        inside = isinstance(entry, Mapping)
        value = entry.get("date") if isinstance(entry, Mapping) else entry
        yield from _date(value, f"{pointer}/{i}/date" if inside else f"{pointer}/{i}", seen)


def _date(value: object, pointer: str, seen: set[str]) -> Iterator[Fault]:
    try:
        day = date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None:
        yield Fault(pointer, "date", "A date is written YYYY-MM-DD.")
        return
    if day in seen:
        yield Fault(pointer, "duplicate", f"{day} is stated twice.")
    seen.add(day)


def _cutoffs(cutoffs: object, pointer: str) -> Iterator[Fault]:
    if not isinstance(cutoffs, Mapping):
        yield Fault(pointer, "type", 'Cut-offs are an object of methods, such as {"ship": "17:00"}.')
        return
    for method, time in cutoffs.items():
        if method not in list(Method):
            yield Fault(f"{pointer}/{method}", "unknown", f"{method!r} is no method; use {', '.join(Method)}.")
        try:
            minutes_of(time)
        except ValueError:
            yield Fault(f"{pointer}/{method}", "time", "A cut-off is a time of day such as 17:00.")
