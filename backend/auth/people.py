"""Accounts of people: make, limit, disable, change the password. Signing in is `sessions.py`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.limits import limit_faults
from backend.auth.passwords import hash_password, password_faults
from backend.clock import system_now
from backend.persistence.uow import Uow
from models.enums import Permission, Role
from models.errors import DomainError, ErrorCode, Fault, not_found
from models.events import EventType
from models.tables import User, UserSession

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,79}")


@dataclass(frozen=True, slots=True)
class NewUser:
    """What is needed to make an account; without locations and groups it covers the whole network."""

    username: str
    password: str
    role: Role
    name: str = ""
    location_codes: Sequence[str] = ()
    group_codes: Sequence[str] = ()
    demo: bool = False


def clean_username(text: str) -> str | None:
    """Return the name in its stored form, None when nobody can be called so."""
    name = text.strip().lower()
    return name if _USERNAME.fullmatch(name) else None


def create_user(uow: Uow, new: NewUser) -> User:
    """Make an account. Raises INVALID with every fault, or CONFLICT when the name is taken."""
    uow.actor.require(Permission.ADMIN)
    username = clean_username(new.username)
    faults = [*password_faults(new.password, new.username), *limit_faults(uow, new.location_codes, new.group_codes)]
    if username is None:
        rule = "Use letters, digits and . _ @ + -, starting with a letter or digit, at most 80."
        faults.insert(0, Fault("/username", "bad_name", rule))
    if len(new.name) > 120:
        faults.append(Fault("/name", "too_long", "Use at most 120 characters."))
    if new.role is Role.ADMIN and (new.location_codes or new.group_codes):
        faults.append(Fault("/role", "limited_admin", "An administrator cannot be limited to some locations."))
    if faults or username is None:
        raise DomainError(ErrorCode.INVALID, "The account was not made.", faults=faults)
    if _find(uow, username) is not None:
        raise DomainError(ErrorCode.CONFLICT, f"There is already a user {username}.")
    user = User(
        username=username,
        name=new.name or username,
        password_hash=hash_password(new.password),
        role=new.role.value,
        location_codes=sorted(set(new.location_codes)),
        group_codes=sorted(set(new.group_codes)),
        demo=new.demo,
        created_at=system_now(),
    )
    uow.session.add(user)
    uow.session.flush()
    _changed(uow, user, "created")
    return user


def set_password(uow: Uow, username: str, password: str) -> None:
    """Change a password and end every session of that person. Raises NOT_FOUND, INVALID."""
    uow.actor.require(Permission.ADMIN)
    user = _get(uow, username)
    faults = password_faults(password, user.username)
    if faults:
        raise DomainError(ErrorCode.INVALID, "The password was not changed.", faults=faults)
    user.password_hash = hash_password(password)
    user.version += 1
    revoke_sessions(uow, user)
    _changed(uow, user, "password_changed")


def deactivate(uow: Uow, username: str) -> None:
    """Disable an account and end its sessions. Raises NOT_FOUND, or CONFLICT for the last administrator."""
    uow.actor.require(Permission.ADMIN)
    # All administrators' rows are locked, in key order, so that two of them cannot disable each other at once.
    admins = uow.session.scalars(
        sa.select(User)
        .where(col(User.role) == Role.ADMIN.value, col(User.active).is_(True))
        .order_by(col(User.id))
        .with_for_update()
    ).all()
    user = _get(uow, username)
    if [admin.id for admin in admins] == [user.id]:
        raise DomainError(ErrorCode.CONFLICT, "This is the last administrator: make another one first.")
    user.active = False
    user.version += 1
    revoke_sessions(uow, user)
    _changed(uow, user, "disabled")


def revoke_sessions(uow: Uow, user: User) -> None:
    """End every session of a person, in every browser."""
    uow.session.execute(sa.delete(UserSession).where(col(UserSession.user_id) == user.id))


def list_users(uow: Uow) -> list[User]:
    """Return all accounts by name."""
    uow.actor.require(Permission.ADMIN)
    return list(uow.session.scalars(sa.select(User).order_by(col(User.username))))


def _find(uow: Uow, username: str) -> User | None:
    return uow.session.scalars(sa.select(User).where(col(User.username) == username)).first()


def _get(uow: Uow, username: str) -> User:
    name = clean_username(username)
    user = _find(uow, name) if name else None
    if user is None:
        raise not_found("user", username)
    return user


def _changed(uow: Uow, user: User, change: str) -> None:
    data = {
        "username": user.username,
        "change": change,
        "role": user.role,
        "active": user.active,
        "locations": user.location_codes,
        "groups": user.group_codes,
    }
    uow.record(EventType.USER_CHANGED, subject=f"user/{user.username}", data=data)
