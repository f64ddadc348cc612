"""What a channel's tool says was done there is done here too, once, and told to the other channels: never back to it.

A channel may speak only of alerts that it was told of. What it says of others, of what is over, or twice, changes
nothing and is no error: the tool could do nothing about it.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from alerts.inbound import Asked, Told
from alerts.notice import HASHED, MOST_KEY, key_of
from alerts.states import IS_OPEN
from backend.alerting import commands
from backend.alerting.feed import lock_cursor
from backend.auth.actor import Actor
from backend.clock import system_now
from backend.context import Context
from backend.persistence.bulk import insert_missing
from backend.persistence.uow import Uow
from models.alerting import AlertStatus, ReceiverKind
from models.enums import ActorKind, Permission
from models.tables import Alert, Delivery, IdempotencyKey, Subscription

_PREFIX = "pickwatch:"
#: What was done there longer ago is not heard any more: PagerDuty tries for two days, as long as ids are remembered.
HEARD_FOR = timedelta(hours=47)
#: How far their clock may be behind ours.
_SKEW = timedelta(seconds=5)


class Result(StrEnum):
    """What became of it."""

    DONE = "done"
    NO_CHANGE = "no_change"  # it is so already, or over
    REPEATED = "repeated"  # the same message came before
    UNKNOWN = "unknown"  # the channel was told of no such alert


def secret_of(ctx: Context, channel: str, *kinds: ReceiverKind) -> str | None:
    """Return what proves who calls back for a channel; None when there is no such channel or nobody may."""
    found = sa.select(col(Subscription.inbound_secret)).where(
        col(Subscription.code) == channel,
        col(Subscription.kind).in_([kind.value for kind in kinds]),
        col(Subscription.enabled),
    )
    with ctx.read() as uow:
        return uow.session.execute(found).scalar() or None


def take(ctx: Context, channel: str, told: Told) -> Result:
    """Do what a channel says, in one transaction with the record that it did."""
    by = f"{told.by} via {channel}" if told.by else f"channel {channel}"
    actor = Actor(ActorKind.SYSTEM, by[:120], frozenset({Permission.ALERTS_READ, Permission.ALERTS_WRITE}))
    if told.at is not None and told.at < system_now() - HEARD_FOR:
        return Result.NO_CHANGE
    with ctx.uow(actor) as uow:
        if not _first(uow, channel, told.id):
            return Result.REPEATED
        if told.asked is Asked.RESOLVE:
            lock_cursor(uow)  # before the alert, as whoever resolves one does
        alert_id, status = _open_alert(uow, channel, told)
        if alert_id is None:
            return Result.UNKNOWN
        if told.asked is Asked.NOTE:
            commands.note(uow, alert_id, told.note)
            return Result.DONE
        if status not in _FROM[told.asked]:
            return Result.NO_CHANGE
        _COMMANDS[told.asked](uow, alert_id, note=told.note, without=(channel,))
        return Result.DONE


def _first(uow: Uow, channel: str, message_id: str) -> bool:
    """Write down that a message came, and return whether it is the first time; kept as long as other keys are."""
    owner = f"inbound {hashlib.sha256(channel.encode()).hexdigest()}"
    row: dict[str, Any] = {
        "owner": owner,
        "key": hashlib.sha256(message_id.encode()).hexdigest(),
        "body_hash": "",
        "locked_until": None,
        "status": 200,
        "response": {},
        "created_at": system_now(),
    }
    return insert_missing(uow.session, IdempotencyKey, [row]) == 1


def _open_alert(uow: Uow, channel: str, told: Told) -> tuple[int | None, AlertStatus]:
    """Lock the open alert that a message is about, if the channel was told of it, and return it with its state."""
    which = col(Alert.id) == told.alert if told.alert is not None else _of_key(told.key)
    statement = sa.select(Alert).where(which, IS_OPEN).order_by(col(Alert.id))
    rows = uow.session.scalars(statement.with_for_update().execution_options(populate_existing=True)).all()
    named = (row for row in rows if told.alert is not None or key_of(row.policy_code, row.group_key) == told.key)
    row = next(named, None)
    if row is None or channel not in row.told.get("channels", ()) or _of_an_earlier(uow, channel, row.id, told.at):
        return None, AlertStatus.RESOLVED
    return row.id, AlertStatus(row.status)


def _of_an_earlier(uow: Uow, channel: str, alert_id: int | None, at: datetime | None) -> bool:
    """Return whether something was done before the channel was told of this alert: to the one before, of the same key.
    A tool that hears "resolved" from us says so too, and may say it late."""
    first = (
        sa.select(sa.func.min(col(Delivery.created_at)))
        .join(Subscription, col(Subscription.id) == col(Delivery.subscription_id))
        .where(col(Delivery.alert_id) == alert_id, col(Subscription.code) == channel)
    )
    told_at = uow.session.scalars(first).one_or_none() if at is not None else None
    return at is not None and told_at is not None and at < told_at - _SKEW


def _of_key(key: str) -> sa.ColumnElement[bool]:
    """Return a condition for alerts that tools may know by a key: policy and group, split at any colon; of a key that
    is a beginning and a hash, all that begin so."""
    if not key.startswith(_PREFIX):
        return sa.false()
    rest = key.removeprefix(_PREFIX)
    places = [place for place, char in enumerate(rest) if char == ":"][:20]
    group = col(Alert.group_key)
    return sa.or_(
        sa.false(),
        *(
            sa.and_(
                col(Alert.policy_code) == rest[:place],
                group.startswith(rest[place + 1 : -HASHED], autoescape=True)
                if len(key) >= MOST_KEY
                else group == rest[place + 1 :],
            )
            for place in places
        ),
    )


_COMMANDS = {
    Asked.ACKNOWLEDGE: commands.acknowledge,
    Asked.UNACKNOWLEDGE: commands.unacknowledge,
    Asked.RESOLVE: commands.resolve,
}
_FROM = {
    Asked.ACKNOWLEDGE: (AlertStatus.FIRING,),
    Asked.UNACKNOWLEDGE: (AlertStatus.ACKNOWLEDGED,),
    Asked.RESOLVE: (AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED),
}


class Gate:
    """How many messages of one sender are looked at: `most` a minute, in this process; `ctx.part(Gate)`."""

    _senders = 10_000

    def __init__(self, _ctx: Context) -> None:
        self.most = 300
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def wait(self, sender: str) -> int | None:
        """Count a message; return the seconds to wait when there were too many, else None."""
        now = int(system_now().timestamp())
        minute = now // 60
        with self._lock:
            known, number = self._seen.pop(sender, (minute, 0))
            number = number + 1 if known == minute else 1
            self._seen[sender] = (minute, number)
            while len(self._seen) > self._senders:
                self._seen.popitem(last=False)
        return 60 - now % 60 if number > self.most else None
