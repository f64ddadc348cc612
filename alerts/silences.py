"""Which alerts a silence keeps quiet: Alertmanager's matchers and their times. Pure. Rows and who may make them:
`backend/alerting/silences.py`. Patterns: `regex.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from alerts.regex import LONGEST, BadPatternError, compiled
from models.errors import Fault

MOST_MATCHERS = 20
LONGEST_NAME = 64


class SilenceState(StrEnum):
    """Where a silence stands in time."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition on one label; a label that is missing is as good as empty, as Alertmanager has it."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether these labels meet it; a pattern has to match the whole of the label's value."""
        found = labels.get(self.name, "")
        same = compiled(self.value).matches(found) if self.is_regex else found == self.value
        return same is self.is_equal

    def document(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {"name": self.name, "value": self.value, "is_regex": self.is_regex, "is_equal": self.is_equal}

    def words(self) -> str:
        """Return it as `amtool` writes it."""
        sign = ("=~" if self.is_regex else "=") if self.is_equal else ("!~" if self.is_regex else "!=")
        return f'{self.name}{sign}"{self.value}"'


@dataclass(frozen=True, slots=True)
class SilenceFacts:
    """A silence as the rules see it; `ends_at` is when it really ends, if somebody ended it before its time."""

    id: int
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime

    def state(self, now: datetime) -> SilenceState:
        """Return where it stands; the first instant belongs to it, the last does not."""
        if now >= self.ends_at:
            return SilenceState.EXPIRED
        return SilenceState.ACTIVE if now >= self.starts_at else SilenceState.PENDING

    def covers(self, labels: Mapping[str, str]) -> bool:
        """Return whether every matcher is met."""
        return all(matcher.matches(labels) for matcher in self.matchers)


def matchers_of(documents: Iterable[Mapping[str, Any]]) -> tuple[Matcher, ...]:
    """Return the matchers of a stored silence."""
    return tuple(
        Matcher(each["name"], each["value"], each.get("is_regex", False), each.get("is_equal", True))
        for each in documents
    )


def silencing(silences: Iterable[SilenceFacts], labels: Mapping[str, str], now: datetime) -> SilenceFacts | None:
    """Return what keeps an alert with these labels quiet now, or None: of several the one that ends last."""
    found = [each for each in silences if each.state(now) is SilenceState.ACTIVE and each.covers(labels)]
    return max(found, key=lambda each: (each.ends_at, each.id), default=None)


def next_change(silences: Iterable[SilenceFacts], now: datetime) -> datetime | None:
    """Return when, after now, the next silence starts or ends; None when nothing more will happen."""
    instants = [at for each in silences for at in (each.starts_at, each.ends_at) if at > now]
    return min(instants, default=None)


def matcher_faults(matchers: Sequence[Matcher], pointer: str = "/matchers") -> list[Fault]:
    """Return what is wrong with the matchers of a silence.

    As in Alertmanager, one of them at least must not be met by an alert without any label: else it would be quiet
    everywhere.
    """
    if not 1 <= len(matchers) <= MOST_MATCHERS:
        return [Fault(pointer, "bad_length", f"Use 1 to {MOST_MATCHERS} matchers.")]
    faults = [fault for place, each in enumerate(matchers) for fault in _faults_of(each, f"{pointer}/{place}")]
    if not faults and all(each.matches({}) for each in matchers):
        words = "At least one matcher has to name something: these also match an alert without labels."
        faults.append(Fault(pointer, "matches_everything", words))
    return faults


def time_faults(starts_at: datetime, ends_at: datetime, *, now: datetime, most_days: int) -> list[Fault]:
    """Return what is wrong with the times of a silence."""
    if ends_at <= starts_at:
        return [Fault("/ends_at", "before_start", "A silence ends after it starts.")]
    if ends_at <= now:
        return [Fault("/ends_at", "in_the_past", "A silence ends in the future; to end one now, delete it.")]
    if ends_at - starts_at > timedelta(days=most_days):
        return [Fault("/ends_at", "too_long", f"A silence lasts at most {most_days} days.")]
    return []


def pinned(matchers: Iterable[Matcher], name: str) -> str | None:
    """Return the one value that these matchers allow a label to have; None when they allow several."""
    return next((each.value for each in matchers if each.name == name and _pins(each)), None)


def _pins(matcher: Matcher) -> bool:
    return matcher.is_equal and not matcher.is_regex and matcher.value != ""


def _faults_of(matcher: Matcher, pointer: str) -> list[Fault]:
    faults = []
    if not 1 <= len(matcher.name) <= LONGEST_NAME:
        faults.append(Fault(f"{pointer}/name", "bad_length", f"Use 1 to {LONGEST_NAME} characters."))
    if len(matcher.value) > LONGEST:
        faults.append(Fault(f"{pointer}/value", "bad_length", f"Use at most {LONGEST} characters."))
    elif matcher.is_regex:
        try:
            compiled(matcher.value)
        except BadPatternError as error:
            faults.append(Fault(f"{pointer}/value", "bad_pattern", str(error)))
    return faults
