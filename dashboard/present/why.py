"""Why an order went where it went: the sentences of the explanation as lines of a list, and the promise's sum. Pure;
the sentences are made by `backend/routing/explain.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.routing.explain import Said
from dashboard import format as say
from dashboard.present.common import Reader
from dashboard.views.order import Reckoned, WhyLine

#: Deeper sentences stand as deep as this.
DEEPEST = 3
#: How the backend ends a part's words: "…, there Mon 23 Nov 20:00 (America/New_York)".
_INSTANT = re.compile(r"((?:, there)?) [A-Z][a-z]{2} \d\d [A-Z][a-z]{2} \d\d:\d\d \([\w/+-]+\)$")
_WORK = re.compile(r"(\d+) open minutes of work")
_ZONE = re.compile(r" \(([A-Z][A-Za-z]+/[\w/+-]+)\)")


def lines(said: Sequence[Said]) -> list[WhyLine]:
    """Return trees of sentences as lines, each with how deep it stands."""
    return [
        WhyLine(str(number), text, min(depth, DEEPEST))
        for number, (text, depth) in enumerate(pair for one in said for pair in _walk(one, 0))
    ]


def in_short(said: Said, trace: Mapping[str, Any]) -> list[WhyLine]:
    """Return where it went and what was left over, without how that was found."""
    return lines([replace(said, under=said.under[: _told_first(trace)])])


def step_by_step(said: Said, trace: Mapping[str, Any]) -> list[WhyLine]:
    """Return what happened in each scenario."""
    return lines(said.under[_told_first(trace) :])


def _told_first(trace: Mapping[str, Any]) -> int:
    return len(trace.get("chosen", ())) + len(trace.get("left", ()))


def _walk(said: Said, depth: int) -> Iterator[tuple[str, int]]:
    yield said.text, depth
    for under in said.under:
        yield from _walk(under, depth + 1)


def decided(strategy: str | None, version: int | None, attempt: int, at: datetime, reader: Reader) -> str:
    """Return who decided and when: "Decided by near, version 3, 5 min ago"."""
    by = f"{strategy}, version {version}" if strategy else "the strategy that comes with the program"
    again = f" at attempt {attempt}" if attempt > 1 else ""
    return f"Decided by {by}{again}, {say.relative(at, reader.now)}"


def reckoned(
    document: Mapping[str, Any], zone: str, reader: Reader, names: Mapping[str, str] | None = None
) -> list[Reckoned]:
    """Return the parts of the promise's sum, those of the shipment that comes last; `names` are those of locations by
    code. Work that takes no time is left out."""
    shipments = [one for one in document.get("shipments") or () if isinstance(one, Mapping)]
    decides = [one for one in shipments if one.get("location") == document.get("decided_by")] or shipments[:1]
    parts = [part for one in decides for part in one.get("parts") or () if isinstance(part, Mapping)]
    return [
        Reckoned(str(number), plain(str(part.get("words", "")), names or {}), _until(part.get("to"), zone, reader))
        for number, part in enumerate(parts)
        if not str(part.get("words", "")).startswith("0 open minutes")
    ]


def plain(words: str, names: Mapping[str, str], *, clock: str = "") -> str:
    """Return a part's words as on a page: locations by name, lengths of work in hours. The instant that they end with
    is `clock`, as the page writes it; without one it stands beside them."""
    for code, name in names.items():
        words = re.sub(rf"(?<![\w-]){re.escape(code)}(?![\w-])", name.replace("\\", ""), words)
    words = _INSTANT.sub(lambda found: f"{found[1]} {clock}" if clock else "", words)
    words = _ZONE.sub(lambda zone: f" ({say.city(zone[1])})", words)
    words = _WORK.sub(lambda found: f"{say.duration(int(found[1]) * 60)} of work in open hours", words)
    return words[:1].upper() + words[1:]


def _until(instant: Any, zone: str, reader: Reader) -> str:
    try:
        return say.wall_time(datetime.fromisoformat(str(instant)), zone, reader.now, reader.locale)
    except ValueError:
        return ""
