"""Integrators' subscriptions: who may see which, create, replace, delete. Delivering to them is `alerts/delivery`;
pause, another secret and replay are `upkeep.py`, reading one that is pulled is `pulling.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from alerts.delivery.queue import abandon, lock_subscriptions
from alerts.delivery.signing import key_of, new_secret
from alerts.delivery.target import url_faults
from alerts.document import tests_faults
from alerts.fanout import interest_of
from alerts.matching import type_faults
from alerts.queries import subscription_scopes
from alerts.receivers import ReceiverView, subscription_views
from backend.auth.actor import Actor, LocationScope
from backend.auth.scope import visible
from backend.clock import system_now
from backend.events.audience import hidden_types
from backend.events.backfill import owe_since
from backend.events.sequencer import lock_feed
from backend.persistence.uow import Uow
from backend.wakeups import Topic
from models.alerting import ContentMode, ReceiverKind
from models.enums import Permission
from models.errors import DomainError, ErrorCode, Fault, not_found
from models.events import EventType
from models.tables import Location, Subscription


@dataclass(frozen=True, slots=True)
class SubscriptionInput:
    """What an integrator asks for. Without `url` it is pulled. `filters` are conditions on an event's fields.

    `secret` None keeps the one there is, or makes one. `since` is a place in the feed: events after it are owed, also
    those already there; None means from now on.
    """

    url: str = ""
    types: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    secret: str | None = None
    enabled: bool = True
    since: int | None = None
    title: str = ""
    filters: tuple[Mapping[str, Any], ...] = ()
    content_mode: ContentMode = ContentMode.STRUCTURED


@dataclass(frozen=True, slots=True)
class PutSubscription:
    """What was stored; `secret` is set only when this call created the subscription."""

    view: ReceiverView
    created: bool
    secret: str | None


def list_subscriptions(uow: Uow) -> list[ReceiverView]:
    """Return the subscriptions that the actor may see, by code."""
    seen = [code for code, _, scope in subscription_scopes(uow.session) if _may_see(uow.actor, scope)]
    return subscription_views(uow.session, seen)


def visible_ids(uow: Uow) -> list[int]:
    """Return the ids of the subscriptions that the actor may see."""
    return [id_ for _, id_, scope in subscription_scopes(uow.session) if _may_see(uow.actor, scope)]


def get_subscription(uow: Uow, code: str) -> ReceiverView:
    """Return one subscription; raises NOT_FOUND."""
    load(uow, code)
    return subscription_views(uow.session, [code])[0]


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
    created, pulled = row is None, row is not None and not row.url
    secret = wanted.secret or new_secret()
    if row is None:
        row = _new(uow, code, secret=secret, from_seq=end)
    _apply(uow, row, wanted)
    uow.session.flush()
    since = row.from_seq if pulled and wanted.since is None else wanted.since  # what was not pulled yet is pushed
    if not row.url:
        abandon(uow.session, _id(row), reason="The subscription is pulled from now on.", now=uow_now())
        row.from_seq = row.from_seq if pulled and wanted.since is None else end if since is None else since
    elif not row.enabled:
        abandon(uow.session, _id(row), reason="The subscription is disabled.", now=uow_now())
    elif since is not None:
        row.from_seq = since
        owe_since(uow, interest_of(row), after=since, until=end)
    uow.session.flush()
    tell(uow, row, "created" if created else "updated")
    return PutSubscription(subscription_views(uow.session, [code])[0], created, secret if created else None)


def delete_subscription(uow: Uow, code: str, *, expected_version: int | None = None) -> None:
    """Delete a subscription with everything owed to it and its history; raises NOT_FOUND or STALE."""
    row = locked(uow, code, expected_version)
    uow.session.delete(row)
    uow.session.flush()
    tell(uow, row, "deleted")


def locked(uow: Uow, code: str, expected_version: int | None) -> Subscription:
    """Return a subscription's row, locked; raises NOT_FOUND or STALE."""
    row = load(uow, code)
    lock_subscriptions(uow.session, [_id(row)])
    _check_version(row, expected_version)
    return row


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


def load(uow: Uow, code: str) -> Subscription:
    """Return a subscription's row; raises NOT_FOUND also when the actor may not see it."""
    row: Subscription | None = uow.session.execute(
        sa.select(Subscription).where(
            col(Subscription.code) == code, col(Subscription.kind) == ReceiverKind.SUBSCRIPTION.value
        )
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
    if row.kind != ReceiverKind.SUBSCRIPTION.value:
        if expected_version is not None or not uow.actor.can(Permission.CHANNELS_READ):
            raise not_found("subscription", code)
        raise DomainError(ErrorCode.CONFLICT, f"{code} is a channel; a subscription needs another code.")
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
    faults = url_faults(wanted.url, allowed_hosts=allowed_hosts) if wanted.url else []
    faults += type_faults(wanted.types, pointer="/types")
    faults += tests_faults(list(wanted.filters), "/filters")
    faults += _no_order(wanted.filters)
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


def _no_order(filters: Sequence[Mapping[str, Any]]) -> list[Fault]:
    return [
        Fault(f"/filters/{index}/field", "unknown_field", "Use groups with has.")
        for index, one in enumerate(filters)
        if isinstance(one, Mapping) and one.get("field") == "group"
    ]


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
    row.url, row.title, row.content_mode = wanted.url, wanted.title, wanted.content_mode.value
    row.filters = [dict(one) for one in wanted.filters]
    row.types = list(wanted.types)
    row.location_codes = list(wanted.locations)
    row.group_codes = list(wanted.groups)
    if wanted.secret and wanted.secret != row.secret:
        row.secret, row.previous_secret, row.previous_until = wanted.secret, None, None
    row.enabled = wanted.enabled
    row.disabled_reason = None if wanted.enabled else f"Disabled by {uow.actor.label}."
    row.failing_since = None
    row.version += 1
    row.updated_at = uow_now()


def tell(uow: Uow, row: Subscription, change: str) -> None:
    """Record that a subscription was changed, and have what is owed looked at."""
    uow.wake(Topic.DELIVERIES)
    uow.record(
        EventType.SUBSCRIPTION_CHANGED,
        subject=f"subscription/{row.code}",
        data={"code": row.code, "change": change, "enabled": row.enabled, "reason": row.disabled_reason},
    )


def _id(row: Subscription) -> int:
    assert row.id is not None  # noqa: S101  # it was loaded or flushed
    return row.id
