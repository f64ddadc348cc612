"""Who may see which events: by location, and by permission for those that tell of people and credentials."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.actor import Actor
from backend.auth.scope import visible
from models.enums import Permission
from models.events import EventType
from models.tables import Event

#: Events that need more than `events:read`. An event without a location (orders not yet routed, products, rules,
#: people, subscriptions) concerns the whole network: an actor limited to locations or groups sees none of them.
NEEDS: dict[EventType, Permission] = {
    EventType.USER_CHANGED: Permission.ADMIN,
    EventType.API_KEY_CHANGED: Permission.ADMIN,
    EventType.SUBSCRIPTION_CHANGED: Permission.SUBSCRIPTIONS_READ,
    EventType.CHANNEL_CHANGED: Permission.CHANNELS_READ,
    EventType.CHANNEL_TESTED: Permission.CHANNELS_READ,
    EventType.CHANNEL_UNHEALTHY: Permission.CHANNELS_READ,
    EventType.CHANNEL_RECOVERED: Permission.CHANNELS_READ,
}


def hidden_types(actor: Actor) -> frozenset[str]:
    """Return the event types that the actor lacks the permission to see."""
    return frozenset(type_.value for type_, needed in NEEDS.items() if not actor.can(needed))


def seen_by(actor: Actor) -> sa.ColumnElement[bool]:
    """Return a condition on `Event` that is true for the events the actor may see."""
    conditions = [visible(actor.scope, col(Event.location_id))]
    hidden = hidden_types(actor)
    if hidden:
        conditions.append(col(Event.type).not_in(sorted(hidden)))
    return sa.and_(*conditions)
