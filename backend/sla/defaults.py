"""The promises a new network starts with; a manager edits them afterwards. Data only."""

from __future__ import annotations

from collections.abc import Mapping

from backend.sla.facts import DefinitionInput
from models.enums import ClockScope, Counting, Method, Step, TargetKind

_HOUR = 3600

#: Every method keeps what an order itself promised, by `due_at`; an order without one gets no such clock.
PROMISED: Mapping[str, DefinitionInput] = {
    f"{method.value}-promised": DefinitionInput(
        name=f"{words} by the instant the order promised",
        method=method,
        start_step=Step.PLACED,
        end_step=end,
        target_kind=TargetKind.ORDER_DUE,
    )
    for method, end, words in (
        (Method.SHIP, Step.SHIPPED, "Shipped"),
        (Method.PICKUP, Step.READY, "Pickup ready"),
        (Method.CURBSIDE, Step.READY, "Curbside ready"),
        (Method.DELIVERY, Step.HANDED_OVER, "Delivered"),
        (Method.TRANSFER, Step.SHIPPED, "Transfer sent"),
    )
}

DEFAULT_DEFINITIONS: Mapping[str, DefinitionInput] = {
    "pickup-2h": DefinitionInput(
        name="Pickup ready within 2 open hours",
        method=Method.PICKUP,
        start_step=Step.PLACED,
        end_step=Step.READY,
        target_seconds=2 * _HOUR,
        counting=Counting.OPEN_HOURS,
    ),
    "curbside-2h": DefinitionInput(
        name="Curbside ready within 2 open hours",
        method=Method.CURBSIDE,
        start_step=Step.PLACED,
        end_step=Step.READY,
        target_seconds=2 * _HOUR,
        counting=Counting.OPEN_HOURS,
    ),
    "ship-24h": DefinitionInput(
        name="Shipped within 24 hours",
        method=Method.SHIP,
        start_step=Step.PLACED,
        end_step=Step.SHIPPED,
        target_seconds=24 * _HOUR,
    ),
    "ship-same-day": DefinitionInput(
        name="Same-day orders leave with the next carrier pick-up",
        method=Method.SHIP,
        service_level="same_day",
        start_step=Step.PLACED,
        end_step=Step.SHIPPED,
        target_kind=TargetKind.CARRIER_CUTOFF,
    ),
    "delivery-4h": DefinitionInput(
        name="Delivered within 4 hours",
        method=Method.DELIVERY,
        start_step=Step.PLACED,
        end_step=Step.HANDED_OVER,
        target_seconds=4 * _HOUR,
    ),
    "transfer-48h": DefinitionInput(
        name="Transfer sent within 48 hours",
        method=Method.TRANSFER,
        start_step=Step.PLACED,
        end_step=Step.SHIPPED,
        target_seconds=48 * _HOUR,
    ),
    "pickup-accept-1h": DefinitionInput(
        name="Store accepts a pickup within an open hour",
        method=Method.PICKUP,
        start_step=Step.ASSIGNED,
        end_step=Step.ACCEPTED,
        target_seconds=_HOUR,
        counting=Counting.OPEN_HOURS,
        scope=ClockScope.LOCATION,
    ),
    **PROMISED,
}
