"""The one writer of silences: make one, change it, end it, and tell of those that begin or run out by themselves.

Whoever is limited to some locations may silence only what is theirs: a matcher has to pin the location or the group.
Each change has the engine look again at the alerts that it concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from alerts import silence_rows
from alerts.browse import AlertFilter, AlertView, list_alerts
from alerts.silence_rows import SilenceView, view_of
from alerts.silences import Matcher, SilenceFacts, SilenceState, matcher_faults, pinned, time_faults
from alerts.states import IS_OPEN
from backend.alerting.feed import lock_cursor
from backend.alerting.scope import visible_alert
from backend.auth.scope import visible
from backend.persistence.uow import Uow
from backend.wakeups import Topic
from models.alerting import AlertStatus
from models.errors import DomainError, ErrorCode, Fault, invalid, not_found
from models.events import EventType
from models.tables import Alert, Location, Silence

LOCATION, GROUP = "location", "group"


@dataclass(frozen=True, slots=True)
class NewSilence:
    """What somebody asks for; `starts_at` None is now."""

    matchers: tuple[Matcher, ...]
    reason: str
    ends_at: datetime
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a silence would keep quiet now: how many open alerts, and the first of them."""

    count: int
    alerts: tuple[AlertView, ...]


def listing(uow: Uow, states: Sequence[SilenceState] = ()) -> list[SilenceView]:
    """Return the silences that the actor may see, the one that ends last first."""
    found = silence_rows.list_silences(uow.session, now=uow.now, states=states)
    if uow.actor.scope.everything:
        return found
    inside, quiet = _inside(uow), _keeping_quiet(uow)
    return [view for view in found if view.id in quiet or _own(uow, view.matchers, inside)]


def get(uow: Uow, silence_id: int) -> SilenceView:
    """Return one silence; raises NOT_FOUND."""
    row = uow.session.get(Silence, silence_id, populate_existing=True)
    view = None if row is None else view_of(row, uow.now)
    limited = not uow.actor.scope.everything
    if view is None or (limited and view.id not in _keeping_quiet(uow) and not _own(uow, view.matchers, _inside(uow))):
        raise not_found("silence", silence_id)
    return view


def preview(uow: Uow, matchers: Sequence[Matcher], *, limit: int = 20) -> Preview:
    """Return which open alerts these matchers match now, as far as the actor may see them; raises INVALID."""
    faults = matcher_faults(matchers)
    if faults:
        raise invalid(faults)
    open_ = [status for status in AlertStatus if status is not AlertStatus.RESOLVED]
    which = AlertFilter(visible_alert(uow.actor.scope), open_)
    facts = SilenceFacts(0, tuple(matchers), uow.now, uow.now)
    found = [view for view in list_alerts(uow.session, which, limit=10_000) if facts.covers(view.labels)]
    return Preview(len(found), tuple(found[:limit]))


def make(uow: Uow, new: NewSilence) -> SilenceView:
    """Make a silence and return it; its owner is whoever makes it. Raises INVALID with every fault, or FORBIDDEN."""
    starts_at = new.starts_at or uow.now
    _check(uow, new, starts_at)
    scope = uow.actor.scope
    row = Silence(
        matchers=[matcher.document() for matcher in new.matchers],
        reason=new.reason,
        owner_scope={"location_codes": sorted(scope.location_codes), "group_codes": sorted(scope.group_codes)},
        starts_at=starts_at,
        ends_at=new.ends_at,
        created_by=uow.actor.label,
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    view = view_of(row, uow.now)
    _after(uow, view, "created", [view.facts])
    return view


def change(uow: Uow, silence_id: int, new: NewSilence, *, expected_version: int | None = None) -> SilenceView:
    """Change a silence that is not over; raises NOT_FOUND, STALE, INVALID, FORBIDDEN or ILLEGAL_TRANSITION."""
    row = _taken(uow, silence_id, expected_version)
    before = view_of(row, uow.now)
    if before.state is SilenceState.EXPIRED:
        raise DomainError(ErrorCode.ILLEGAL_TRANSITION, "This silence is over; make a new one.")
    starts_at = new.starts_at or row.starts_at
    _check(uow, new, starts_at)
    row.matchers = [matcher.document() for matcher in new.matchers]
    row.reason, row.starts_at, row.ends_at = new.reason, starts_at, new.ends_at
    row.version += 1
    uow.session.flush()
    view = view_of(row, uow.now)
    _after(uow, view, "updated", [before.facts, view.facts])
    return view


def end(uow: Uow, silence_id: int, *, expected_version: int | None = None) -> SilenceView:
    """End a silence now; one that is over already stays as it is. Raises NOT_FOUND, STALE or FORBIDDEN."""
    row = _taken(uow, silence_id, expected_version)
    before = view_of(row, uow.now)
    if before.state is SilenceState.EXPIRED:
        return before
    _check_own(uow, before.matchers)
    row.ended_at = uow.now
    row.version += 1
    uow.session.flush()
    view = view_of(row, uow.now)
    _after(uow, view, "ended", [before.facts])
    return view


def turning(uow: Uow, *, since: datetime) -> list[Silence]:
    """Return the silences that began or ran out by themselves after an instant and up to now."""
    begun = sa.and_(col(Silence.starts_at) > since, col(Silence.starts_at) <= uow.now)
    over = sa.and_(col(Silence.ends_at) > since, col(Silence.ends_at) <= uow.now)
    still = sa.or_(col(Silence.ended_at).is_(None), col(Silence.ended_at) > uow.now)
    rows = uow.session.scalars(sa.select(Silence).where(sa.or_(begun, over), still).order_by(col(Silence.id)))
    return list(rows)


def turned(uow: Uow, *, since: datetime) -> None:
    """Tell of those."""
    for row in turning(uow, since=since):
        view = view_of(row, uow.now)
        if view.state is SilenceState.EXPIRED:
            _after(uow, view, "expired", [view.facts])
        elif row.created_at < row.starts_at:
            _after(uow, view, "started", [view.facts])


def _check(uow: Uow, new: NewSilence, starts_at: datetime) -> None:
    faults = matcher_faults(new.matchers)
    faults += time_faults(starts_at, new.ends_at, now=uow.now, most_days=uow.silence_days)
    if not new.reason.strip():
        faults.append(Fault("/reason", "missing", "Say why: somebody will ask."))
    if faults:
        raise invalid(faults)
    _check_own(uow, new.matchers)


def _check_own(uow: Uow, matchers: Sequence[Matcher]) -> None:
    if not uow.actor.scope.everything and not _own(uow, matchers, _inside(uow)):
        words = 'Name one of your locations or groups with = (location="…"): you may silence only what is yours.'
        raise DomainError(ErrorCode.FORBIDDEN, words, faults=[Fault("/matchers", "outside_scope", words)])


def _own(uow: Uow, matchers: Iterable[Matcher], inside: frozenset[str]) -> bool:
    matchers = tuple(matchers)
    return pinned(matchers, LOCATION) in inside or pinned(matchers, GROUP) in uow.actor.scope.group_codes


def _inside(uow: Uow) -> frozenset[str]:
    """Return the codes of the locations that the actor may see."""
    seen = sa.select(col(Location.code)).where(visible(uow.actor.scope, col(Location.id)))
    return frozenset(uow.session.scalars(seen))


def _keeping_quiet(uow: Uow) -> frozenset[int]:
    """Return the ids of the silences that keep alerts quiet which the actor may see: he may know why."""
    quiet = sa.select(col(Alert.silence_id)).where(
        col(Alert.silence_id).is_not(None),
        IS_OPEN,
        visible_alert(uow.actor.scope),
    )
    return frozenset(found for found in uow.session.scalars(quiet.distinct()) if found is not None)


def _taken(uow: Uow, silence_id: int, expected_version: int | None) -> Silence:
    view = get(uow, silence_id)
    _check_own(uow, view.matchers)
    statement = sa.select(Silence).where(col(Silence.id) == silence_id).with_for_update()
    row: Silence = uow.session.execute(statement.execution_options(populate_existing=True)).scalar_one()
    if expected_version is not None and expected_version != row.version:
        words = f"Silence {silence_id} was changed meanwhile: it is at version {row.version}, not {expected_version}."
        raise DomainError(ErrorCode.STALE, words)
    return row


def _after(uow: Uow, view: SilenceView, change: str, concerned: Sequence[SilenceFacts]) -> None:
    """Have the alerts looked at again that it concerns, and tell of it."""
    lock_cursor(uow)  # many alerts are touched, in no order
    again = silence_rows.concerned(uow.session, concerned)
    for start in range(0, len(again), 500):
        ids = again[start : start + 500]
        update = sa.update(Alert).where(col(Alert.id).in_(ids)).values(check_at=uow.now)
        uow.session.execute(update.execution_options(synchronize_session=False))
    place = pinned(view.matchers, LOCATION)
    known = sa.select(col(Location.id)).where(col(Location.code) == place)
    data: dict[str, Any] = {
        "silence": view.id,
        "change": change,
        "matchers": [matcher.document() for matcher in view.matchers],
        "reason": view.reason,
        "owner": view.created_by,
        "by": uow.actor.label,
        "starts_at": view.starts_at.isoformat(),
        "ends_at": view.facts.ends_at.isoformat(),
        "alerts": len(again),
    }
    location_id = uow.session.execute(known).scalar() if place else None
    uow.record(EventType.SILENCE_CHANGED, subject=f"silence/{view.id}", data=data, location_id=location_id)
    uow.wake(Topic.ALERTS, view.starts_at if view.starts_at > uow.now else view.facts.ends_at)
