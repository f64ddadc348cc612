"""The engine: follows the feed, lets time pass, and brings alerts up to date, a batch a transaction.

What a batch caused and how far the feed was followed are committed together, so that a crash loses and doubles nothing.
An idle look costs a few index look-ups and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from alerts.policy import Policy, group_key_of
from alerts.states import IS_OPEN
from backend.alerting.active import active_policies, watched_types
from backend.alerting.cases import cases_of, lock_alerts
from backend.alerting.evaluate import evaluate
from backend.alerting.feed import (
    CURSOR,
    Intent,
    Key,
    advance,
    any_events,
    intents_of,
    known_problems,
    lock_cursor,
    next_events,
    take,
)
from backend.clock import system_now
from backend.events.queries import latest_seq
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from models.tables import Alert, AlertProblem, Event, FeedCursor

_ALERTS, _EVENTS, _PROBLEMS = table_of(Alert), table_of(Event), table_of(AlertProblem)
#: The cursor follows events that nobody looks at only every so many.
_PASSED_OVER = 5_000
#: More unread events than this are not counted one by one.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Outlook:
    """What there is to do: events not looked at yet, and the next instant at which something comes due."""

    behind: bool
    next_at: datetime | None

    def due(self, now: datetime) -> bool:
        """Whether there is anything to do now."""
        return self.behind or (self.next_at is not None and self.next_at <= now)


@dataclass(frozen=True, slots=True)
class Behind:
    """Events that the engine has to look at and did not yet, at most `MOST_COUNTED`, and how old the oldest is, in real
    seconds."""

    events: int
    seconds: float


def outlook(uow: Uow) -> Outlook:
    """Return what there is to do; writes nothing. News that no policy looks at is passed over later, many at once."""
    cursor = sa.select(col(FeedCursor.seq)).where(col(FeedCursor.name) == CURSOR).scalar_subquery()
    check = sa.select(sa.func.min(_ALERTS.c.check_at)).where(IS_OPEN).scalar_subquery()
    until = sa.select(sa.func.min(_PROBLEMS.c.until)).scalar_subquery()
    seq, check_at, until_at = uow.session.connection().execute(sa.select(cursor, check, until)).one()
    next_at = min((at for at in (check_at, until_at) if at is not None), default=None)
    after, end = seq or 0, latest_seq(uow.session)
    behind = end - after >= _PASSED_OVER or (after < end and any_events(uow, active_policies(uow), after=after))
    return Outlook(behind, next_at)


def behind(uow: Uow) -> Behind:
    """Return how far the engine is behind the feed; of what no policy looks at nothing is counted."""
    types = watched_types(active_policies(uow).values())
    cursor = uow.session.scalars(sa.select(col(FeedCursor.seq)).where(col(FeedCursor.name) == CURSOR)).first() or 0
    unread = sa.select(_EVENTS.c.recorded_at).where(_EVENTS.c.seq > cursor, _EVENTS.c.type.in_(types))
    found = uow.session.scalars(unread.order_by(_EVENTS.c.seq).limit(MOST_COUNTED)).all() if types else []
    return Behind(len(found), max(0.0, (system_now() - found[0]).total_seconds()) if found else 0.0)


def work(uow: Uow, *, limit: int = 1000) -> int:
    """Do a batch: at most `limit` events, and as much of what is due; return how many alerts were looked at."""
    after = lock_cursor(uow)
    policies = active_policies(uow)
    events, upto = next_events(uow, policies, after=after, end=latest_seq(uow.session), limit=limit)
    intents = intents_of(policies.values(), events)
    done = observe(uow, intents, policies, due=_due(uow, limit=limit), over=_over(uow, limit=limit))
    if upto > after:
        advance(uow, upto)
    return done


def observe(
    uow: Uow,
    intents: Mapping[tuple[str, str], Intent],
    policies: Mapping[str, Policy],
    *,
    due: Iterable[Key] = (),
    over: Iterable[tuple[str, str]] = (),
) -> int:
    """Take what events say, end the problems (policy's code, subject) that are `over` by themselves, and bring every
    alert up to date that any of it, or time (`due`), concerns. Alerts are locked before problems, as commands do."""
    ending = [key for key in over if key not in intents]
    before = known_problems(uow, [*intents, *ending])
    keys = {(row.policy_code, row.group_key) for row in before.values()} | set(due)
    keys |= {(code, group_key_of(one.policy, one.event)) for (code, _), one in intents.items() if one.severity}
    if not keys:
        return 0
    alerts = lock_alerts(uow, keys)
    known = known_problems(uow, [*intents, *ending])
    for key in ending:
        if key in known:
            uow.session.delete(known.pop(key))
    take(uow, intents, known)
    evaluate(uow, cases_of(uow, keys, policies, alerts), policies)
    return len(keys)


def _due(uow: Uow, *, limit: int) -> list[Key]:
    """Return the alerts whose time has come, the longest overdue first."""
    due = sa.select(_ALERTS.c.policy_code, _ALERTS.c.group_key).where(IS_OPEN, _ALERTS.c.check_at <= uow.now)
    rows = uow.session.connection().execute(due.order_by(_ALERTS.c.check_at).limit(limit))
    return [(row.policy_code, row.group_key) for row in rows]


def _over(uow: Uow, *, limit: int) -> list[tuple[str, str]]:
    """Return the problems that are over by themselves."""
    over = sa.select(_PROBLEMS.c.policy_code, _PROBLEMS.c.subject).where(_PROBLEMS.c.until <= uow.now)
    rows = uow.session.connection().execute(over.order_by(_PROBLEMS.c.until).limit(limit))
    return [(row.policy_code, row.subject) for row in rows]
