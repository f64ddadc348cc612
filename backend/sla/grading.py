"""The colour of a location: a stated rule on its counts, with flap control (product §1). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.enums import Compliance


@dataclass(frozen=True, slots=True)
class Counts:
    """Running shipments by band."""

    compliant: int = 0
    at_risk: int = 0
    non_compliant: int = 0

    @property
    def open(self) -> int:
        """Return the number of running shipments."""
        return self.compliant + self.at_risk + self.non_compliant

    def __add__(self, other: Counts) -> Counts:
        """Return the sum, band by band."""
        return Counts(
            self.compliant + other.compliant,
            self.at_risk + other.at_risk,
            self.non_compliant + other.non_compliant,
        )


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The numbers of the colour rule. With fewer than `minimum_open` running shipments a share says nothing, and only
    `non_compliant >= 1` makes At Risk. After `stalled_minutes` open minutes with work but without any step of any
    shipment a location has stalled."""

    non_compliant_percent: int = 10
    at_risk_percent: int = 10
    minimum_open: int = 1
    clear_percent: int = 80
    hold_seconds: int = 300
    stalled_minutes: int = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """A location's grade. While it is getting better, `better_since` is when that began and `better_grade` the worst it
    has been since then: what it will be graded once the hold time is over."""

    grade: Compliance = Compliance.COMPLIANT
    better_since: datetime | None = None
    better_grade: Compliance | None = None

    def regrade_at(self, thresholds: Thresholds) -> datetime | None:
        """Return when the hold time is over, or None when nothing is held."""
        return self.better_since + timedelta(seconds=thresholds.hold_seconds) if self.better_since else None


def grade_now(counts: Counts, thresholds: Thresholds) -> Compliance:
    """Return the bare rule on counts, without flap control."""
    return _band(counts, thresholds, scale=100)


def grade(counts: Counts, thresholds: Thresholds, *, was: Standing, now: datetime) -> Standing:
    """Return the standing at `now`: worse at once; better only after the hold time below the clear threshold.

    No open work is Compliant at once: there is nothing left to be late.
    """
    bare = grade_now(counts, thresholds)
    if bare.severity > was.grade.severity or counts.open == 0:
        return Standing(bare)
    clear = _band(counts, thresholds, scale=thresholds.clear_percent)
    if clear.severity >= was.grade.severity:
        return Standing(was.grade)
    since = was.better_since or now
    worst = max(clear, was.better_grade or clear, key=lambda band: band.severity)
    if now < since + timedelta(seconds=thresholds.hold_seconds):
        return Standing(was.grade, since, worst)
    if clear.severity < worst.severity:
        return Standing(worst, now, clear)
    return Standing(worst)


def describe(thresholds: Thresholds) -> str:
    """Return the rule in plain words, for the legend."""
    late, risk = thresholds.non_compliant_percent, thresholds.at_risk_percent
    few = (
        f" With fewer than {thresholds.minimum_open} open shipments the percentages do not count: one late shipment "
        "makes the location At Risk."
        if thresholds.minimum_open > 1
        else ""
    )
    return (
        f"Non-Compliant when at least one open shipment is late and late ones are {late} % or more of the open work. "
        f"At Risk when one is late, or when at-risk and late ones together are {risk} % or more. Else Compliant.{few} "
        f"It gets worse at once; it gets better after {_duration(thresholds.hold_seconds)} below "
        f"{thresholds.clear_percent} % of these limits. No open work is Compliant."
    )


def _band(counts: Counts, thresholds: Thresholds, *, scale: int) -> Compliance:
    if counts.open == 0:
        return Compliance.COMPLIANT
    enough = counts.open >= thresholds.minimum_open
    if (
        enough
        and counts.non_compliant
        and _reaches(counts.non_compliant, counts, thresholds.non_compliant_percent, scale)
    ):
        return Compliance.NON_COMPLIANT
    troubled = counts.at_risk + counts.non_compliant
    if counts.non_compliant or (enough and troubled and _reaches(troubled, counts, thresholds.at_risk_percent, scale)):
        return Compliance.AT_RISK
    return Compliance.COMPLIANT


def _reaches(part: int, counts: Counts, percent: int, scale: int) -> bool:
    """Return whether `part / open >= percent × scale`, in whole numbers: 3 of 30 is exactly 10 %."""
    return part * 10_000 >= counts.open * percent * scale


def _duration(seconds: int) -> str:
    if seconds % 60 or seconds == 0:
        return f"{seconds} seconds"
    minutes = seconds // 60
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
