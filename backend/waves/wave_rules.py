"""Wave rules as rows: put, read, listed, and run when their time has come. Their settings are `settings.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.persistence.bulk import insert_missing
from backend.persistence.uow import Uow
from backend.promise import queries as promises
from backend.wakeups import Topic
from backend.waves.bins import place_of
from backend.waves.schedule import next_run
from backend.waves.settings import WaveSettings, settings_faults, settings_of
from models.errors import DomainError, ErrorCode, invalid, not_found
from models.events import EventType
from models.tables import Location, WaveRule


@dataclass(frozen=True, slots=True)
class WaveRuleInput:
    """A rule as its owner states it; one that is not active never runs by itself."""

    name: str
    settings: WaveSettings
    active: bool = True


@dataclass(frozen=True, slots=True)
class WaveRuleView:
    """A rule of a location."""

    row: WaveRule
    location: str
    settings: WaveSettings


def put(
    uow: Uow, location: str, code: str, given: WaveRuleInput, *, expected_version: int | None = None
) -> tuple[WaveRuleView, bool]:
    """Create or replace a rule and return it, and whether it is new; one that is so already is left alone.

    Raises NOT_FOUND for the location, INVALID with every fault, STALE when another came first.
    """
    place_id = place_of(uow, location)
    if faults := settings_faults(given.settings, at="/settings"):
        raise invalid(faults)
    rule = _load(uow, place_id, code)
    if expected_version is not None and (rule is None or rule.version != expected_version):
        raise DomainError(ErrorCode.STALE, f"The wave rule {code} has changed since you read it.")
    is_new = rule is None
    if rule is None:
        key = {"location_id": place_id, "code": code}
        blank = {"name": "", "document": {}, "active": False, "version": 0, "updated_at": uow.now}
        insert_missing(uow.session, WaveRule, [{**key, **blank}])
        rule = _load(uow, place_id, code) or get(uow, location, code).row
    document = given.settings.document()
    if (rule.name, rule.document, rule.active) == (given.name, document, given.active):
        return WaveRuleView(rule, location, given.settings), False
    rule.name, rule.document, rule.active = given.name, document, given.active
    rule.next_run_at = following(uow, place_id, given, uow.now)
    rule.version += 1
    rule.updated_at = uow.now
    uow.session.flush()
    if rule.next_run_at is not None:
        uow.wake(Topic.WAVES, rule.next_run_at)
    data = {"location": location, "rule": code, "version": rule.version, "active": given.active}
    uow.record(EventType.WAVE_RULE_CHANGED, subject=f"location/{location}", data=data, location_id=place_id)
    return WaveRuleView(rule, location, given.settings), is_new


def get(uow: Uow, location: str, code: str) -> WaveRuleView:
    """Return a rule, or raise NOT_FOUND."""
    statement = sa.select(WaveRule).where(
        col(WaveRule.location_id) == place_of(uow, location), col(WaveRule.code) == code
    )
    rule = uow.session.scalars(statement).one_or_none()
    if rule is None:
        raise not_found("wave rule", code)
    return WaveRuleView(rule, location, settings_of(rule.document))


def listing(uow: Uow, location: str, *, after: str | None = None, limit: int = 100) -> list[WaveRuleView]:
    """Return the rules of a location in order of code, those after `after`, at most `limit`."""
    statement = sa.select(WaveRule).where(col(WaveRule.location_id) == place_of(uow, location))
    statement = statement.order_by(col(WaveRule.code)).limit(limit)
    if after is not None:
        statement = statement.where(col(WaveRule.code) > after)
    return [WaveRuleView(rule, location, settings_of(rule.document)) for rule in uow.session.scalars(statement)]


def due(uow: Uow, *, limit: int = 100) -> list[tuple[int, str, str]]:
    """Return (id, location, rule) of the rules whose time has come, the longest waiting first."""
    statement = (
        sa.select(col(WaveRule.id), col(Location.code), col(WaveRule.code))
        .join(Location, col(Location.id) == col(WaveRule.location_id))
        .where(col(WaveRule.next_run_at) <= uow.now, visible(uow.actor.scope, col(WaveRule.location_id)))
        .order_by(col(WaveRule.next_run_at), col(WaveRule.id))
        .limit(limit)
    )
    return [(int(id_ or 0), location, code) for id_, location, code in uow.session.execute(statement)]


def next_due(uow: Uow) -> datetime | None:
    """Return when a rule runs next."""
    soonest = sa.select(sa.func.min(WaveRule.next_run_at)).where(col(WaveRule.next_run_at).is_not(None))
    return uow.session.scalars(soonest).one()


def claim(uow: Uow, rule_id: int) -> WaveRule | None:
    """Take a rule that is due and say when it runs next; None when somebody else took it."""
    statement = sa.select(WaveRule).where(col(WaveRule.id) == rule_id, col(WaveRule.next_run_at) <= uow.now)
    fresh = statement.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    rule = uow.session.scalars(fresh).one_or_none()
    if rule is None or rule.next_run_at is None:
        return None
    given = WaveRuleInput(rule.name, settings_of(rule.document), rule.active)
    at = following(uow, rule.location_id, given, rule.next_run_at)
    if at is not None and at <= uow.now:  # we were not there: what was missed is not made up for
        at = following(uow, rule.location_id, given, uow.now)
    rule.next_run_at, rule.last_run_at = at, uow.now
    uow.session.flush()
    return rule


def following(uow: Uow, location_id: int, given: WaveRuleInput, after: datetime) -> datetime | None:
    """Return when the rule runs next; None when only by hand."""
    if not given.active or given.settings.schedule is None:
        return None
    return next_run(given.settings.schedule, promises.network(uow).places[location_id].hours, after)


def _load(uow: Uow, place_id: int, code: str) -> WaveRule | None:
    here = sa.select(WaveRule).where(col(WaveRule.location_id) == place_id, col(WaveRule.code) == code)
    fresh = here.with_for_update().execution_options(populate_existing=True)
    return uow.session.scalars(fresh).one_or_none()
