"""The policies that watch now, read once per version. Making and editing them is `policies.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from alerts.matching import expand_types
from alerts.policy import Policy, parse_policy
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.enums import DefinitionStatus
from models.tables import AlertPolicy

_ROWS = table_of(AlertPolicy)
_ACTIVE = sa.select(_ROWS.c.id, _ROWS.c.from_seq).where(_ROWS.c.status == DefinitionStatus.ACTIVE.value)
_WHOLE = sa.select(_ROWS.c.id, _ROWS.c.code, _ROWS.c.version, _ROWS.c.from_seq, _ROWS.c.document)

#: Policies by database and row: a version never changes. A database that was emptied starts counting rows anew, so the
#: place in the feed belongs to the key.
_READ: WeakKeyDictionary[Any, dict[tuple[int, int], Policy]] = WeakKeyDictionary()


def active_policies(uow: Uow) -> Mapping[str, Policy]:
    """Return the active version of every policy by its code, those switched off included."""
    wanted = [(row.id, row.from_seq) for row in uow.session.connection().execute(_ACTIVE)]
    known = _READ.setdefault(uow.session.get_bind().engine.pool, {})
    missing = [key for key in wanted if key not in known]
    for id_, code, version, from_seq, document in fetch_in(
        uow.session, _WHOLE, _ROWS.c.id, [id_ for id_, _ in missing]
    ):
        known[id_, from_seq] = parse_policy(document, code=code, version=version, from_seq=from_seq)
    return {policy.code: policy for policy in (known[key] for key in wanted)}


def watched_types(policies: Iterable[Policy]) -> list[str]:
    """Return every event type that any of these policies looks at."""
    patterns = {pattern for policy in policies if policy.enabled for pattern in policy.types}
    return sorted(expand_types(sorted(patterns))) if patterns else []
