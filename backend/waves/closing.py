"""What closing a wave does to its shipments, which are locked with all who go along: what was counted is in hand; what
was not found finds another home, and who has all the rest is picked."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence

from backend.fulfillment import reasons, remainder, scene
from backend.fulfillment import store as shipments
from backend.fulfillment.remainder import ShortLine
from backend.persistence.uow import Uow
from backend.picking import service as picking
from backend.picking.service import ScanIn
from backend.waves.rules import Member
from models.errors import DomainError, ErrorCode


def lock(uow: Uow, shipment_ids: Sequence[int], *, reason: str, skus: Collection[str]) -> list[int]:
    """Lock the shipments of a wave and, in the same sweep, the others of the location that need these products, if the
    reason takes them along; return who may go along, in the wave or not."""
    why = reasons.of(uow, reason)
    everybody = [*shipment_ids, *scene.others_of(uow, shipment_ids, why, skus)]
    shipments.load(uow, everybody)
    return everybody if why.collateral else []


def take_counts(uow: Uow, wave_id: int, before: Sequence[Member], after: Sequence[Member]) -> None:
    """Pick what was counted and not scanned, as one scan of so many units each."""
    scans = [
        ScanIn(f"count-{secrets.token_hex(12)}", line.sku, was.shipment_id, wave_id, units=line.picked - old.picked)
        for was, now in zip(before, after, strict=True)
        for old, line in zip(was.lines, now.lines, strict=True)
        if line.picked > old.picked
    ]
    if not scans:
        return
    done = picking.record(uow, scans)
    if any(one.outcome.units != scan.units for one, scan in zip(done, scans, strict=True)):
        raise DomainError(ErrorCode.STALE, "A shipment changed at the same moment; read the wave again.")


def go_on_without(uow: Uow, short: Mapping[int, Mapping[str, int]], *, reason: str, others: Sequence[int]) -> None:
    """Take the missing units, by shipment and SKU, out of their shipments; those that lack nothing more are picked."""
    missing = {id_: [ShortLine(sku, units) for sku, units in sorted(lines.items())] for id_, lines in short.items()}
    if missing:
        remainder.short_together(uow, missing, reason=reason, others=[id_ for id_ in others if id_ not in missing])
        picking.complete(uow, sorted(missing))
