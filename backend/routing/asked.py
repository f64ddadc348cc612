"""Why not there? Asked of a decision as it was made, about locations found by what they are called. SELECT only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from backend.auth.scope import visible
from backend.catalog import queries as catalog
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from backend.routing.explain import Said, why_not
from backend.routing.reading import skus_of, with_goods
from models.tables import Location

_LOCATION = table_of(Location)


def why_not_there(uow: Uow, trace: Mapping[str, Any], text: str, *, limit: int = 5) -> list[Said]:
    """Return why each visible location whose code or name contains the text was not chosen, or that it was."""
    named = sa.select(_LOCATION.c.id, _LOCATION.c.name, _LOCATION.c.code).where(
        visible(uow.actor.scope, _LOCATION.c.id)
    )
    like = sa.or_(_LOCATION.c.name.icontains(text, autoescape=True), _LOCATION.c.code.icontains(text, autoescape=True))
    connection = uow.session.connection()
    asked = connection.execute(named.where(like).order_by(_LOCATION.c.name, _LOCATION.c.code).limit(limit)).all()
    chosen = {one[0] for one in trace.get("chosen", ())} | {
        one[0] for step in trace.get("steps", ()) for one in step.get("chose", ())
    }
    others = fetch_in(uow.session, named, _LOCATION.c.id, chosen)
    names = {id_: f"{name} ({code})" for id_, name, code in (*asked, *others)}
    told = with_goods(trace, catalog.words_by_sku(uow, skus_of(trace)))
    return [why_not(told, id_, names) for id_, _, _ in asked]
