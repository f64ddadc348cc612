"""How the parts of a strategy are called where two of them differ. Pure."""

from __future__ import annotations

from typing import Any

from backend.routing.document import parse_filters
from dashboard.present.editing.changes import Vocabulary
from dashboard.present.editing.diff import Path
from dashboard.present.routing.phrases import phrase
from dashboard.present.routing.words import AFTER_WORDS


def _say(value: Any, path: Path) -> str | None:
    if isinstance(value, dict):
        return _filter(value)
    if isinstance(value, str) and path[-1:] != ("name",):
        return AFTER_WORDS.get(value)  # type: ignore[call-overload]
    return None


def _filter(value: dict[str, Any]) -> str | None:
    try:
        return phrase(parse_filters([value])[0])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError):  # typed, not yet a filter
        return None


VOCABULARY = Vocabulary(
    whole="The whole strategy",
    members={
        "routes": "route",
        "scenarios": "scenario",
        "filters": "filter",
        "when": "condition",
        "sorts": "ranking",
        "lanes": "lane",
        "groups": "group",
        "locations": "location",
    },
    parts={
        "when_partial": "when no single location has everything",
        "when_none": "when no location has any of it",
        "rest": "what a split leaves over",
        "transfer": "what a pickup's location lacks is sent there",
        "only_complete": "only if it covers everything",
        "prefer_whole": "one location with everything comes first",
        "candidates": "how a split chooses",
        "otherwise": "what is left at the end",
        "splits_per_order": "parcels per order",
        "splits_per_line": "locations per line",
        "attempts": "tries per order",
        "too_many_attempts": "after too many tries",
        "daily_limit": "daily limit",
        "cutoff": "carrier cut-off",
        "closing": "closing time",
        "blocks": "blocked products",
    },
    say=_say,
)
