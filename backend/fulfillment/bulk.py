"""Work of many shipments handed to others, each in a transaction of its own: what cannot go stays and says why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backend.auth.actor import Actor
from backend.context import Context
from backend.fulfillment import service
from models.errors import DomainError


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of one shipment; `error` says why it stayed where it is."""

    shipment_id: int
    error: DomainError | None = None


def hand_over(ctx: Context, actor: Actor, shipment_ids: Iterable[int], *, to: str | None, reason: str) -> list[Handed]:
    """Move shipments to the location `to`, without one back to routing, which finds another place for each; return
    what became of each, by ascending id. The reason is words: nothing was missing, so it says nothing of stock."""
    done = []
    for id_ in sorted(set(shipment_ids)):
        try:
            with ctx.uow(actor) as uow:
                if to is None:
                    service.reject(uow, [id_], reason=reason)
                else:
                    service.reassign(uow, id_, to, reason=reason)
            done.append(Handed(id_))
        except DomainError as error:
            done.append(Handed(id_, error))
    return done
