"""The real order files for tests, and a brute-force reference: what a replay must say at an instant, computed straight
from the files by code that shares nothing with the product."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def olist_dir() -> Path:
    """Return where the files are; skip without them, but fail in CI, where nothing may be skipped."""
    data = Path(os.environ.get("PICKWATCH_DATA", _ROOT.parent / "shared" / "data"))
    directory = data / "olist"
    if not directory.is_dir():
        message = f"the real order files are not in {directory}: put them there or set PICKWATCH_DATA"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return directory


def utc(local: datetime) -> datetime:
    """Return the first instant at which São Paulo's clocks show `local`, or the next time that they do show."""
    while True:
        for hours in (2, 3):  # summer time first: it is the earlier of the two
            instant = (local + timedelta(hours=hours)).replace(tzinfo=UTC)
            if instant.astimezone(_SAO_PAULO).replace(tzinfo=None) == local:
                return instant
        local += timedelta(seconds=1)


@lru_cache(maxsize=2)
def clocks(directory: Path) -> list[tuple[str, datetime, datetime, datetime | None]]:
    """Return (seller, start, due, end) of every shipment in the files."""
    with (directory / "olist_orders_dataset.csv").open() as stream:
        orders = {row["order_id"]: row for row in csv.DictReader(stream)}
    due: dict[tuple[str, str], str] = {}
    with (directory / "olist_order_items_dataset.csv").open() as stream:
        for row in csv.DictReader(stream):
            key = (row["order_id"], row["seller_id"])
            due[key] = min(due.get(key, "9999"), row["shipping_limit_date"])
    result = []
    for (order_id, seller), limit in due.items():
        order = orders.get(order_id)
        if order is None or order["order_status"] in ("canceled", "unavailable") or not order["order_approved_at"]:
            continue
        start, end = order["order_approved_at"], order["order_delivered_carrier_date"]
        result.append((seller, _utc(start), _utc(limit), _utc(end) if end else None))
    return result


@cache
def _utc(text: str) -> datetime:
    return utc(datetime.strptime(text, "%Y-%m-%d %H:%M:%S"))  # noqa: DTZ007  # São Paulo's, that is the point


def reference(directory: Path, until: datetime) -> dict[str, Any]:
    """Return the report that a replay up to the local time `until` must give."""
    now = utc(until)
    locations: dict[str, dict[str, Any]] = {}
    words = ("open", "compliant", "at_risk", "non_compliant", "met", "missed")
    for seller, start, due, end in clocks(directory):
        if start > now:
            continue
        counts = locations.setdefault(seller, dict.fromkeys(words, 0))
        if end is not None and end <= now:
            counts["met" if end < due else "missed"] += 1
            continue
        counts["open"] += 1
        if now >= due:
            counts["non_compliant"] += 1
        elif (now - start) * 100 >= (due - start) * 80:
            counts["at_risk"] += 1
        else:
            counts["compliant"] += 1
    totals = {word: sum(counts[word] for counts in locations.values()) for word in words}
    grades: dict[str, int] = {}
    for counts in locations.values():
        counts["grade"] = _grade(counts)
        grades[counts["grade"]] = grades.get(counts["grade"], 0) + 1
    return {"as_of": now.isoformat(), "totals": totals, "grades": grades, "locations": locations}


def _grade(counts: dict[str, int]) -> str:
    late, tense, all_open = counts["non_compliant"], counts["at_risk"], counts["open"]
    if late >= 1 and late * 10 >= all_open:
        return "non_compliant"
    if late >= 1 or (all_open and (tense + late) * 10 >= all_open):
        return "at_risk"
    return "compliant"
