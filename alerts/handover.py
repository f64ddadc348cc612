"""What the next shift has to know, and the report of one incident, as Markdown. Pure: whoever asks brings the facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.about import StepView
from alerts.browse import AlertView
from alerts.runbooks import escaped
from alerts.silence_rows import SilenceView
from alerts.story import Entry, lasted, outcome
from models.alerting import AlertStatus, Muted


@dataclass(frozen=True, slots=True)
class ShiftCounts:
    """How many alerts are open, how many of these are told and nobody has, how many were resolved."""

    open: int
    nobody: int
    resolved: int


@dataclass(frozen=True, slots=True)
class Handover:
    """A shift as it is handed on: what is open, worst first; what was resolved in it; silences that end within the next
    one; drills are left out. Of very many only the first stand there; `counts` has them all."""

    since: datetime
    until: datetime
    open: tuple[AlertView, ...]
    resolved: tuple[AlertView, ...]
    ending: tuple[SilenceView, ...]
    counts: ShiftCounts

    @property
    def nobody(self) -> tuple[AlertView, ...]:
        """Open alerts that are told and that nobody has."""
        return tuple(one for one in self.open if one.status is AlertStatus.FIRING and one.muted is None)


@dataclass(frozen=True, slots=True)
class Report:
    """One incident from the first sign to the end. `findings`: what a drill that is over showed, else None."""

    alert: AlertView
    entries: tuple[Entry, ...]
    steps: tuple[StepView, ...]
    problems: tuple[str, ...]
    findings: tuple[str, ...] | None = None


def note_of(facts: Handover, zone: str = "UTC") -> str:
    """Return the note for the next shift; times are on the clock of `zone`, which it names."""
    clock = _Clock(zone)
    head = [f"# Hand-over, {clock.day(facts.since)} to {clock.day(facts.until)} ({zone})", "", _counts(facts)]
    lines = [
        *_section("Open, and nobody has it", (_open(one, clock, facts.until) for one in facts.nobody)),
        *_section("Open, and somebody has it", (_open(one, clock, facts.until) for one in facts.open if _taken(one))),
        *_section("Open, told to nobody", (_open(one, clock, facts.until) for one in facts.open if _quiet(one))),
        *_section("Resolved in this shift", (_resolved(one, clock) for one in facts.resolved)),
        *_section("Silences that end soon", (_silence(one, clock) for one in facts.ending)),
    ]
    return "\n".join([*head, *lines]) + "\n"


def report_of(facts: Report) -> str:
    """Return the report of an incident; times are on the clock of its location, which it names."""
    alert = facts.alert
    clock = _Clock(alert.time_zone)
    where = alert.location_name or alert.group or "the whole network"
    facts_ = [
        f"**{alert.severity.value.capitalize()}**, {escaped(where)}, policy {escaped(alert.policy)} (version"
        f" {alert.policy_version})",
        f"Since {clock.day(alert.since)} ({alert.time_zone}), {_until(alert, clock)}",
    ]
    if alert.acknowledged_at is not None:
        by = escaped(alert.acknowledged_by or "somebody")
        facts_.append(
            f"Acknowledged by {by} after {lasted(alert.acknowledged_at - (alert.notified_at or alert.since))}"
        )
    if alert.problems > 1 or alert.children:
        facts_.append(f"About {max(alert.problems, alert.children)} subjects")
    title = f"# {'Drill: ' if alert.drill else ''}{escaped(alert.title)}"
    story = (_entry(one, clock) for one in facts.entries)
    steps = (
        f"Step {one.number}, {', '.join(one.channels)}: {one.state.value} {_why(one)}".rstrip() for one in facts.steps
    )
    found = facts.findings if facts.findings != () else ("Nothing: it went as it should.",)
    lines = [
        *_section("What the drill showed", (escaped(one) for one in found or ())),
        *_section("What happened", story),
        *_section("Escalation", (escaped(step) for step in steps)),
        *_section("What it was about", (escaped(one) for one in facts.problems)),
    ]
    return "\n".join([title, "", *(f"- {one}" for one in facts_), *lines]) + "\n"


@dataclass(frozen=True, slots=True)
class _Clock:
    zone: str

    def time(self, at: datetime) -> str:
        return at.astimezone(ZoneInfo(self.zone)).strftime("%H:%M:%S")

    def day(self, at: datetime) -> str:
        return at.astimezone(ZoneInfo(self.zone)).strftime("%d %b %H:%M")


def _counts(facts: Handover) -> str:
    soon = f", {len(facts.ending)} silences end soon" if facts.ending else ""
    many = facts.counts
    said = f"{many.open:,} open, {many.nobody:,} of them with nobody; {many.resolved:,} resolved{soon}."
    named = len(facts.open) == many.open and len(facts.resolved) == many.resolved
    return said if named else f"{said} Only the first {max(len(facts.open), len(facts.resolved)):,} are named here."


def _section(title: str, lines: Iterable[str]) -> list[str]:
    shown = [f"- {line}" for line in lines]
    return ["", f"## {title}", "", *shown] if shown else []


def _taken(alert: AlertView) -> bool:
    return alert.status is AlertStatus.ACKNOWLEDGED


def _quiet(alert: AlertView) -> bool:
    return not _taken(alert) and (alert.muted is not None or alert.status is AlertStatus.PENDING)


def _open(alert: AlertView, clock: _Clock, now: datetime) -> str:
    who = f"; {escaped(alert.acknowledged_by or 'somebody')} has it" if _taken(alert) else ""
    mute = f"; {_MUTED[alert.muted]}" if alert.muted is not None else ""
    next_step = f"; next step at {clock.day(alert.next_step_at)}" if alert.next_step_at is not None else ""
    span = lasted(now - alert.since)
    return f"**{alert.severity.value}** {escaped(alert.title)}, for {span}{who}{mute}{next_step} (alert {alert.id})"


def _resolved(alert: AlertView, clock: _Clock) -> str:
    at = "" if alert.resolved_at is None else f" at {clock.day(alert.resolved_at)}"
    by = escaped(alert.resolved_by) if alert.resolved_by else "by itself"
    span = "" if alert.resolved_at is None else f" after {lasted(alert.resolved_at - alert.since)}"
    who = f"by {by}" if alert.resolved_by else by
    return f"{escaped(alert.title)}: {who}{at}{span} (alert {alert.id})"


def _silence(view: SilenceView, clock: _Clock) -> str:
    what = ", ".join(matcher.words() for matcher in view.matchers)
    return f"{escaped(what)} until {clock.day(view.facts.ends_at)}: {escaped(view.reason)} ({escaped(view.created_by)})"


def _until(alert: AlertView, clock: _Clock) -> str:
    if alert.resolved_at is None:
        return "still open"
    return f"over at {clock.day(alert.resolved_at)} after {lasted(alert.resolved_at - alert.since)}"


def _entry(one: Entry, clock: _Clock) -> str:
    told = f" ({escaped(outcome(one.told))})" if one.told else ""
    detail = f": {escaped(one.detail)}" if one.detail else ""
    return f"{clock.time(one.at)} {escaped(one.words)}{detail}{told}"


def _why(step: StepView) -> str:
    return step.why or ""


_MUTED = {
    Muted.SILENCED: "silenced",
    Muted.INHIBITED: "a wider alert tells of it",
    Muted.STORM: "told with others",
    Muted.BORN: "was so before the policy",
    Muted.QUIET: "quiet time",
}
