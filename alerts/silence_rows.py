"""Reading silences: those that count for the rules, and as people look at them. SELECT only. Which alerts they keep
quiet is `silences.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.silences import Matcher, SilenceFacts, SilenceState, matchers_of
from alerts.states import IS_OPEN
from models.tables import Alert, Silence


@dataclass(frozen=True, slots=True)
class SilenceView:
    """A silence as it is shown; `ended_at`: somebody ended it before its time. `owner_scope` is what its creator may
    see."""

    id: int
    matchers: tuple[Matcher, ...]
    reason: str
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    created_by: str
    created_at: datetime
    state: SilenceState
    version: int
    owner_scope: dict[str, Any]

    @property
    def facts(self) -> SilenceFacts:
        """What the rules need of it."""
        return SilenceFacts(self.id, self.matchers, self.starts_at, min(self.ends_at, self.ended_at or self.ends_at))


def standing(session: Session, now: datetime) -> list[SilenceFacts]:
    """Return the silences that are not over: active ones, and those still to come."""
    rows = session.scalars(_not_over(sa.select(Silence), now).order_by(col(Silence.id)))
    return [view_of(row, now).facts for row in rows]


def list_silences(session: Session, *, now: datetime, states: Sequence[SilenceState] = ()) -> list[SilenceView]:
    """Return silences, the one that ends last first; without `states` all of them."""
    query = sa.select(Silence)
    if states and SilenceState.EXPIRED not in states:
        query = _not_over(query, now)
    rows = session.scalars(query.order_by(col(Silence.ends_at).desc(), col(Silence.id).desc()))
    views = [view_of(row, now) for row in rows]
    return [view for view in views if not states or view.state in states]


def view_of(row: Silence, now: datetime) -> SilenceView:
    """Return a row as it is shown."""
    assert row.id is not None  # noqa: S101  # it was loaded or flushed
    ends_at = min(row.ends_at, row.ended_at or row.ends_at)
    facts = SilenceFacts(row.id, matchers_of(row.matchers), row.starts_at, ends_at)
    return SilenceView(
        id=row.id,
        matchers=facts.matchers,
        reason=row.reason,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        created_by=row.created_by,
        created_at=row.created_at,
        state=facts.state(now),
        version=row.version,
        owner_scope=row.owner_scope,
    )


def open_labels(session: Session) -> list[tuple[int, dict[str, str], int | None]]:
    """Return id, labels and silence of every alert that is open."""
    rows = session.execute(
        sa.select(Alert.id, Alert.labels, Alert.silence_id)  # type: ignore[call-overload]
        .where(IS_OPEN)
        .order_by(col(Alert.id))
    )
    return [(row[0], row[1], row[2]) for row in rows]


def concerned(session: Session, silences: Iterable[SilenceFacts]) -> list[int]:
    """Return the ids of the open alerts that these silences match, or that they keep quiet now."""
    facts = list(silences)
    ids = {each.id for each in facts}
    return [
        id_
        for id_, labels, silence_id in open_labels(session)
        if silence_id in ids or any(each.covers(labels) for each in facts)
    ]


def _not_over(query: sa.Select[Any], now: datetime) -> sa.Select[Any]:
    return query.where(col(Silence.ends_at) > now, sa.or_(col(Silence.ended_at).is_(None), col(Silence.ended_at) > now))
