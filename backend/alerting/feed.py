"""Following the feed: how far the engine has come, the events that policies look at, and the problems that they mean.

What becomes of problems is `evaluate.py`. The cursor moves in the transaction of what it caused, under a lock, so that
nothing is taken twice or passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from alerts.grouping import facts_of
from alerts.policy import Happened, Policy, cleared, group_key_of, raised, subject_of
from backend.alerting.active import watched_types
from backend.persistence.bulk import fetch_in, insert_missing, insert_rows, table_of
from backend.persistence.uow import Uow
from models.alerting import Severity
from models.tables import AlertProblem, Event, FeedCursor, Location

CURSOR = "alerts"
_EVENTS, _LOCATIONS, _PROBLEMS = table_of(Event), table_of(Location), table_of(AlertProblem)

#: A policy's code and a group key.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Intent:
    """What the events of a batch say of one subject: how bad it is, and from when (None: it is over)."""

    policy: Policy
    subject: str
    event: Happened
    severity: Severity | None
    since: datetime
    anew: bool  # it was over in between
    born: bool

    @property
    def key(self) -> tuple[str, str]:
        """What tells it apart from every other subject."""
        return self.policy.code, self.subject


def lock_cursor(uow: Uow) -> int:
    """Return how far the feed was followed, and let nobody else follow it until the transaction ends.

    It comes before the locks of alerts: the engine locks many of them, so whoever touches more than one takes this
    first. Who touches one alert only, locks that and nothing after it.
    """
    statement = (
        sa.update(FeedCursor)
        .where(col(FeedCursor.name) == CURSOR)
        .values(seq=col(FeedCursor.seq))
        .returning(col(FeedCursor.seq))
        .execution_options(synchronize_session=False)
    )
    found = uow.session.execute(statement).scalar_one_or_none()
    if found is None:
        insert_missing(uow.session, FeedCursor, [{"name": CURSOR, "seq": 0, "at": None}])
        found = uow.session.execute(statement).scalar_one()
    return int(found)


def advance(uow: Uow, seq: int) -> None:
    """Note how far the feed was followed."""
    moved = sa.update(FeedCursor).where(col(FeedCursor.name) == CURSOR).values(seq=seq, at=uow.now)
    uow.session.execute(moved.execution_options(synchronize_session=False))


def events_between(uow: Uow, types: Sequence[str], *, after: int, until: int, limit: int) -> list[Happened]:
    """Return the first events of these types in a stretch of the feed, with where they happened."""
    if not types or after >= until:
        return []
    columns = (_EVENTS.c[name] for name in ("seq", "type", "subject", "at", "data", "location_id"))
    within = sa.and_(_EVENTS.c.seq > after, _EVENTS.c.seq <= until, _EVENTS.c.type.in_(types))
    rows = (
        uow.session.connection().execute(sa.select(*columns).where(within).order_by(_EVENTS.c.seq).limit(limit)).all()
    )
    places = places_of(uow, (row.location_id for row in rows))
    return [_happened(row, places.get(row.location_id)) for row in rows]


def any_events(uow: Uow, policies: Mapping[str, Policy], *, after: int) -> bool:
    """Return whether there are events behind that place that any policy looks at."""
    types = watched_types(policies.values())
    news = sa.select(_EVENTS.c.seq).where(_EVENTS.c.seq > after, _EVENTS.c.type.in_(types)).limit(1)
    return bool(types) and uow.session.connection().execute(news).first() is not None


def places_of(uow: Uow, location_ids: Iterable[int | None]) -> dict[int, Any]:
    """Return code, groups and time zone of locations by id."""
    wanted = {id_ for id_ in location_ids if id_ is not None}
    columns = sa.select(_LOCATIONS.c.id, _LOCATIONS.c.code, _LOCATIONS.c.groups, _LOCATIONS.c.time_zone)
    return {row.id: row for row in fetch_in(uow.session, columns, _LOCATIONS.c.id, wanted)}


def next_events(
    uow: Uow, policies: Mapping[str, Policy], *, after: int, end: int, limit: int
) -> tuple[list[Happened], int]:
    """Return the next events that any policy looks at, and the place in the feed up to which these are all."""
    until = min(end, after + 20 * limit)
    events = events_between(uow, watched_types(policies.values()), after=after, until=until, limit=limit)
    return events, events[-1].seq if len(events) == limit else until


def intents_of(policies: Iterable[Policy], events: Sequence[Happened]) -> dict[tuple[str, str], Intent]:
    """Return what the events, in the order of the feed, come to for each subject of each policy. Pure."""
    found: dict[tuple[str, str], Intent] = {}
    watching = [policy for policy in policies if policy.enabled]
    for event in events:
        for policy in watching:
            severity = raised(policy, event)
            if severity is None and not cleared(policy, event):
                continue
            intent = _intent(policy, event, severity, found.get((policy.code, subject_of(policy, event))))
            found[intent.key] = intent
    return found


def _intent(policy: Policy, event: Happened, severity: Severity | None, before: Intent | None) -> Intent:
    goes_on = before is not None and before.severity is not None and severity is not None
    worse = (
        goes_on and before is not None and severity is not None and severity.rank > (before.severity or severity).rank
    )
    return Intent(
        policy=policy,
        subject=subject_of(policy, event),
        event=event,
        severity=severity,
        since=before.since if goes_on and before is not None else event.at,
        anew=severity is None or (before is not None and before.anew),
        born=event.seq <= policy.from_seq or (goes_on and before is not None and before.born and not worse),
    )


def take(uow: Uow, intents: Mapping[tuple[str, str], Intent], known: Mapping[tuple[str, str], AlertProblem]) -> None:
    """Write the problems that the events mean; `known` are the rows of these subjects, whose alerts are locked."""
    new: list[dict[str, Any]] = []
    for key, intent in sorted(intents.items()):
        row = known.get(key)
        if intent.severity is None:
            if row is not None:
                uow.session.delete(row)
            continue
        if row is None:
            new.append(_new(intent, intent.severity))
            continue
        if intent.anew:
            row.since, row.born = intent.since, intent.born
        elif intent.severity.rank > Severity(row.severity).rank and not intent.born:
            row.born = False  # what was known became worse: that is new
        for name, value in _said(intent, intent.severity).items():
            setattr(row, name, value)
    uow.session.flush()
    insert_rows(uow.session, AlertProblem, new)


def known_problems(uow: Uow, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], AlertProblem]:
    """Return the rows of these subjects (policy's code, subject) that are there."""
    found: dict[tuple[str, str], AlertProblem] = {}
    by_policy: dict[str, set[str]] = {}
    for code, subject in keys:
        by_policy.setdefault(code, set()).add(subject)
    for code, subjects in sorted(by_policy.items()):
        ids = sa.select(_PROBLEMS.c.id).where(_PROBLEMS.c.policy_code == code)
        wanted = [row.id for row in fetch_in(uow.session, ids, _PROBLEMS.c.subject, subjects)]
        rows = sa.select(AlertProblem).where(col(AlertProblem.id).in_(wanted))
        for row in uow.session.scalars(rows.execution_options(populate_existing=True)):
            found[row.policy_code, row.subject] = row
    return found


def _new(intent: Intent, severity: Severity) -> dict[str, Any]:
    row = {"policy_code": intent.policy.code, "subject": intent.subject, "since": intent.since, "born": intent.born}
    return row | _said(intent, severity)


def _said(intent: Intent, severity: Severity) -> dict[str, Any]:
    """Return what a problem's row has from its newest event."""
    lasts = intent.policy.lasts
    return {
        "group_key": group_key_of(intent.policy, intent.event),
        "location_id": intent.event.location_id,
        "severity": severity.value,
        "seq": intent.event.seq,
        "facts": facts_of(intent.policy, intent.event),
        "until": None if lasts is None else intent.event.at + lasts,
    }


def _happened(row: Any, place: Any) -> Happened:
    return Happened(
        seq=row.seq,
        type=row.type,
        subject=row.subject,
        at=row.at,
        data=row.data,
        location=None if place is None else place.code,
        location_id=row.location_id,
        groups=() if place is None else tuple(place.groups),
    )
