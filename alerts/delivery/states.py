"""SQL conditions on the state of deliveries and receivers, as `alerts/states.py` has them of alerts."""

from __future__ import annotations

from alerts.states import as_written
from models.enums import DeliveryStatus

_PENDING, _SENDING = DeliveryStatus.PENDING.value, DeliveryStatus.SENDING.value

IS_PENDING = as_written(f"delivery.status = '{_PENDING}'")
IS_SENDING = as_written(f"delivery.status = '{_SENDING}'")
#: A subscription without an address is asked for; nothing is owed to it.
IS_PULLED = as_written("subscription.kind = 'subscription' AND subscription.url = ''")
IS_OWED = as_written(f"delivery.status IN ('{_PENDING}', '{_SENDING}')")
