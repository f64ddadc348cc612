"""What an alert's page says: what is wrong, what it is about, what would clear it, who has it. Pure; who was told and
what happened is `story.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alerts.about import ProblemView
from alerts.browse import AlertView
from alerts.policy_words import PolicyWords
from alerts.rules import WORDS, NotifyReason
from alerts.runbooks import Action, Part
from alerts.telling import page_of
from backend.alerting.queries import Whole
from backend.sla.views import LocationView
from dashboard import format as say
from dashboard.present import common
from dashboard.present.alerts import runbook, story, words
from dashboard.present.alerts.silence_forms import href_of
from dashboard.present.common import Reader
from dashboard.views.alert import AlertHead, AlertScreen, Subject
from models.alerting import AlertLevel, AlertStatus, Muted

_QUIET = {
    Muted.SILENCED: "Nobody is told of it: it is silenced.",
    Muted.INHIBITED: "Nobody is told of it by itself: a wider alert that is open tells of it already.",
    Muted.STORM: "Nobody is told of it by itself: it is one of many, and one alert tells of them all.",
    Muted.BORN: "Nobody was told of it: it was so before its policy was made or edited.",
    Muted.QUIET: "Nobody is told of it now: these are quiet hours. What still holds afterwards is told.",
}
_LEVELS = {
    AlertLevel.NETWORK: "the whole network",
    AlertLevel.GROUP: "a group",
    AlertLevel.LOCATION: "a location",
    AlertLevel.SHIPMENT: "a shipment",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from. `may_run` says which buttons of the runbook the reader may press, `may_act`
    whether he may take it on, `may_open_told` whether he may open the messages that were sent."""

    whole: Whole
    policy: PolicyWords
    place: LocationView | None
    parent: AlertView | None
    runbook: Sequence[Part]
    may_run: Callable[[Action], bool]
    may_act: bool
    may_open_told: bool


def screen(facts: Facts, reader: Reader) -> AlertScreen:
    """Return the whole page."""
    one, whole = facts.whole.alert, facts.whole
    if whole.children:
        subjects = [_child(child, reader) for child in whole.children]
        more = one.children - len(subjects)
    else:
        subjects = [_problem(problem, one, reader) for problem in whole.problems]
        more = one.problems - len(subjects) if subjects else 0
    places = [(str(child.id), words.where(child)) for child in whole.children if child.open and child.location]
    todo = runbook.parts(facts.runbook, one, facts.may_run, places)
    return AlertScreen(
        head=_head(facts, reader),
        subjects=subjects,
        subjects_more=f"and {say.count(more, reader.locale)} more" if more > 0 else "",
        todo=todo,
        todo_note=runbook.note(todo),
        places=places,
        labels=sorted((name, str(value)) for name, value in one.labels.items() if name != "alertname"),
        steps=[story.step(step, one, reader) for step in whole.steps],
        told=[story.told(line, one, reader, opens=facts.may_open_told) for line in reversed(whole.told)],
        story=story.entries(whole.timeline, one, reader),
    )


def _head(facts: Facts, reader: Reader) -> AlertHead:
    one, parent, place = facts.whole.alert, facts.parent, facts.place
    status = common.status_of(place) if place else None
    return AlertHead(
        id=one.id,
        version=one.version,
        title=one.title,
        summary="" if one.summary == one.title else one.summary,
        policy=facts.policy.title or one.policy,
        severity=one.severity.value,
        severity_word=words.SEVERITY_WORDS[one.severity],
        state=words.state_key(one),
        state_word=words.state_word(one),
        who=words.who(one, reader),
        lasting=_lasting(one, reader),
        quiet=_QUIET[one.muted] if one.muted and one.open else "",
        drill=one.drill,
        where=words.where(one) if one.location or one.group else f"About {_LEVELS[one.level]}",
        where_href=words.where_href(one),
        map_href=words.map_href(one),
        place_status=status.value if status else "",
        place_word=common.word_of(status) if status else "",
        clears=facts.policy.clears,
        parent=parent.title if parent else "",
        parent_href=words.href(parent.id) if parent else "",
        over=_over(one, reader),
        may_acknowledge=facts.may_act and one.status is AlertStatus.FIRING,
        may_give_back=facts.may_act and one.status is AlertStatus.ACKNOWLEDGED,
        may_resolve=facts.may_act and one.status in (AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED),
        may_note=facts.may_act,
        report=f"/api/v1/alerts/{one.id}/report.html",
        silence_href=href_of(one.id) if facts.may_act and one.open else "",
    )


def _lasting(one: AlertView, reader: Reader) -> str:
    if one.resolved_at is None:
        return say.lasting(one.since, one.time_zone, reader.now, reader.locale)
    took = say.duration((one.resolved_at - one.since).total_seconds())
    return f"lasted {took} (from {say.at_place(one.since, one.time_zone, reader.now, reader.locale)})"


def _over(one: AlertView, reader: Reader) -> str:
    if one.resolved_at is None:
        return ""
    how = f"by {one.resolved_by}" if one.resolved_by else "by itself"
    at = say.moment(one.resolved_at, one.time_zone, reader.now, reader.locale)
    why = one.resolved_why if one.resolved_why != WORDS[NotifyReason.RESOLVED] else ""
    return f"Over {how} {at}." + (f" {why}" if why else "")


def _problem(problem: ProblemView, one: AlertView, reader: Reader) -> Subject:
    return Subject(
        key=problem.subject,
        text=str(problem.facts.get("text") or problem.subject),
        href=page_of(problem.subject) or page_of(str(problem.facts.get("subject") or "")),
        more="Was so before the policy" if problem.born else "",
        since=say.duration((reader.now - problem.since).total_seconds()),
        title=say.at_place(problem.since, one.time_zone, reader.now, reader.locale),
    )


def _child(child: AlertView, reader: Reader) -> Subject:
    return Subject(
        key=str(child.id),
        text=child.title,
        href=words.href(child.id),
        more=f"{words.where(child)} · {words.STATE_WORDS[child.status]}",
        since=say.duration((reader.now - child.since).total_seconds()),
        title=say.at_place(child.since, child.time_zone, reader.now, reader.locale),
    )
