"""When new alerts of one policy become one: more than so many in so short a time. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts.policy import STORM, Policy, Storm, shortened
from models.alerting import AlertLevel, Severity


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open alert that could be told of together with others of its region."""

    id: int
    region: str | None
    opened_at: datetime


def region_of(storm: Storm, group: str | None) -> str | None:
    """Return where an alert counts: its region, or None, the network."""
    return group if storm.by_region else None


def parent_key(region: str | None) -> str:
    """Return the group key of a storm's parent."""
    return shortened(f"{STORM}{region}" if region is not None else STORM + "*")


def gathered(
    storm: Storm, candidates: Iterable[Candidate], *, open_in: Collection[str | None], now: datetime
) -> dict[str | None, list[int]]:
    """Return the alerts to gather under a parent by region: where one is open (`open_in`) all, else those of the last
    while if they are too many."""
    by_region: dict[str | None, list[Candidate]] = defaultdict(list)
    for one in candidates:
        if one.region in open_in or one.opened_at > now - storm.within:
            by_region[one.region].append(one)
    return {
        region: [one.id for one in found]
        for region, found in by_region.items()
        if region in open_in or len(found) > storm.more_than
    }


def storm_title(policy: Policy, region: str | None, count: int) -> str:
    """Return the title of a storm's parent."""
    where = region if region is not None else "the network"
    return f"{policy.title}: {count:,} alert{'s' if count != 1 else ''} in {where}"[:300]


def storm_labels(policy: Policy, region: str | None) -> dict[str, str]:
    """Return the identity of a storm's parent."""
    labels = {"alertname": policy.code, "policy": policy.code, "level": storm_level(region).value, "storm": "true"}
    return labels if region is None else labels | {"group": region}


def storm_level(region: str | None) -> AlertLevel:
    """Return what a storm's parent is about."""
    return AlertLevel.NETWORK if region is None else AlertLevel.GROUP


def worst(severities: Iterable[str]) -> Severity:
    """Return the worst of some severities."""
    return max((Severity(word) for word in severities), key=lambda severity: severity.rank)
