"""Who is behind a cookie or a bearer token. Signing in is `sessions.py`, accounts are `people.py`, keys `keys.py`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.actor import Actor, LocationScope
from backend.auth.keycache import known
from backend.auth.permissions import permissions_of
from backend.auth.tokens import digest, key_prefix, same
from backend.clock import system_now
from backend.context import Context
from models.enums import ActorKind, Role
from models.tables import ApiKey, User, UserSession

COOKIE = "pickwatch_session"

#: How old `seen_at` and `used_at` may get before they are written again: reading must not cost a write each time.
TOUCH_AFTER = timedelta(minutes=1)


def actor_of_session(ctx: Context, token: str) -> Actor | None:
    """Return the actor of a live session of an active user, else None. One indexed query, never cached.

    Must not be called inside a writing transaction: once a minute it writes when the session was last seen.
    """
    if not token or len(token) > 200:
        return None
    now = system_now()
    hashed = digest(token)
    with ctx.read() as uow:
        row = uow.session.execute(
            sa.select(UserSession, User)
            .join(User, col(User.id) == col(UserSession.user_id))
            .where(col(UserSession.token_hash) == hashed)
        ).first()
        if row is None:
            return None
        session, user = row
        if not same(session.token_hash, hashed) or session.expires_at <= now or not user.active:
            return None
        actor = actor_of_user(user)
        idle = now - session.seen_at
    if idle >= TOUCH_AFTER:
        _touch(ctx, UserSession, UserSession.seen_at, col(UserSession.token_hash) == hashed)
    return actor


def actor_of_user(user: User) -> Actor:
    """Return the actor that a person is: his role's permissions inside his part of the network."""
    scope = LocationScope(frozenset(user.location_codes), frozenset(user.group_codes))
    role = Role(user.role)
    return Actor(ActorKind.USER, user.username, permissions_of(role, scope), scope, user.id, role)


def actor_of_key(ctx: Context, token: str) -> Actor | None:
    """Return the actor of an active, unexpired API key, else None: what `ctx.keys` remembers, or one indexed query."""
    return actor_remembered(ctx, token) or _look_up(ctx, token)


def actor_remembered(ctx: Context, token: str) -> Actor | None:
    """Return the actor of an API key seen a moment ago, without asking the database; None: ask `actor_of_key`."""
    ctx.keys.hear(ctx.wakeups)
    return ctx.keys.actor(token)


def renew(ctx: Context, token: str) -> None:
    """Read a remembered key again before it is too old; one that is no good any more is forgotten now."""
    if _look_up(ctx, token) is None:
        ctx.keys.clear()


def _look_up(ctx: Context, token: str) -> Actor | None:
    prefix = key_prefix(token)
    if prefix is None:
        return None
    now = system_now()
    generation = ctx.keys.generation()
    with ctx.read() as uow:
        row = uow.session.scalars(sa.select(ApiKey).where(col(ApiKey.prefix) == prefix)).first()
        if row is None:
            same("", digest(token))  # an unknown prefix takes as long as a known one
            return None
        key = known(row)
        fresh = row.used_at is not None and now - row.used_at < TOUCH_AFTER
    if not key.opens(token, now):
        return None
    ctx.keys.keep(key, generation=generation)
    if not fresh:
        _touch(ctx, ApiKey, ApiKey.used_at, col(ApiKey.prefix) == prefix)
    return key.actor


def _touch(ctx: Context, table: Any, column: Any, which: sa.ColumnElement[bool]) -> None:
    now = system_now()
    stale = sa.or_(column.is_(None), column <= now - TOUCH_AFTER)
    with ctx.uow() as uow:  # the condition makes it one write although many requests see the old value
        uow.session.execute(sa.update(table).where(which, stale).values({column: now}))
