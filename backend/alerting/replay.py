"""What a policy would hold now: the events it looks at, gone through again. SELECT only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from alerts.grouping import Group, Problem, facts_of, group_of
from alerts.policy import Policy, group_key_of
from backend.alerting.active import watched_types
from backend.alerting.feed import Intent, events_between, intents_of
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from models.tables import Event

_EVENTS = table_of(Event)
#: So many events are gone through at most, the newest: an answer must come soon.
MOST = 50_000


@dataclass(frozen=True, slots=True)
class Replayed:
    """What events say of each subject for which a condition holds; what began before `since_seq` was not looked at."""

    holding: Mapping[str, Intent]
    since_seq: int


def replay(uow: Uow, policy: Policy, *, until: int) -> Replayed:
    """Go through the feed up to a place; what would have ended by itself since is left out."""
    types = watched_types([policy])
    since = _beginning(uow, types, until=until)
    events = events_between(uow, types, after=since, until=until, limit=MOST)
    found = intents_of([policy], events)
    holding = {
        intent.subject: intent
        for intent in found.values()
        if intent.severity is not None and (policy.lasts is None or intent.event.at + policy.lasts > uow.now)
    }
    return Replayed(holding, since)


def groups_of(policy: Policy, replayed: Replayed) -> dict[str, Group]:
    """Return the alerts that would be, by group key."""
    problems: dict[str, list[Problem]] = {}
    for intent in replayed.holding.values():
        assert intent.severity is not None  # noqa: S101  # only what holds is there
        problem = Problem(
            intent.subject,
            intent.since,
            intent.severity,
            intent.event.seq,
            facts_of(policy, intent.event),
            born=True,
            location_id=intent.event.location_id,
        )
        problems.setdefault(group_key_of(policy, intent.event), []).append(problem)
    groups = {key: group_of(found, policy) for key, found in problems.items()}
    return {key: group for key, group in sorted(groups.items()) if group is not None}


def _beginning(uow: Uow, types: list[str], *, until: int) -> int:
    """Return the place after which there are at most so many events."""
    if not types:
        return until
    mine = sa.select(_EVENTS.c.seq).where(_EVENTS.c.seq <= until, _EVENTS.c.type.in_(types))
    first = mine.order_by(_EVENTS.c.seq.desc()).offset(MOST).limit(1)
    return uow.session.connection().execute(first).scalar() or 0
