"""Signing in and out. The rule of how often one may try is `throttle.py`; who a token is, `service.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from backend.auth import attempts
from backend.auth.passwords import hash_password, is_outdated, verify_password
from backend.auth.people import clean_username
from backend.auth.throttle import PER_ADDRESS, PER_USER
from backend.auth.tokens import digest, new_session_token
from backend.clock import system_now
from backend.context import Context
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode
from models.tables import LoginAttempt, User, UserSession


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: `token` goes into the cookie and nowhere else."""

    token: str
    username: str
    expires_at: datetime


def sign_in(ctx: Context, username: str, password: str, *, address: str) -> SignedIn:
    """Check a password and open a session.

    Raises UNAUTHENTICATED (the same words and time whether the person exists or not) or RATE_LIMITED (`retry_after`).
    The try is on record before the password is checked, so that many at once cannot slip under the limit.
    """
    name = clean_username(username)
    subjects = {f"user:{name or '?'}": PER_USER, f"ip:{address}": PER_ADDRESS}
    tries = attempts.record(ctx, subjects)
    wait = attempts.wait(ctx, subjects)
    if wait is not None:
        attempts.forget(ctx, tries)  # a refused try does not make the wait longer
        raise DomainError(ErrorCode.RATE_LIMITED, f"Too many attempts. Try again in {wait} s.", retry_after=wait)
    with ctx.read() as uow:
        found = sa.select(col(User.id), col(User.password_hash)).where(
            col(User.username) == name, col(User.active).is_(True)
        )
        person = uow.session.execute(found).first() if name else None
    stored = person.password_hash if person is not None else None
    if not verify_password(password, stored) or person is None or stored is None:
        raise DomainError(ErrorCode.UNAUTHENTICATED, "The user name or the password is not right.")
    renewed = hash_password(password) if is_outdated(stored) else stored
    with ctx.uow() as uow:
        uow.session.execute(sa.delete(LoginAttempt).where(col(LoginAttempt.id).in_(tries)))
        uow.session.execute(sa.delete(LoginAttempt).where(col(LoginAttempt.subject) == f"user:{name}"))
        token = new_session_token()
        expires = _open(uow, person.id, checked=stored, renewed=renewed, token=token, hours=ctx.settings.session_hours)
    return SignedIn(token, name or "", expires)


def sign_out(uow: Uow, token: str) -> None:
    """End the session of this token; nothing happens when there is none."""
    uow.session.execute(sa.delete(UserSession).where(col(UserSession.token_hash) == digest(token)))


def _open(uow: Uow, user_id: int, *, checked: str, renewed: str, token: str, hours: int) -> datetime:
    # Compare-and-set: if the password changed or the person was disabled while we hashed, this opens nothing.
    unchanged = (col(User.id) == user_id, col(User.password_hash) == checked, col(User.active).is_(True))
    updated = uow.session.execute(
        sa.update(User).where(*unchanged).values(password_hash=renewed).returning(col(User.id))
    ).first()
    if updated is None:
        raise DomainError(ErrorCode.UNAUTHENTICATED, "The user name or the password is not right.")
    now = system_now()
    old = sa.and_(col(UserSession.user_id) == user_id, col(UserSession.expires_at) <= now)
    uow.session.execute(sa.delete(UserSession).where(old))
    expires = now + timedelta(hours=hours)
    uow.session.add(
        UserSession(token_hash=digest(token), user_id=user_id, created_at=now, seen_at=now, expires_at=expires)
    )
    return expires
