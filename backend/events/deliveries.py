"""Webhook deliveries as an actor sees them, and replay by hand. The API and the Deliveries page both call this."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col

from alerts import queries
from alerts.delivery.queue import replay as put_back
from alerts.queries import DeliveryFilter, DeliveryView
from backend.auth.scope import visible
from backend.clock import system_now
from backend.events.audience import hidden_types
from backend.events.subscriptions import visible_ids
from backend.persistence.uow import Uow
from backend.wakeups import Topic
from models.alerting import ReceiverKind
from models.enums import DeliveryStatus, Permission
from models.errors import not_found
from models.tables import Delivery, Subscription


def list_deliveries(
    uow: Uow,
    *,
    statuses: Sequence[DeliveryStatus] = (),
    subscription: str | None = None,
    location: str | None = None,
    event_type: str | None = None,
    channel: str | None = None,
    alert: int | None = None,
    limit: int = 50,
    before_id: int | None = None,
    offset: int = 0,
) -> list[DeliveryView]:
    """Return the deliveries that the actor may see, newest first, without their attempts."""
    which = DeliveryFilter(_within(uow), statuses, subscription, location, event_type, channel, alert)
    return queries.list_deliveries(uow.session, which, limit=limit, before_id=before_id, offset=offset)


def count_deliveries(
    uow: Uow,
    *,
    subscription: str | None = None,
    location: str | None = None,
    event_type: str | None = None,
    channel: str | None = None,
    alert: int | None = None,
) -> dict[DeliveryStatus, int]:
    """Return how many deliveries the actor may see, by status, every status included."""
    which = DeliveryFilter(_within(uow), (), subscription, location, event_type, channel, alert)
    return queries.count_deliveries(uow.session, which)


def get_delivery(uow: Uow, delivery_id: int) -> DeliveryView:
    """Return a delivery with all its attempts (`tries`); raises NOT_FOUND."""
    found = queries.get_delivery(uow.session, delivery_id, within=_within(uow))
    if found is None:
        raise not_found("delivery", delivery_id)
    return found


def replay_delivery(uow: Uow, delivery_id: int) -> DeliveryView:
    """Owe a delivery again, under the same webhook-id, at once; raises NOT_FOUND or CONFLICT."""
    if get_delivery(uow, delivery_id).kind is not ReceiverKind.SUBSCRIPTION:
        uow.actor.require(Permission.CHANNELS_WRITE)
    put_back(uow.session, delivery_id, now=system_now())
    uow.wake(Topic.DELIVERIES)
    return get_delivery(uow, delivery_id)


def _within(uow: Uow) -> sa.ColumnElement[bool]:
    """Return what the actor may see: his locations, his event types, only subscriptions that he may see, and channels
    if he may see those."""
    receivers: sa.ColumnElement[bool] = col(Delivery.subscription_id).in_(visible_ids(uow))
    if uow.actor.can(Permission.CHANNELS_READ):
        channels = sa.select(col(Subscription.id)).where(col(Subscription.kind) != ReceiverKind.SUBSCRIPTION.value)
        receivers = sa.or_(receivers, col(Delivery.subscription_id).in_(channels))
    return sa.and_(
        visible(uow.actor.scope, col(Delivery.location_id)),
        col(Delivery.event_type).not_in(sorted(hidden_types(uow.actor))),
        receivers,
    )
