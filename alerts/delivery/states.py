"""SQL conditions on the state of deliveries and receivers, as literals: only so do both databases use the partial
indexes."""

from __future__ import annotations

import sqlalchemy as sa

from models.enums import DeliveryStatus

_PENDING, _SENDING = DeliveryStatus.PENDING.value, DeliveryStatus.SENDING.value


def _condition(text: str) -> sa.ColumnElement[bool]:
    return sa.literal_column(f"({text})", sa.Boolean())


IS_PENDING = _condition(f"delivery.status = '{_PENDING}'")
IS_SENDING = _condition(f"delivery.status = '{_SENDING}'")
#: A subscription without an address is asked for; nothing is owed to it.
IS_PULLED = _condition("subscription.kind = 'subscription' AND subscription.url = ''")
IS_OWED = _condition(f"delivery.status IN ('{_PENDING}', '{_SENDING}')")
