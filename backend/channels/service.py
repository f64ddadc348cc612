"""Channels to incident tools and people: create, replace, pause, give another secret, delete. Trying one is `trial.py`,
sending is `alerts/delivery`, which policy tells which is `backend/alerting/channels.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlmodel import col

from alerts.connectors.registry import CONNECTORS
from alerts.delivery.health import tell_recovered
from alerts.delivery.queue import abandon, lock_subscriptions
from alerts.delivery.signing import new_secret
from alerts.inbound import secret_faults
from alerts.receivers import ReceiverView, channel_views, config_faults
from backend.clock import system_now
from backend.persistence.uow import Uow
from backend.wakeups import Topic
from models.alerting import ReceiverKind
from models.errors import DomainError, ErrorCode, Fault, invalid, not_found
from models.events import EventType
from models.tables import Subscription

#: Kinds whose messages are signed: another secret takes over gently, messages carry both signatures for a while.
SIGNED = frozenset({ReceiverKind.WEBHOOK})
MOST_HOURS = 168


@dataclass(frozen=True, slots=True)
class ChannelInput:
    """What a channel shall be. `secret` and `inbound_secret` None keep what there is; a signed webhook gets a secret
    when it has none. `config` is the connector's, `default` and `pace` beside it."""

    kind: ReceiverKind
    title: str = ""
    url: str = ""
    secret: str | None = field(default=None, repr=False)
    inbound_secret: str | None = field(default=None, repr=False)
    config: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored; `secret` is set only when it was made here just now."""

    view: ReceiverView
    created: bool = False
    secret: str | None = field(default=None, repr=False)


def list_channels(uow: Uow) -> list[ReceiverView]:
    """Return every channel by code."""
    return channel_views(uow.session)


def get_channel(uow: Uow, code: str) -> ReceiverView:
    """Return one channel; raises NOT_FOUND."""
    found = channel_views(uow.session, [code])
    if not found:
        raise not_found("channel", code)
    return found[0]


def put_channel(
    uow: Uow,
    code: str,
    wanted: ChannelInput,
    *,
    allowed_hosts: Collection[str] = (),
    expected_version: int | None = None,
) -> Stored:
    """Create or replace a channel; raises INVALID, TARGET_REFUSED, CONFLICT, NOT_FOUND or STALE and changes nothing
    then. A channel is of one kind for ever: what is owed to it was meant for that tool."""
    row = _find(uow, code, expected_version)
    _check(row, wanted, allowed_hosts=allowed_hosts)
    created, made = row is None, None
    if row is None:
        row = _new(uow, code, wanted.kind)
    if wanted.kind in SIGNED and not (wanted.secret or row.secret):
        made = new_secret()
    _apply(uow, row, wanted, secret=made)
    uow.session.flush()
    if not row.enabled:
        abandon(uow.session, _id(row), reason="The channel is disabled.", now=system_now())
    _record(uow, row, "created" if created else "updated")
    return Stored(get_channel(uow, code), created, made)


def pause_channel(uow: Uow, code: str, *, expected_version: int | None = None) -> ReceiverView:
    """Owe a channel what happens and send it nothing; raises NOT_FOUND or STALE."""
    return _set_paused(uow, code, paused=True, expected_version=expected_version)


def resume_channel(uow: Uow, code: str, *, expected_version: int | None = None) -> ReceiverView:
    """Send to a channel again, what waits first; raises NOT_FOUND or STALE."""
    return _set_paused(uow, code, paused=False, expected_version=expected_version)


def rotate_secret(
    uow: Uow, code: str, *, secret: str | None = None, hours: int = 24, expected_version: int | None = None
) -> Stored:
    """Give a channel another secret; for `hours` messages are signed with the one before, too, where they are signed.

    Raises INVALID when the tool's secret is not given and cannot be made here, NOT_FOUND or STALE.
    """
    row = _load(uow, code, expected_version)
    kind = ReceiverKind(row.kind)
    faults = []
    if secret is None and kind not in SIGNED:
        faults.append(Fault("/secret", "missing", "This secret is made by the tool: give the new one."))
    if not 0 <= hours <= MOST_HOURS:
        faults.append(Fault("/hours", "out_of_range", f"Use 0 to {MOST_HOURS} hours."))
    if secret is not None:
        found = config_faults(CONNECTORS[kind], row.url, secret, row.config, allowed_hosts=())
        faults += [fault for fault in found if fault.pointer == "/secret"]
    if faults:
        raise invalid(faults)
    made = None if secret else new_secret()
    row.previous_secret = row.secret if kind in SIGNED and hours else None
    row.previous_until = system_now() + timedelta(hours=hours) if kind in SIGNED and hours else None
    row.secret = secret or made or ""
    _touch(row, now=system_now())
    _record(uow, row, "rotated")
    return Stored(get_channel(uow, code), secret=made)


def delete_channel(uow: Uow, code: str, *, expected_version: int | None = None) -> None:
    """Delete a channel with everything owed to it and its history; raises NOT_FOUND or STALE."""
    row = _load(uow, code, expected_version)
    tell_recovered(uow, row)  # nobody shall go on hearing that it is in trouble
    uow.session.delete(row)
    uow.session.flush()
    _record(uow, row, "deleted")


def _find(uow: Uow, code: str, expected_version: int | None) -> Subscription | None:
    row: Subscription | None = uow.session.execute(
        sa.select(Subscription).where(col(Subscription.code) == code)
    ).scalar_one_or_none()
    if row is not None and row.kind == ReceiverKind.SUBSCRIPTION.value:
        if expected_version is not None:
            raise not_found("channel", code)
        raise DomainError(ErrorCode.CONFLICT, f"{code} is a subscription; a channel needs another code.")
    if row is None:
        if expected_version is not None:
            raise not_found("channel", code)
        return None
    return _locked(uow, row, expected_version)


def _load(uow: Uow, code: str, expected_version: int | None) -> Subscription:
    row: Subscription | None = uow.session.execute(
        sa.select(Subscription).where(
            col(Subscription.code) == code, col(Subscription.kind) != ReceiverKind.SUBSCRIPTION.value
        )
    ).scalar_one_or_none()
    if row is None:
        raise not_found("channel", code)
    return _locked(uow, row, expected_version)


def _locked(uow: Uow, row: Subscription, expected: int | None) -> Subscription:
    fresh = lock_subscriptions(uow.session, [_id(row)]).get(_id(row))
    if fresh is None:
        raise not_found("channel", row.code)
    if expected is not None and expected != fresh.version:
        raise DomainError(
            ErrorCode.STALE,
            f"Channel {row.code} was changed meanwhile: it is at version {fresh.version}, not {expected}.",
        )
    return fresh


def _check(row: Subscription | None, wanted: ChannelInput, *, allowed_hosts: Collection[str]) -> None:
    connector = CONNECTORS.get(wanted.kind)
    if connector is None:
        raise invalid([Fault("/kind", "unknown_word", f"Use one of: {', '.join(CONNECTORS)}.")])
    faults = []
    if row is not None and row.kind != wanted.kind.value:
        faults.append(Fault("/kind", "fixed", f"This channel is of the kind {row.kind}; make another one."))
    new = row is None and wanted.secret is None and wanted.kind not in SIGNED
    secret = "" if new and connector.secret is not None and connector.secret.required else wanted.secret
    faults += config_faults(connector, wanted.url, secret, wanted.config, allowed_hosts=allowed_hosts)
    faults += secret_faults(wanted.kind, wanted.inbound_secret)
    if row is not None and row.secret and wanted.secret is None and wanted.kind not in SIGNED and _moves(row, wanted):
        faults.append(Fault("/secret", "missing", "It goes to another host now: give the secret again."))
    if not faults:
        return
    refused = all(fault.code == "target_refused" for fault in faults)
    raise invalid(faults, code=ErrorCode.TARGET_REFUSED if refused else ErrorCode.INVALID)


def _moves(row: Subscription, wanted: ChannelInput) -> bool:
    """Return whether a secret that is kept would be sent to another host than it was given for, or in the clear."""

    def hosts(url: str, config: Mapping[str, Any]) -> tuple[Any, ...]:
        return (*urlsplit(url)[:2], config.get("host"))

    return hosts(row.url, row.config) != hosts(wanted.url, wanted.config)


def _new(uow: Uow, code: str, kind: ReceiverKind) -> Subscription:
    now = system_now()
    row = Subscription(
        code=code,
        kind=kind.value,
        url="",
        secret="",
        version=0,
        created_by=uow.actor.label,
        created_at=now,
        updated_at=now,
    )
    uow.session.add(row)
    return row


def _apply(uow: Uow, row: Subscription, wanted: ChannelInput, *, secret: str | None) -> None:
    row.title, row.url, row.config = wanted.title, wanted.url, dict(wanted.config)
    given = wanted.secret or secret
    if given and given != row.secret:
        row.secret, row.previous_secret, row.previous_until = given, None, None
    if wanted.inbound_secret is not None:
        row.inbound_secret = wanted.inbound_secret or None
    row.enabled = wanted.enabled
    row.disabled_reason = None if wanted.enabled else f"Disabled by {uow.actor.label}."
    # What was wrong may be put right by the edit: it is tried at once.
    row.failing_since, row.failures, row.broken_until, row.paced_until = None, 0, None, None
    _touch(row, now=system_now())


def _set_paused(uow: Uow, code: str, *, paused: bool, expected_version: int | None) -> ReceiverView:
    row = _load(uow, code, expected_version)
    if row.paused is not paused:
        row.paused = paused
        _touch(row, now=system_now())
        _record(uow, row, "paused" if paused else "resumed")
    return get_channel(uow, code)


def _touch(row: Subscription, *, now: datetime) -> None:
    row.version += 1
    row.updated_at = now


def _record(uow: Uow, row: Subscription, change: str) -> None:
    uow.session.flush()
    uow.wake(Topic.DELIVERIES)
    uow.record(
        EventType.CHANNEL_CHANGED,
        subject=f"channel/{row.code}",
        data={
            "code": row.code,
            "kind": row.kind,
            "change": change,
            "enabled": row.enabled,
            "reason": row.disabled_reason,
        },
    )


def _id(row: Subscription) -> int:
    assert row.id is not None  # noqa: S101  # it was loaded or flushed
    return row.id
