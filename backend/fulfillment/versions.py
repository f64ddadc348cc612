"""Versions of workflows as lists for people, and how many shipments are under way by each. SELECT only; making and
activating them is `workflows.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.fulfillment.queue import IN_THE_BUILDING
from backend.persistence.uow import Uow
from models.enums import DefinitionStatus, Method
from models.tables import Location, LocationGroupMember, Shipment, Workflow

_W = Workflow

#: At most so many shipments are looked at to count those under way: the page must answer at once.
LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How many shipments that the actor may see, and whose goods are in the building, work by each version: by method
    and id, None for what is built in. `capped`: there are more than were looked at."""

    counts: Mapping[tuple[Method, int | None], int] = field(default_factory=dict)
    capped: bool = False

    def of(self, method: Method, id_: int | None) -> int:
        """Return how many work by a version."""
        return self.counts.get((method, id_), 0)


def list_versions(
    uow: Uow, *, status: DefinitionStatus | None = None, offset: int = 0, limit: int = 50
) -> Sequence[Workflow]:
    """Return the written versions of all workflows, newest first."""
    query = sa.select(_W).order_by(col(_W.created_at).desc(), col(_W.id).desc()).offset(offset).limit(limit)
    if status is not None:
        query = query.where(col(_W.status) == status.value)
    return uow.session.scalars(query).all()


def count_versions(uow: Uow) -> dict[DefinitionStatus, int]:
    """Return how many written versions there are, by state."""
    query = sa.select(col(_W.status), sa.func.count()).group_by(col(_W.status))
    found = {DefinitionStatus(word): number for word, number in uow.session.execute(query).all()}
    return {status: found.get(status, 0) for status in DefinitionStatus}


def active_versions(uow: Uow) -> Sequence[Workflow]:
    """Return the versions that hold for new shipments, by group; where there is none, what is built in holds."""
    query = sa.select(_W).where(col(_W.status) == DefinitionStatus.ACTIVE.value)
    return uow.session.scalars(query.order_by(col(_W.group_code), col(_W.code))).all()


def by_ids(uow: Uow, ids: Iterable[int]) -> Sequence[Workflow]:
    """Return these versions, in order of code and version."""
    query = sa.select(_W).where(col(_W.id).in_(sorted(ids)))
    return uow.session.scalars(query.order_by(col(_W.code), col(_W.version))).all()


def newest_for(uow: Uow, method: Method, group: str) -> Workflow | None:
    """Return what was written last for a method and a group, whatever its state."""
    query = sa.select(_W).where(col(_W.method) == method.value, col(_W.group_code) == group)
    return uow.session.scalars(query.order_by(col(_W.created_at).desc(), col(_W.id).desc()).limit(1)).one_or_none()


def groups(uow: Uow) -> dict[str, int]:
    """Return the groups there are, each with how many locations it has."""
    code = col(LocationGroupMember.group_code)
    return dict(uow.session.execute(sa.select(code, sa.func.count()).group_by(code).order_by(code)).tuples().all())


def under_way(uow: Uow) -> UnderWay:
    """Return how many shipments are under way by each version."""
    places = sa.select(col(Location.id)).where(visible(uow.actor.scope, col(Location.id)))
    one_by_one = (
        sa.select(col(Shipment.method), col(Shipment.workflow_id))
        .where(col(Shipment.location_id).in_(places), col(Shipment.status).in_(IN_THE_BUILDING))
        .limit(LOOKED_AT)
        .subquery()
    )
    by = (one_by_one.c.method, one_by_one.c.workflow_id)
    rows = uow.session.execute(sa.select(*by, sa.func.count()).group_by(*by)).all()
    counts = {(Method(method), id_): number for method, id_, number in rows}
    return UnderWay(counts, capped=sum(counts.values()) >= LOOKED_AT)
