"""What every command on shipments does: load what its rule allows, refuse with every fault, tell. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from backend.fulfillment import rules, store
from backend.fulfillment.opening import record
from backend.fulfillment.rules import Refusal, ShipmentFacts
from backend.persistence.uow import Uow
from models.errors import DomainError, Fault, invalid
from models.events import EventType


def load_allowed(
    uow: Uow,
    shipment_ids: Sequence[int],
    rule: Callable[..., Refusal | None],
    expected: Mapping[int, int] | None,
) -> list[ShipmentFacts]:
    """Load shipments that `rule` allows, or raise every refusal."""
    refuse_twice(shipment_ids)
    facts = store.load(uow, shipment_ids)
    versions = expected or {}
    refuse(rules.may_edit(fact, versions.get(fact.id), index=index) for index, fact in enumerate(facts))
    refuse(rule(fact, index=index) for index, fact in enumerate(facts))
    return facts


def refuse(refusals: Iterable[Refusal | None]) -> None:
    """Raise one error with all faults; its code is that of the first."""
    real = [refusal for refusal in refusals if refusal is not None]
    if not real:
        return
    faults = [refusal.fault for refusal in real]
    message = faults[0].message if len(faults) == 1 else f"{len(faults)} commands were refused; nothing was changed."
    raise DomainError(real[0].code, message, faults=faults)


def refuse_twice(ids: Sequence[int]) -> None:
    """Raise INVALID when a shipment is named twice."""
    if len(set(ids)) != len(ids):
        raise invalid([Fault("", "duplicate", "One command per shipment and call.")])


def tell(
    uow: Uow,
    type_: EventType,
    fact: ShipmentFacts,
    at: datetime,
    data: Mapping[str, Any],
    *,
    location_id: int | None = None,
    code: str | None = None,
) -> None:
    """Record what happened to a shipment, with what every such event says."""
    common = {"shipment": fact.id, "order": fact.order_id, "location": code or fact.location_code}
    body = {**common, "method": fact.method.value, **data}
    record(uow, type_, fact.id, location_id or fact.location_id, body, at)
