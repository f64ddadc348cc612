"""Whose rights a file is read in with: remembered by name when it came, looked up afresh for every batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.actor import SYSTEM, Actor
from backend.auth.keycache import known
from backend.auth.service import actor_of_user
from backend.clock import system_now
from backend.persistence.uow import Uow
from models.enums import ActorKind
from models.tables import ApiKey, User

_KEY = "key:"


def remember(actor: Actor) -> dict[str, Any]:
    """Return an actor as a job keeps it: who, and not what he may."""
    return {"kind": actor.kind.value, "label": actor.label, "user_id": actor.user_id}


def rights(uow: Uow, owner: Mapping[str, Any]) -> Actor | None:
    """Return the actor with the rights he has now; None when the account or key is disabled, expired or gone."""
    kind = owner.get("kind")
    if kind == ActorKind.SYSTEM:
        return SYSTEM
    if kind == ActorKind.USER:
        user = uow.session.get(User, owner.get("user_id"), populate_existing=True)
        return actor_of_user(user) if user is not None and user.active else None
    name = str(owner.get("label", "")).removeprefix(_KEY)
    row = uow.session.scalars(sa.select(ApiKey).where(col(ApiKey.name) == name)).first()
    if row is None:
        return None
    key = known(row)
    good = key.active and (key.expires_at is None or key.expires_at > system_now())
    return key.actor if good else None
