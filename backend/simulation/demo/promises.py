"""The demo network's SLA definitions and colour rule. Data only."""

from __future__ import annotations

from collections.abc import Mapping

from backend.sla.defaults import PROMISED
from backend.sla.facts import DefinitionInput
from backend.sla.grading import Thresholds
from models.enums import ClockScope, Counting, Method, Step, TargetKind

_HOUR = 3600

#: The usual rule, but a location is called better sooner: a demo is watched for minutes, not for a shift.
COLOURS = Thresholds(hold_seconds=90)

PROMISES: Mapping[str, DefinitionInput] = {
    "pickup-2h": DefinitionInput(
        name="Pickup ready within 2 open hours",
        method=Method.PICKUP,
        start_step=Step.PLACED,
        end_step=Step.READY,
        target_seconds=2 * _HOUR,
        counting=Counting.OPEN_HOURS,
    ),
    "curbside-1h": DefinitionInput(
        name="Curbside ready within 1 open hour",
        method=Method.CURBSIDE,
        start_step=Step.PLACED,
        end_step=Step.READY,
        target_seconds=_HOUR,
        counting=Counting.OPEN_HOURS,
    ),
    "delivery-3h": DefinitionInput(
        name="Delivered within 3 open hours",
        method=Method.DELIVERY,
        start_step=Step.PLACED,
        end_step=Step.HANDED_OVER,
        target_seconds=3 * _HOUR,
        counting=Counting.OPEN_HOURS,
    ),
    "ship-cutoff": DefinitionInput(
        name="Leaves with the day's last carrier pick-up",
        method=Method.SHIP,
        service_level="express",
        start_step=Step.PLACED,
        end_step=Step.SHIPPED,
        target_kind=TargetKind.CARRIER_CUTOFF,
    ),
    "ship-24h": DefinitionInput(
        name="Shipped within 24 hours",
        method=Method.SHIP,
        start_step=Step.PLACED,
        end_step=Step.SHIPPED,
        target_seconds=24 * _HOUR,
    ),
    "ship-packed-2h": DefinitionInput(
        name="Packed within 2 hours of assignment",
        method=Method.SHIP,
        start_step=Step.ASSIGNED,
        end_step=Step.PACKED,
        target_seconds=2 * _HOUR,
        counting=Counting.OPEN_HOURS,
        scope=ClockScope.LOCATION,
    ),
    "ship-express-dock": DefinitionInput(
        name="Express parcels leave the dock within 50 minutes of packing",
        method=Method.SHIP,
        service_level="express",
        start_step=Step.PACKED,
        end_step=Step.SHIPPED,
        target_seconds=50 * 60,
        counting=Counting.OPEN_HOURS,
        scope=ClockScope.LOCATION,
    ),
    "transfer-24h": DefinitionInput(
        name="Transfer sent within 24 hours",
        method=Method.TRANSFER,
        start_step=Step.PLACED,
        end_step=Step.SHIPPED,
        target_seconds=24 * _HOUR,
    ),
    "transfer-express-2h": DefinitionInput(
        name="Urgent transfer sent within 2 hours",
        method=Method.TRANSFER,
        service_level="express",
        start_step=Step.PLACED,
        end_step=Step.SHIPPED,
        target_seconds=2 * _HOUR,
    ),
    **PROMISED,
}
