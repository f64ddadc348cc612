"""Words for shipments that several pages share: bands of their promises, steps of their way. Pure."""

from __future__ import annotations

from models.enums import Compliance, ShipmentStatus

#: Shipments are late, at risk or on time; Non-Compliant, At Risk and Compliant are words for locations.
SLA_WORDS = {Compliance.NON_COMPLIANT: "Late", Compliance.AT_RISK: "At risk", Compliance.COMPLIANT: "On time"}

STEP_WORDS: dict[str, str] = {
    ShipmentStatus.OPEN: "Not started",
    ShipmentStatus.ACCEPTED: "Accepted",
    ShipmentStatus.PICKED: "Picked",
    ShipmentStatus.PACKED: "Packed",
    ShipmentStatus.READY: "Ready",
    ShipmentStatus.SHIPPED: "Shipped",
    ShipmentStatus.HANDED_OVER: "Handed over",
    ShipmentStatus.CANCELLED: "Cancelled",
}
