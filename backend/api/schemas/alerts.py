"""Alerts and silences over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, Strict, StringConstraints

from alerts.about import ProblemView, StepView, ToldView
from alerts.browse import AlertView
from alerts.silence_rows import SilenceView
from alerts.silences import Matcher, SilenceState
from alerts.story import Entry, EntryKind
from backend.alerting.queries import Whole
from backend.alerting.silences import NewSilence, Preview
from backend.api.schemas.common import Body, Instant, ShownInstant
from models.alerting import AlertLevel, AlertStatus, Muted, ReceiverKind, Severity, StepState
from models.enums import DeliveryStatus

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Written = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class AlertOut(Body):
    """An alert; `problems` is how many subjects it is about, `children` how many other alerts it tells of."""

    id: int
    policy: str
    policy_version: int
    group_key: str
    level: AlertLevel
    severity: Severity
    status: AlertStatus
    title: str
    summary: str
    labels: dict[str, Any]
    facts: dict[str, Any]
    problems: int
    children: int
    location: str | None
    group: str | None
    parent: int | None
    muted: Muted | None
    silence: int | None
    drill: bool
    since: ShownInstant
    opened_at: ShownInstant | None
    notified_at: ShownInstant | None
    next_step_at: ShownInstant | None
    acknowledged_at: ShownInstant | None
    acknowledged_by: str | None
    resolved_at: ShownInstant | None
    resolved_by: str | None
    resolved_why: str | None
    version: int


class ProblemOut(Body):
    """A subject that an alert is about now."""

    subject: str
    since: ShownInstant
    facts: dict[str, Any]
    born: bool


class StepOut(Body):
    """A step of its escalation; `planned_at` is before quiet times moved it."""

    number: int
    due_at: ShownInstant
    planned_at: ShownInstant
    channels: list[str]
    state: StepState
    done_at: ShownInstant | None
    why: str | None


class ToldOut(Body):
    """One notice to one channel, and how that went."""

    delivery: int
    event: str
    at: ShownInstant
    channel: str
    kind: ReceiverKind
    status: DeliveryStatus
    attempts: int
    finished_at: ShownInstant | None
    next_attempt_at: ShownInstant | None
    error: str | None


class EntryOut(Body):
    """One line of its story."""

    at: ShownInstant
    kind: EntryKind
    words: str
    by: str
    detail: str
    told: list[ToldOut]


class WholeAlertOut(AlertOut):
    """An alert with all that belongs to it; the lists hold at most 100 of each."""

    subjects: list[ProblemOut]
    alerts: list[AlertOut]
    steps: list[StepOut]
    told: list[ToldOut]


class ActIn(Body):
    """Why, if there is something to say; the others who were told read it."""

    note: Note = ""


class NoteIn(Body):
    """What to write down."""

    note: Written


class MatcherIn(Body):
    """A condition on one label, as Alertmanager has it; a label that is missing is as good as empty."""

    name: Annotated[str, StringConstraints(max_length=200)]
    value: Annotated[str, StringConstraints(max_length=1_000)]
    is_regex: Annotated[bool, Strict()] = False
    is_equal: Annotated[bool, Strict()] = True

    def to_matcher(self) -> Matcher:
        """Return what the rules take."""
        return Matcher(self.name, self.value, self.is_regex, self.is_equal)


class MatchersIn(Body):
    """What would be silenced."""

    matchers: Annotated[list[MatcherIn], Field(min_length=1, max_length=100)]


class SilenceIn(MatchersIn):
    """What to silence, why and until when; without `starts_at` from now on."""

    reason: Why
    ends_at: Instant
    starts_at: Instant | None = None

    def to_input(self) -> NewSilence:
        """Return what the service takes."""
        return NewSilence(tuple(each.to_matcher() for each in self.matchers), self.reason, self.ends_at, self.starts_at)


class SilenceOut(Body):
    """A silence; `owner` answers for it."""

    id: int
    state: SilenceState
    matchers: list[MatcherIn]
    reason: str
    owner: str
    starts_at: ShownInstant
    ends_at: ShownInstant
    ended_at: ShownInstant | None
    created_at: ShownInstant
    version: int


class PreviewOut(Body):
    """How many open alerts would be silenced now, and the first of them."""

    count: int
    alerts: list[AlertOut]


def show_alert(view: AlertView) -> AlertOut:
    """Return an alert as the API shows it."""
    return AlertOut(**_alert(view))


def show_whole(whole: Whole) -> WholeAlertOut:
    """Return an alert with all that belongs to it."""
    return WholeAlertOut(
        **_alert(whole.alert),
        subjects=[_problem(each) for each in whole.problems],
        alerts=[show_alert(each) for each in whole.children],
        steps=[_step(each) for each in whole.steps],
        told=[_told(each) for each in whole.told],
    )


def show_entry(entry: Entry) -> EntryOut:
    """Return a line of the story."""
    told = [_told(each) for each in entry.told]
    return EntryOut(at=entry.at, kind=entry.kind, words=entry.words, by=entry.by, detail=entry.detail, told=told)


def show_silence(view: SilenceView) -> SilenceOut:
    """Return a silence as the API shows it."""
    same = ("id", "state", "reason", "starts_at", "ends_at", "ended_at", "created_at", "version")
    matchers = [MatcherIn(**matcher.document()) for matcher in view.matchers]
    return SilenceOut(**{name: getattr(view, name) for name in same}, matchers=matchers, owner=view.created_by)


def show_preview(found: Preview) -> PreviewOut:
    """Return what a silence would keep quiet."""
    return PreviewOut(count=found.count, alerts=[show_alert(each) for each in found.alerts])


def _alert(view: AlertView) -> dict[str, Any]:
    same = {name: getattr(view, name) for name in AlertOut.model_fields if hasattr(view, name)}
    return same | {"parent": view.parent_id, "silence": view.silence_id}


def _problem(view: ProblemView) -> ProblemOut:
    return ProblemOut(subject=view.subject, since=view.since, facts=dict(view.facts), born=view.born)


def _step(view: StepView) -> StepOut:
    return StepOut(
        **{name: getattr(view, name) for name in StepOut.model_fields if name != "channels"},
        channels=list(view.channels),
    )


def _told(view: ToldView) -> ToldOut:
    return ToldOut(**{name: getattr(view, name) for name in ToldOut.model_fields})
