"""The segments that ring-fence stock, as rows: what is kept where, and how much of it is promised.

Nothing of this is read unless some segment has a quota. Usage rows are guarded by the lock on their balance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend.inventory.fences import Quota, Rulebook, Segment, Share
from backend.inventory.rules import Balance, Key
from backend.persistence.bulk import Row, fetch_in, insert_rows, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.pairs import fetch_pairs
from backend.persistence.uow import Uow
from models.tables import LocationGroupMember, SegmentUsage, StockSegment, StockSegmentQuota

SEGMENT, QUOTA, USAGE = table_of(StockSegment), table_of(StockSegmentQuota), table_of(SegmentUsage)
_MEMBER = table_of(LocationGroupMember)


@dataclass(slots=True)
class _Known:
    """The rulebook as this transaction read it: once."""

    rulebook: Rulebook | None = None

    def close(self, _uow: Uow) -> None:
        """Nothing waits for the commit (see `Uow.ending`)."""


def rulebook(uow: Uow) -> Rulebook:
    """Return the active segments and their quotas; read once per transaction."""
    known = uow.ending(_Known)
    if known.rulebook is None:
        known.rulebook = _read(uow)
    return known.rulebook


def forget(uow: Uow) -> None:
    """Have the rulebook read anew: this transaction changed it."""
    uow.ending(_Known).rulebook = None


def used(uow: Uow, keys: Iterable[Key]) -> dict[Key, dict[int, int]]:
    """Return units promised per segment id, by balance."""
    pair = (USAGE.c.location_id, USAGE.c.product_id)
    statement = sa.select(*pair, USAGE.c.segment_id, USAGE.c.promised)
    found: dict[Key, dict[int, int]] = defaultdict(dict)
    for location_id, product_id, segment_id, promised in fetch_pairs(uow.session, statement, pair, keys):
        found[location_id, product_id][segment_id] = promised
    return found


def of_balances(uow: Uow, balances: Mapping[Key, Balance]) -> dict[Key, list[Share]]:
    """Return the shares of those balances that a quota touches, in order of rank."""
    rules = rulebook(uow)
    if not rules:
        return {}
    touched = [key for key in balances if rules.quotas(key)]
    promised = used(uow, touched)
    return {key: rules.shares(key, balances[key], promised.get(key, {})) for key in touched}


def shares(uow: Uow, balances: Mapping[Key, Balance]) -> dict[Key, list[dict[str, Any]]]:
    """Return the shares of balances as `inventory.changed` tells them."""
    return {
        key: [{"code": share.segment.code, "quota": share.quota, "used": share.used} for share in found]
        for key, found in of_balances(uow, balances).items()
    }


def charge(uow: Uow, deltas: Mapping[tuple[Key, int], int]) -> None:
    """Add signed units to what segments have promised, by (balance, segment id); the balances are locked."""
    wanted = {place: units for place, units in deltas.items() if units}
    if not wanted:
        return
    now = used(uow, {key for key, _ in wanted})
    new: list[Row] = []
    changed: list[Row] = []
    for (key, segment_id), units in sorted(wanted.items()):
        known = now.get(key, {}).get(segment_id)
        row = {"location_id": key[0], "product_id": key[1], "segment_id": segment_id, "promised": (known or 0) + units}
        (new if known is None else changed).append(row)
    insert_rows(uow.session, SegmentUsage, new)
    update_columns(uow.session, SegmentUsage, changed, key=("location_id", "product_id", "segment_id"))


def _read(uow: Uow) -> Rulebook:
    connection = uow.session.connection()
    quotas = connection.execute(
        sa.select(
            QUOTA.c.segment_id,
            QUOTA.c.percent,
            QUOTA.c.units,
            QUOTA.c.location_id,
            QUOTA.c.group_code,
            QUOTA.c.product_id,
        )
        .join(SEGMENT, SEGMENT.c.id == QUOTA.c.segment_id)
        .where(SEGMENT.c.active)
    ).all()
    if not quotas:
        return Rulebook()
    columns = (SEGMENT.c.id, SEGMENT.c.code, SEGMENT.c.channel, SEGMENT.c.customer_segment, SEGMENT.c.method)
    rows = connection.execute(sa.select(*columns, SEGMENT.c.rank).where(SEGMENT.c.active)).all()
    return Rulebook([Segment(*row) for row in rows], [Quota(*row) for row in quotas], _groups(uow, quotas))


def _groups(uow: Uow, quotas: Iterable[Any]) -> dict[int, list[str]]:
    named = {quota.group_code for quota in quotas if quota.group_code is not None}
    statement = sa.select(_MEMBER.c.location_id, _MEMBER.c.group_code)
    found: dict[int, list[str]] = defaultdict(list)
    for location_id, group in fetch_in(uow.session, statement, _MEMBER.c.group_code, named):
        found[location_id].append(group)
    return found
