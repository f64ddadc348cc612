"""One alert with all that belongs to it, as its actor may see it. SELECT only. Lists are `alerts/browse.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from alerts import about, browse, story
from alerts.about import Happening, ProblemView, StepView, ToldView
from alerts.browse import AlertFilter, AlertSort, AlertView
from backend.alerting.scope import shown, visible_alert
from backend.persistence.uow import Uow
from models.enums import Permission


@dataclass(frozen=True, slots=True)
class Whole:
    """An alert with its problems, the alerts it tells of, its escalation, who was told, and what happened."""

    alert: AlertView
    problems: tuple[ProblemView, ...]
    children: tuple[AlertView, ...]
    steps: tuple[StepView, ...]
    told: tuple[ToldView, ...]
    happened: tuple[Happening, ...]
    timeline: tuple[story.Entry, ...]


def mine(uow: Uow, which: AlertFilter) -> AlertFilter:
    """Return a filter that leaves out what the actor may not see."""
    return replace(which, within=visible_alert(uow.actor.scope))


def listing(uow: Uow, which: AlertFilter, *, limit: int, before_id: int | None = None) -> list[AlertView]:
    """Return alerts that the actor may see, the newest first; go on with `before_id`."""
    return browse.list_alerts(uow.session, mine(uow, which), limit=limit, before_id=before_id)


def find(
    uow: Uow, which: AlertFilter, *, sort: AlertSort = AlertSort.WORST, offset: int = 0, limit: int = 50
) -> browse.AlertPage:
    """Return one page of the alerts that the actor may see, and how many there are in all."""
    return browse.find_alerts(uow.session, mine(uow, which), sort=sort, offset=offset, limit=limit)


def counts(uow: Uow, which: AlertFilter) -> browse.AlertCounts:
    """Return how many alerts the actor may see, by kind."""
    return browse.count_alerts(uow.session, mine(uow, which))


def open_by_policy(uow: Uow) -> dict[str, int]:
    """Return how many alerts of each policy are open that the actor may see; those without any are left out."""
    return browse.count_by_policy(uow.session, mine(uow, AlertFilter(statuses=browse.OPEN)))


def whole(uow: Uow, alert_id: int) -> Whole:
    """Return an alert with everything about it; raises NOT_FOUND."""
    alert = shown(uow, alert_id)
    happened, told = _happened(uow, alert)
    children = AlertFilter(visible_alert(uow.actor.scope), parent_id=alert_id)
    return Whole(
        alert=alert,
        problems=tuple(about.problems_of(uow.session, alert)),
        children=tuple(browse.find_alerts(uow.session, children, limit=100).items) if alert.children else (),
        steps=tuple(about.steps_of(uow.session, alert_id)),
        told=tuple(told),
        happened=tuple(happened),
        timeline=tuple(_story(uow, alert, happened, told)),
    )


def timeline(uow: Uow, alert_id: int) -> list[story.Entry]:
    """Return what happened to an alert in plain words, oldest first; raises NOT_FOUND."""
    alert = shown(uow, alert_id)
    return _story(uow, alert, *_happened(uow, alert))


def _story(uow: Uow, alert: AlertView, happened: Sequence[Happening], told: Sequence[ToldView]) -> list[story.Entry]:
    """Return what happened in plain words; of what nobody was told of, first why."""
    seen = visible_alert(uow.actor.scope)
    around = browse.get_alert(uow.session, alert.parent_id, within=seen) if alert.parent_id is not None else None
    silent = story.untold(alert, around)
    return [*([silent] if silent else []), *story.tell(happened, told)]


def _happened(uow: Uow, alert: AlertView) -> tuple[Sequence[Happening], Sequence[ToldView]]:
    """Return an alert's events and deliveries; what a channel said of an error is for those who may see channels."""
    happened = about.happenings_of(uow.session, alert)
    told = about.told_of(uow.session, happened)
    if not uow.actor.can(Permission.CHANNELS_READ):
        told = [replace(one, error=None) for one in told]
    return happened, told
