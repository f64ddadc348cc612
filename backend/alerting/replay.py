"""What a policy would hold now: the events it looks at, gone through again. SELECT only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from alerts.grouping import Group, Problem, facts_of, group_of
from alerts.policy import Policy, group_key_of
from backend.alerting.active import watched_types
from backend.alerting.feed import Intent, events_between, intents_of
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from models.tables import Event

_EVENTS = table_of(Event)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back is looked: at so many events at most, the newest, and at none that is older than `within`."""

    most: int
    within: timedelta | None = None


#: What an edit goes through: the engine waits meanwhile.
WHOLE = Reach(50_000)
#: What somebody who types is answered from, again and again.
GLANCE = Reach(5_000, timedelta(days=7))


@dataclass(frozen=True, slots=True)
class Replayed:
    """What events say of each subject for which a condition holds; what began before `since_seq` was not looked at.
    `looked` events were, `whole` says that there are no older ones."""

    holding: Mapping[str, Intent]
    since_seq: int
    looked: int = 0

    @property
    def whole(self) -> bool:
        """Whether nothing older was left out."""
        return self.since_seq == 0


def replay(uow: Uow, policy: Policy, *, until: int, reach: Reach = WHOLE) -> Replayed:
    """Go through the feed up to a place; what would have ended by itself since is left out."""
    types = watched_types([policy])
    since = _beginning(uow, types, until=until, reach=reach)
    events = events_between(uow, types, after=since, until=until, limit=reach.most)
    found = intents_of([policy], events)
    holding = {
        intent.subject: intent
        for intent in found.values()
        if intent.severity is not None and (policy.lasts is None or intent.event.at + policy.lasts > uow.now)
    }
    return Replayed(holding, since, len(events))


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


def _beginning(uow: Uow, types: list[str], *, until: int, reach: Reach) -> int:
    """Return the place after which there are at most so many events, none of them too old."""
    if not types:
        return until
    mine = sa.select(_EVENTS.c.seq).where(_EVENTS.c.seq <= until, _EVENTS.c.type.in_(types))
    too_many = mine.order_by(_EVENTS.c.seq.desc()).offset(reach.most).limit(1)
    connection = uow.session.connection()
    since = connection.execute(too_many).scalar() or 0
    if reach.within is None:
        return since
    old = mine.where(_EVENTS.c.seq > since, _EVENTS.c.at < uow.now - reach.within)
    return connection.execute(old.order_by(_EVENTS.c.seq.desc()).limit(1)).scalar() or since
