"""People, sessions and API keys. Secrets are stored only as hashes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.enums import Role
from models.tables.base import document, instant, key, one_of, ref


class User(SQLModel, table=True):
    """A person. `location_codes` and `group_codes` limit what he sees; both empty means the whole network."""

    __tablename__ = "app_user"
    __table_args__ = (one_of("role", Role, "ck_app_user_role"),)

    id: int | None = key()
    username: str = Field(max_length=80, unique=True)
    name: str = Field(default="", max_length=120)
    password_hash: str = Field(max_length=200)
    role: str = Field(max_length=16)
    location_codes: list[str] = document(list)
    group_codes: list[str] = document(list)
    active: bool = Field(default=True)
    demo: bool = Field(default=False)  # offered on the sign-in page of the demo network
    version: int = Field(default=1)
    created_at: datetime = instant()


class UserSession(SQLModel, table=True):
    """A signed-in browser: SHA-256 of the cookie's token."""

    __tablename__ = "user_session"

    token_hash: str = Field(max_length=64, primary_key=True)
    user_id: int = ref("app_user.id", ondelete="CASCADE")
    created_at: datetime = instant()
    seen_at: datetime = instant()
    expires_at: datetime = instant()


class ApiKey(SQLModel, table=True):
    """A program's credential: public prefix to find it, SHA-256 of the whole to check it."""

    __tablename__ = "api_key"

    id: int | None = key()
    name: str = Field(max_length=80, unique=True)
    prefix: str = Field(max_length=16, unique=True)
    key_hash: str = Field(max_length=64)
    scopes: list[str] = document(list)
    location_codes: list[str] = document(list)
    group_codes: list[str] = document(list)
    active: bool = Field(default=True)
    expires_at: datetime | None = instant(nullable=True)
    used_at: datetime | None = instant(nullable=True)
    created_by: str = Field(max_length=120)
    created_at: datetime = instant()


class LoginAttempt(SQLModel, table=True):
    """Failed sign-ins, for the rate limit. `subject` is `user:<name>` or `ip:<address>`."""

    __tablename__ = "login_attempt"
    __table_args__ = (sa.Index("ix_login_attempt", "subject", "at"),)

    id: int | None = key()
    subject: str = Field(max_length=120)
    at: datetime = instant()


__all__ = ["ApiKey", "LoginAttempt", "User", "UserSession"]
