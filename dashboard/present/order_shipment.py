"""A shipment on its order's page: its promise, how far it is, how it can be tracked. Pure."""

from __future__ import annotations

from typing import Any

from backend.fulfillment.workflow import WAY
from backend.orders.whole import ShipmentPart
from dashboard import format as say
from dashboard.present import papers
from dashboard.present.common import Reader, location_href
from dashboard.present.shipments import SLA_WORDS, STEP_WORDS
from dashboard.views.moves import Moves
from dashboard.views.order import ShipmentCard, Step
from models.enums import ShipmentStatus


def shipment(part: ShipmentPart, zone: str, moves: Moves, reader: Reader) -> ShipmentCard:
    """Return a shipment: its promise, how far it is, how it can be tracked, what may be done; times are of
    `zone`."""
    sla = part.sla
    return ShipmentCard(
        key=str(part.id),
        title=f"Shipment {part.id}",
        place=part.where.name,
        href=location_href(part.where.code),
        state=STEP_WORDS[part.status],
        held=f"On hold: {part.hold_reason}" if part.held and part.hold_reason else "On hold" if part.held else "",
        sla=sla.value if sla else "",
        sla_word=SLA_WORDS[sla] if sla else "",
        due=say.due(part.due_at, reader.now) if part.due_at else "",
        due_title=say.at_place(part.due_at, zone, reader.now, reader.locale) if part.due_at else "",
        left=_left(part, reader),
        tracking=" ".join(str(word) for word in (part.tracking.get("carrier"), part.tracking_number) if word),
        tracking_href=_web(part.tracking.get("url")),
        steps=steps(part, zone, reader),
        papers=papers.of_shipment(part.id),
        moves=moves,
    )


def _web(url: Any) -> str:
    """Return a carrier's address only when it is one of the web: what callers store is anyone's."""
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) else ""


def _left(part: ShipmentPart, reader: Reader) -> int:
    if part.due_at is None or part.clock_started_at is None:
        return 0
    allowed = (part.due_at - part.clock_started_at).total_seconds()
    left = (part.due_at - reader.now).total_seconds()
    return 0 if allowed <= 0 else max(0, min(100, round(100 * left / allowed)))


def steps(part: ShipmentPart, zone: str, reader: Reader) -> list[Step]:
    """Return the way of its method, with the moments that were reached; a cancelled one has no way."""
    if part.status is ShipmentStatus.CANCELLED:
        return []
    way = WAY[part.method]
    reached = way.index(part.status)
    labels = {ShipmentStatus.OPEN: "Assigned"}
    moments = {ShipmentStatus.OPEN: part.assigned_at, **part.steps}
    return [
        Step(
            labels.get(step, STEP_WORDS[step]),
            say.wall_time(at, zone, reader.now, reader.locale) if (at := moments.get(step)) else "",
            done=number <= reached,
        )
        for number, step in enumerate(way)
    ]
