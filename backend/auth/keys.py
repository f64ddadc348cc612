"""API keys of programs: make, list, revoke. Recognising one is `service.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.limits import limit_faults
from backend.auth.permissions import NETWORK_WIDE
from backend.auth.tokens import new_key
from backend.clock import system_now
from backend.persistence.uow import Uow
from backend.wakeups import Topic
from models.enums import Permission
from models.errors import DomainError, ErrorCode, Fault, not_found
from models.events import EventType
from models.tables import ApiKey


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """What is needed to make a key; `valid_for` None means until revoked."""

    name: str
    scopes: Sequence[Permission]
    location_codes: Sequence[str] = ()
    group_codes: Sequence[str] = ()
    valid_for: timedelta | None = None


def create_key(uow: Uow, new: NewApiKey) -> str:
    """Make a key and return its text, which is stored nowhere. Raises INVALID with every fault, or CONFLICT."""
    uow.actor.require(Permission.ADMIN)
    faults = [*_faults(new), *limit_faults(uow, new.location_codes, new.group_codes)]
    if faults:
        raise DomainError(ErrorCode.INVALID, "The key was not made.", faults=faults)
    if _find(uow, new.name) is not None:
        raise DomainError(ErrorCode.CONFLICT, f"There is already a key {new.name}.")
    fresh = new_key()
    now = system_now()
    key = ApiKey(
        name=new.name,
        prefix=fresh.prefix,
        key_hash=fresh.key_hash,
        scopes=sorted({scope.value for scope in new.scopes}),
        location_codes=sorted(set(new.location_codes)),
        group_codes=sorted(set(new.group_codes)),
        expires_at=now + new.valid_for if new.valid_for else None,
        created_by=uow.actor.label,
        created_at=now,
    )
    uow.session.add(key)
    uow.session.flush()
    _changed(uow, key, "created")
    return fresh.text


def revoke_key(uow: Uow, name: str) -> None:
    """Make a key useless at once; it stays on record. Raises NOT_FOUND."""
    uow.actor.require(Permission.ADMIN)
    key = _find(uow, name)
    if key is None:
        raise not_found("API key", name)
    key.active = False
    _changed(uow, key, "revoked")


def list_keys(uow: Uow) -> list[ApiKey]:
    """Return all keys by name."""
    uow.actor.require(Permission.ADMIN)
    return list(uow.session.scalars(sa.select(ApiKey).order_by(col(ApiKey.name))))


def _faults(new: NewApiKey) -> list[Fault]:
    faults = []
    if not new.name.strip() or len(new.name) > 80 or not new.name.isprintable():
        faults.append(Fault("/name", "bad_name", "Use 1 to 80 printable characters."))
    if not new.scopes:
        faults.append(Fault("/scopes", "missing", "Name at least one permission."))
    if new.location_codes or new.group_codes:
        faults += [
            Fault(f"/scopes/{place}", "network_wide", f"{scope.value} concerns the whole network: it has no limits.")
            for place, scope in enumerate(new.scopes)
            if scope in NETWORK_WIDE
        ]
    if new.valid_for is not None and not timedelta(0) < new.valid_for <= timedelta(days=3650):
        faults.append(Fault("/valid_for", "out_of_range", "Use 1 to 3650 days."))
    return faults


def _find(uow: Uow, name: str) -> ApiKey | None:
    return uow.session.scalars(sa.select(ApiKey).where(col(ApiKey.name) == name)).first()


def _changed(uow: Uow, key: ApiKey, change: str) -> None:
    data = {
        "name": key.name,
        "prefix": key.prefix,
        "change": change,
        "scopes": key.scopes,
        "locations": key.location_codes,
        "groups": key.group_codes,
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
    }
    uow.record(EventType.API_KEY_CHANGED, subject=f"api_key/{key.name}", data=data)
    uow.wake(Topic.KEYS)
