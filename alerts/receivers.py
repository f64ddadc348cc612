"""Channels and subscriptions as people look at them: what each is, how it fares, what it is owed. SELECT only.

What a channel's `config` may say beside what its connector asks for (`default`, `pace`) is here too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.connectors.base import ChannelFacts, Connector
from alerts.connectors.registry import connector_of
from alerts.delivery.states import IS_OWED
from alerts.matching import expand_types
from models.alerting import ContentMode, ReceiverKind
from models.enums import DeliveryStatus
from models.errors import Fault
from models.shapes import Fields, Flag, Whole
from models.tables import Delivery, Event, Subscription

_PACE = Fields(
    {
        "per": Whole(1, 100_000, "Messages."),
        "seconds": Whole(1, 86_400, "In so many seconds."),
        "burst": Whole(1, 10_000, "Of which so many may go at once."),
    },
    ["per", "seconds"],
    "The most that is sent. Left out: what the tool takes.",
)
#: Counting stops here.
MOST_BEHIND = 10_000
#: What every channel's `config` may say.
COMMON = Fields({"default": Flag("Told by every policy that names no channel."), "pace": _PACE})
_TITLES = {"default": "For every policy", "pace": "Pace"}


@dataclass(frozen=True, slots=True)
class ReceiverView:
    """A channel or a subscription without its secrets. `where` is where it goes, for people. `owed` is how many
    messages wait for it, the oldest since `owed_since`; of one that is pulled, events of its types after its cursor (at
    most `MOST_BEHIND`), wherever they happened. `last_error` is why it did not take the newest it was sent."""

    id: int
    code: str
    kind: ReceiverKind
    title: str
    url: str
    config: Mapping[str, Any]
    content_mode: ContentMode
    filters: tuple[Any, ...]
    types: tuple[str, ...]
    locations: tuple[str, ...]
    groups: tuple[str, ...]
    enabled: bool
    disabled_reason: str | None
    paused: bool
    failing_since: datetime | None
    failures: int
    broken_until: datetime | None
    paced_until: datetime | None
    unhealthy_at: datetime | None
    previous_until: datetime | None
    has_secret: bool
    calls_back: bool
    from_seq: int
    version: int
    created_by: str
    created_at: datetime
    updated_at: datetime
    where: str = ""
    owed: int = 0
    owed_since: datetime | None = None
    last_delivered_at: datetime | None = None
    last_error: str | None = None

    @property
    def pulled(self) -> bool:
        """Whether it is asked for, not sent."""
        return self.kind is ReceiverKind.SUBSCRIPTION and not self.url

    def lag(self, now: datetime) -> float:
        """Return how many seconds the oldest that waits is old; 0 when nothing waits."""
        return 0.0 if self.owed_since is None else max(0.0, round((now - self.owed_since).total_seconds(), 3))


def channel_views(session: Session, codes: Collection[str] | None = None) -> list[ReceiverView]:
    """Return channels by code; only those with these codes when they are given."""
    return _views(session, col(Subscription.kind) != ReceiverKind.SUBSCRIPTION.value, codes)


def subscription_views(session: Session, codes: Collection[str] | None = None) -> list[ReceiverView]:
    """Return integrators' subscriptions by code; only those with these codes when they are given."""
    return _views(session, col(Subscription.kind) == ReceiverKind.SUBSCRIPTION.value, codes)


def _views(session: Session, which: sa.ColumnElement[bool], codes: Collection[str] | None) -> list[ReceiverView]:
    query = sa.select(Subscription).where(which)
    if codes is not None:
        query = query.where(col(Subscription.code).in_(sorted(codes)))
    rows = list(session.execute(query.order_by(col(Subscription.code))).scalars())
    owed = _owed(session, [row.id for row in rows if row.id is not None])
    return [_view(session, row, owed.get(row.id or 0, (0, None))) for row in rows]


def schema_of(connector: Connector) -> dict[str, Any]:
    """Return the JSON Schema of a kind's `config`, with what every channel may say."""
    schema = connector.schema()
    common = {name: {"title": _TITLES[name], **part} for name, part in COMMON.schema()["properties"].items()}
    return {**schema, "properties": {**schema.get("properties", {}), **common}}


def config_faults(
    connector: Connector,
    url: str,
    secret: str | None,
    config: Mapping[str, Any],
    *,
    allowed_hosts: Collection[str],
) -> list[Fault]:
    """Return what is wrong with a channel's settings: its connector's part, and the part that all have."""
    common = {name: value for name, value in config.items() if name in COMMON.fields}
    own = {name: value for name, value in config.items() if name not in COMMON.fields}
    found = connector.faults(url, secret, own, allowed_hosts=allowed_hosts)
    return [*found, *COMMON.faults(common, "/config")]


def facts_of(row: Subscription) -> ChannelFacts:
    """Return a channel's row as its connector sees it."""
    return ChannelFacts(row.code, ReceiverKind(row.kind), row.url, row.secret, row.config, row.previous_secret)


def _owed(session: Session, ids: Collection[int]) -> dict[int, tuple[int, datetime | None]]:
    """Return how many messages wait for each receiver, and since when the oldest does."""
    # Of all receivers: asked for some, SQLite goes through everything that these were ever sent.
    owed = sa.select(col(Delivery.subscription_id), sa.func.count(), sa.func.min(col(Delivery.created_at)))
    rows = session.execute(owed.where(IS_OWED).group_by(col(Delivery.subscription_id)))
    return {receiver: (count, since) for receiver, count, since in rows if receiver in ids}


def _behind(session: Session, row: Subscription) -> tuple[int, datetime | None]:
    """Return how far one that is pulled is behind."""
    mine = sa.and_(col(Event.seq) > row.from_seq, col(Event.type).in_(expand_types(row.types)))
    some = sa.select(col(Event.seq)).where(mine).limit(MOST_BEHIND).subquery()
    count = session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()
    first = sa.select(col(Event.recorded_at)).where(mine).order_by(col(Event.seq)).limit(1)
    return count, session.execute(first).scalar() if count else None


def _last(session: Session, receiver_id: int | None) -> tuple[datetime | None, str | None]:
    """Return when a receiver last took a message, and the error of the newest that was tried."""
    mine = col(Delivery.subscription_id) == receiver_id
    newest = sa.select(col(Delivery.finished_at)).where(mine, col(Delivery.status) == DeliveryStatus.DELIVERED.value)
    tried = sa.select(col(Delivery.last_error)).where(mine, col(Delivery.attempts) > 0)
    delivered = session.execute(newest.order_by(col(Delivery.event_id).desc()).limit(1)).scalar()
    error = session.execute(tried.order_by(col(Delivery.event_id).desc()).limit(1)).scalar()
    return delivered, error


def _view(session: Session, row: Subscription, owed: tuple[int, datetime | None]) -> ReceiverView:
    assert row.id is not None  # noqa: S101  # it was loaded
    kind = ReceiverKind(row.kind)
    same = {name: getattr(row, name) for name in ReceiverView.__slots__ if name in Subscription.model_fields}
    last_delivered_at, last_error = _last(session, row.id)
    if kind is ReceiverKind.SUBSCRIPTION and not row.url:
        owed = _behind(session, row)
    named: dict[str, Any] = {
        "kind": kind,
        "content_mode": ContentMode(row.content_mode),
        "filters": tuple(row.filters),
        "types": tuple(row.types),
        "locations": tuple(row.location_codes),
        "groups": tuple(row.group_codes),
        "has_secret": bool(row.secret),
        "calls_back": bool(row.inbound_secret),
        "where": row.url if kind is ReceiverKind.SUBSCRIPTION else connector_of(kind).where(facts_of(row)),
        "owed": owed[0],
        "owed_since": owed[1],
        "last_delivered_at": last_delivered_at,
        "last_error": last_error,
    }
    return ReceiverView(**same | named)
