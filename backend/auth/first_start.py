"""Accounts made by the program itself: the first administrator, and the demo network's people."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.people import NewUser, create_user
from backend.context import Context
from backend.persistence.uow import Uow
from models.enums import LocationKind, Role
from models.tables import Location, SystemFact, User

ADMIN = "admin"
# Not a secret: shown to everyone on the sign-in page of a demo network, and made nowhere else.
DEMO_PASSWORD = "show-me-the-map"  # noqa: S105


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One tap on the sign-in page of the demo network."""

    username: str
    password: str
    title: str
    sees: str


def ensure_admin(ctx: Context) -> str | None:
    """Make the first administrator when there is nobody at all; return his password, to be printed once."""
    with ctx.uow() as uow:
        if uow.session.scalars(sa.select(col(User.id)).limit(1)).first() is not None:
            return None
        password = secrets.token_urlsafe(12)
        create_user(uow, NewUser(ADMIN, password, Role.ADMIN, name="Administrator"))
    return password


def ensure_demo_accounts(uow: Uow) -> None:
    """Make the demo people that are missing; they need the demo network's locations to be there."""
    known = set(uow.session.scalars(sa.select(col(User.username))))
    for new in _demo_people(uow):
        if new.username not in known:
            create_user(uow, new)


def demo_accounts(ctx: Context) -> list[DemoAccount]:
    """Return what the sign-in page may offer: nothing unless this database holds the demo network."""
    with ctx.read() as uow:
        if not is_demo(uow):
            return []
        people = uow.session.scalars(
            sa.select(User).where(col(User.demo).is_(True), col(User.active).is_(True)).order_by(col(User.id))
        )
        return [DemoAccount(user.username, DEMO_PASSWORD, user.name, _sees(user)) for user in people]


def is_demo(uow: Uow) -> bool:
    """Return whether this database was filled with the demo network."""
    fact = uow.session.get(SystemFact, "network")
    return fact is not None and fact.value.get("kind") == "demo"


def _demo_people(uow: Uow) -> Sequence[NewUser]:
    people = [NewUser("manager", DEMO_PASSWORD, Role.MANAGER, name="Network manager", demo=True)]
    stores = sa.select(Location).where(col(Location.kind) == LocationKind.STORE.value).order_by(col(Location.code))
    store = uow.session.scalars(stores.limit(1)).first()
    if store is not None and store.groups:
        region = store.groups[0]  # the demo network names a location's region first
        people.append(
            NewUser("region", DEMO_PASSWORD, Role.MANAGER, name="Regional manager", group_codes=[region], demo=True)
        )
    if store is not None:
        people.append(
            NewUser("picker", DEMO_PASSWORD, Role.FULFILLER, name="Store team", location_codes=[store.code], demo=True)
        )
    return [*people, NewUser("viewer", DEMO_PASSWORD, Role.VIEWER, name="Wall display", demo=True)]


def _sees(user: User) -> str:
    codes = [*user.group_codes, *user.location_codes]
    return f"sees {', '.join(codes)}" if codes else "sees the whole network"
