"""Words for shipments that several pages share: bands of their promises, steps of their way. Pure."""

from __future__ import annotations

from dashboard.views.common import STATUS_WORDS, StatusKey
from models.enums import Compliance, ShipmentStatus

#: A status has the same word everywhere; the legend says what it means for a shipment.
SLA_WORDS = {
    compliance: STATUS_WORDS[StatusKey(compliance.value)]
    for compliance in (Compliance.NON_COMPLIANT, Compliance.AT_RISK, Compliance.COMPLIANT)
}

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
