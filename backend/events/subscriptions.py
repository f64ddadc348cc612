"""Webhook subscriptions: who may see which, create, replace, delete. Delivering to them is `alerts/delivery`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from alerts import queries
from alerts.delivery.queue import abandon, lock_subscriptions
from alerts.delivery.signing import key_of, new_secret
from alerts.delivery.target import url_faults
from alerts.fanout import interest_of
from alerts.matching import type_faults
from alerts.queries import SubscriptionView, subscription_view
from backend.auth.actor import Actor, LocationScope
from backend.auth.scope import visible
from backend.clock import system_now
from backend.events.audience import hidden_types
from backend.events.backfill import owe_since
from backend.events.sequencer import lock_feed
from backend.persistence.uow import Uow
from backend.wakeups import Topic
from models.errors import DomainError, ErrorCode, Fault, not_found
from models.events import EventType
from models.tables import Location, Subscription


@dataclass(frozen=True, slots=True)
class SubscriptionInput:
    """What an integrator asks for.

    `secret` None keeps the one there is, or makes one. `since` is a place in the feed: events after it are owed, also
    those already there; None means from now on.
    """

    url: str
    types: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    secret: str | None = None
    enabled: bool = True
    since: int | None = None


@dataclass(frozen=True, slots=True)
class PutSubscription:
    """What was stored; `secret` is set only when this call created the subscription."""

    view: SubscriptionView
    created: bool
    secret: str | None


def list_subscriptions(uow: Uow) -> list[SubscriptionView]:
    """Return the subscriptions that the actor may see, by code."""
    return [view for view, scope in queries.list_subscriptions(uow.session) if _may_see(uow.actor, scope)]


def get_subscription(uow: Uow, code: str) -> SubscriptionView:
    """Return one subscription; raises NOT_FOUND."""
    return subscription_view(_load(uow, code))


def put_subscription(
    uow: Uow,
    code: str,
    wanted: SubscriptionInput,
    *,
    allowed_hosts: Collection[str] = (),
    expected_version: int | None = None,
) -> PutSubscription:
    """Create or replace a subscription; raises INVALID, TARGET_REFUSED, NOT_FOUND or STALE and changes nothing then.

    A subscription never sees more than whoever created it could, nor more than whoever edits it can.
    """
    end = lock_feed(uow.session)  # no event can slip between "from now on" and the first message
    row = _find(uow, code, expected_version)
    _check(uow, wanted, end=end, allowed_hosts=allowed_hosts)
    created = row is None
    secret = wanted.secret or new_secret()
    if row is None:
        row = _new(uow, code, secret=secret, from_seq=end)
    _apply(uow, row, wanted)
    uow.session.flush()
    if not row.enabled:
        abandon(uow.session, _id(row), reason="The subscription is disabled.", now=uow_now())
    elif wanted.since is not None:
        row.from_seq = wanted.since
        owe_since(uow, interest_of(row), after=wanted.since, until=end)
    uow.session.flush()
    _record(uow, row, "created" if created else "updated")
    return PutSubscription(subscription_view(row), created, secret if created else None)


def delete_subscription(uow: Uow, code: str, *, expected_version: int | None = None) -> None:
    """Delete a subscription with everything owed to it and its history; raises NOT_FOUND or STALE."""
    row = _load(uow, code)
    lock_subscriptions(uow.session, [_id(row)])
    _check_version(row, expected_version)
    uow.session.delete(row)
    uow.session.flush()
    _record(uow, row, "deleted")


uow_now = system_now  # deliveries live in real time, whatever the business clock says


def _may_see(actor: Actor, owner_scope: dict[str, Any]) -> bool:
    owner = LocationScope(
        frozenset(owner_scope.get("location_codes", ())), frozenset(owner_scope.get("group_codes", ()))
    )
    if actor.scope.everything:
        return True
    return (
        not owner.everything
        and owner.location_codes <= actor.scope.location_codes
        and owner.group_codes <= actor.scope.group_codes
    )


def _load(uow: Uow, code: str) -> Subscription:
    row: Subscription | None = uow.session.execute(
        sa.select(Subscription).where(col(Subscription.code) == code)
    ).scalar_one_or_none()
    if row is None or not _may_see(uow.actor, row.owner_scope):
        raise not_found("subscription", code)
    return row


def _find(uow: Uow, code: str, expected_version: int | None) -> Subscription | None:
    row: Subscription | None = uow.session.execute(
        sa.select(Subscription).where(col(Subscription.code) == code).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        if expected_version is not None:
            raise not_found("subscription", code)
        return None
    if not _may_see(uow.actor, row.owner_scope):
        raise not_found("subscription", code)
    _check_version(row, expected_version)
    return row


def _check_version(row: Subscription, expected: int | None) -> None:
    if expected is not None and expected != row.version:
        raise DomainError(
            ErrorCode.STALE,
            f"Subscription {row.code} was changed meanwhile: it is at version {row.version}, not {expected}.",
        )


def _check(uow: Uow, wanted: SubscriptionInput, *, end: int, allowed_hosts: Collection[str]) -> None:
    faults = url_faults(wanted.url, allowed_hosts=allowed_hosts)
    faults += type_faults(wanted.types, pointer="/types")
    faults += _unknown_locations(uow, wanted.locations)
    if wanted.secret is not None:
        try:
            key_of(wanted.secret)
        except ValueError as error:
            faults.append(Fault("/secret", "bad_secret", str(error)))
    if wanted.since is not None and wanted.since > end:
        faults.append(Fault("/from", "cursor_ahead", f"The feed ends at {end}."))
    if not faults:
        return
    refused = all(fault.code == "target_refused" for fault in faults)
    code = ErrorCode.TARGET_REFUSED if refused else ErrorCode.INVALID
    raise DomainError(code, "The subscription cannot be stored; nothing was changed.", faults=faults)


def _unknown_locations(uow: Uow, codes: tuple[str, ...]) -> list[Fault]:
    if not codes:
        return []
    query = sa.select(col(Location.code)).where(
        col(Location.code).in_(sorted(set(codes))), visible(uow.actor.scope, col(Location.id))
    )
    known = set(uow.session.execute(query).scalars())
    return [
        Fault(f"/locations/{index}", "unknown_location", f"There is no location {code}.")
        for index, code in enumerate(codes)
        if code not in known
    ]


def _new(uow: Uow, code: str, *, secret: str, from_seq: int) -> Subscription:
    scope = uow.actor.scope
    row = Subscription(
        code=code,
        url="",
        secret=secret,
        owner_scope={
            "location_codes": sorted(scope.location_codes),
            "group_codes": sorted(scope.group_codes),
            "hidden_types": [],
        },
        from_seq=from_seq,
        version=0,
        created_by=uow.actor.label,
        created_at=uow_now(),
        updated_at=uow_now(),
    )
    uow.session.add(row)
    return row


def _apply(uow: Uow, row: Subscription, wanted: SubscriptionInput) -> None:
    hidden = hidden_types(uow.actor).union(row.owner_scope.get("hidden_types", ()))
    row.owner_scope = {**row.owner_scope, "hidden_types": sorted(hidden)}
    row.url = wanted.url
    row.types = list(wanted.types)
    row.location_codes = list(wanted.locations)
    row.group_codes = list(wanted.groups)
    row.secret = wanted.secret or row.secret
    row.enabled = wanted.enabled
    row.disabled_reason = None if wanted.enabled else f"Disabled by {uow.actor.label}."
    row.failing_since = None
    row.version += 1
    row.updated_at = uow_now()


def _record(uow: Uow, row: Subscription, change: str) -> None:
    uow.wake(Topic.DELIVERIES)
    uow.record(
        EventType.SUBSCRIPTION_CHANGED,
        subject=f"subscription/{row.code}",
        data={"code": row.code, "change": change, "enabled": row.enabled, "reason": row.disabled_reason},
    )


def _id(row: Subscription) -> int:
    assert row.id is not None  # noqa: S101  # it was loaded or flushed
    return row.id
