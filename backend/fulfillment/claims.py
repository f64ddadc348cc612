"""Whose hands a shipment is in: so that two people do not start on the same one. Part of `service.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.fulfillment import rules, store
from backend.fulfillment.command import refuse, refuse_twice, tell
from backend.persistence.uow import Uow
from models.events import EventType


def claim(uow: Uow, shipment_ids: Sequence[int], *, expected: Mapping[int, int] | None = None) -> None:
    """Take shipments into one's hands; those one has already stay so.

    Raises NOT_FOUND, STALE, CONFLICT when somebody else has one, ILLEGAL_TRANSITION when there is nothing to do.
    """
    refuse_twice(shipment_ids)
    facts = store.load(uow, shipment_ids)
    versions, who = expected or {}, uow.actor.label
    refuse(rules.may_edit(fact, versions.get(fact.id), index=i) for i, fact in enumerate(facts))
    refuse(rules.may_claim(fact, who, index=i) for i, fact in enumerate(facts))
    fresh = [fact for fact in facts if fact.claimed_by != who]
    store.change(uow, fresh, [{"claimed_by": who, "claimed_at": uow.now} for _ in fresh])
    for fact in fresh:
        tell(uow, EventType.SHIPMENT_CLAIMED, fact, uow.now, {"claimed": True})


def unclaim(uow: Uow, shipment_ids: Sequence[int], *, expected: Mapping[int, int] | None = None) -> None:
    """Let shipments go again: one's own; a manager anybody's.

    Raises NOT_FOUND, STALE, FORBIDDEN, ILLEGAL_TRANSITION when nobody has one.
    """
    refuse_twice(shipment_ids)
    facts = store.load(uow, shipment_ids)
    versions, actor = expected or {}, uow.actor
    refuse(rules.may_edit(fact, versions.get(fact.id), index=i) for i, fact in enumerate(facts))
    refuse(rules.may_unclaim(fact, actor.label, index=i, role=actor.role) for i, fact in enumerate(facts))
    store.change(uow, facts, [{"claimed_by": None, "claimed_at": None} for _ in facts])
    for fact in facts:
        tell(uow, EventType.SHIPMENT_CLAIMED, fact, uow.now, {"claimed": False})
