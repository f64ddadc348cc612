"""Accounts of people: what is refused, what is on record, who is made at the first start."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from sqlmodel import col

from backend.auth import people
from backend.auth.actor import Actor
from backend.auth.first_start import demo_accounts, ensure_admin, ensure_demo_accounts
from backend.auth.people import NewUser
from backend.auth.permissions import permissions_of
from backend.auth.service import actor_of_session, actor_of_user
from backend.auth.sessions import sign_in
from backend.context import Context
from models.enums import ActorKind, Role
from models.errors import DomainError, ErrorCode
from models.tables import Event, Location, LocationGroupMember, SystemFact, User

PASSWORD = "correct horse"


def add_location(ctx: Context, code: str, *groups: str) -> None:
    with ctx.uow() as uow:
        stated = {"code": code, "name": code, "kind": "store", "time_zone": "UTC", "groups": list(groups)}
        location = Location(**stated, created_at=uow.now, updated_at=uow.now)
        uow.session.add(location)
        uow.session.flush()
        uow.session.add_all(LocationGroupMember(location_id=location.id, group_code=group) for group in groups)


def rows(ctx: Context, table: type) -> int:
    with ctx.read() as uow:
        return uow.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_person_limited_to_a_group_carries_that_limit(ctx: Context) -> None:
    add_location(ctx, "S1", "west")
    with ctx.uow() as uow:
        people.create_user(uow, NewUser("Ann", PASSWORD, Role.MANAGER, group_codes=["west"], location_codes=["S1"]))
    actor = actor_of_session(ctx, sign_in(ctx, "ann", PASSWORD, address="::1").token)
    assert actor is not None
    assert (actor.scope.location_codes, actor.scope.group_codes) == ({"S1"}, {"west"})


def test_every_fault_is_named_and_nothing_is_made(ctx: Context) -> None:
    new = NewUser("é!", "short", Role.ADMIN, name="x" * 121, location_codes=["NOPE"], group_codes=["nowhere"])
    with pytest.raises(DomainError) as refused, ctx.uow() as uow:
        people.create_user(uow, new)
    assert {(fault.pointer, fault.code) for fault in refused.value.faults} == {
        ("/username", "bad_name"),
        ("/password", "too_short"),
        ("/name", "too_long"),
        ("/locations/0", "not_found"),
        ("/groups/0", "not_found"),
        ("/role", "limited_admin"),
    }
    assert rows(ctx, User) == rows(ctx, Event) == 0


def test_a_name_is_taken_whatever_its_case(ctx: Context) -> None:
    with ctx.uow() as uow:
        people.create_user(uow, NewUser("ann", PASSWORD, Role.VIEWER))
    with pytest.raises(DomainError) as refused, ctx.uow() as uow:
        people.create_user(uow, NewUser(" Ann", PASSWORD, Role.ADMIN))
    assert refused.value.code is ErrorCode.CONFLICT
    assert rows(ctx, User) == 1


def test_changes_are_events_without_secrets(ctx: Context) -> None:
    with ctx.uow() as uow:
        people.create_user(uow, NewUser("root", PASSWORD, Role.ADMIN))
        people.create_user(uow, NewUser("ann", PASSWORD, Role.VIEWER))
        people.set_password(uow, "ann", "another good one")
        people.deactivate(uow, "ann")
    with ctx.read() as uow:
        events = [(e.type, e.data) for e in uow.session.scalars(sa.select(Event).order_by(col(Event.id)))]
        hashes = list(uow.session.scalars(sa.select(col(User.password_hash))))
    assert [(type_, data["username"], data["change"]) for type_, data in events] == [
        ("user.changed", "root", "created"),
        ("user.changed", "ann", "created"),
        ("user.changed", "ann", "password_changed"),
        ("user.changed", "ann", "disabled"),
    ]
    text = json.dumps([data for _, data in events])
    assert not [secret for secret in (PASSWORD, "another good one", *hashes) if secret in text]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.FULFILLER, Role.VIEWER])
def test_only_an_administrator_touches_accounts(ctx: Context, role: Role) -> None:
    with ctx.uow() as uow:
        user = people.create_user(uow, NewUser("ann", PASSWORD, role))
        actor = actor_of_user(user)
        before = user.password_hash
    for act in (
        lambda uow: people.create_user(uow, NewUser("evil", PASSWORD, Role.ADMIN)),
        lambda uow: people.set_password(uow, "ann", "another good one"),
        lambda uow: people.deactivate(uow, "ann"),
        people.list_users,
    ):
        with pytest.raises(DomainError) as refused, ctx.uow(actor) as uow:
            act(uow)
        assert refused.value.code is ErrorCode.FORBIDDEN
    with ctx.read() as uow:
        kept = uow.session.execute(sa.select(col(User.username), col(User.password_hash), col(User.active))).all()
    assert kept == [("ann", before, True)]


def test_the_last_administrator_stays(ctx: Context) -> None:
    with ctx.uow() as uow:
        people.create_user(uow, NewUser("root", PASSWORD, Role.ADMIN))
    with pytest.raises(DomainError) as refused, ctx.uow() as uow:
        people.deactivate(uow, "root")
    assert refused.value.code is ErrorCode.CONFLICT
    with ctx.uow() as uow:
        people.create_user(uow, NewUser("second", PASSWORD, Role.ADMIN))
        people.deactivate(uow, "root")
    assert sign_in(ctx, "second", PASSWORD, address="::1")


def test_the_first_start_makes_an_administrator_once(ctx: Context) -> None:
    password = ensure_admin(ctx)
    assert password is not None
    assert len(password) >= 16
    assert ensure_admin(ctx) is None
    actor = actor_of_session(ctx, sign_in(ctx, "admin", password, address="::1").token)
    assert actor == Actor(
        ActorKind.USER, "admin", permissions_of(Role.ADMIN, actor.scope), user_id=actor.user_id, role=Role.ADMIN
    )


def test_a_database_with_people_gets_no_second_administrator(ctx: Context) -> None:
    with ctx.uow() as uow:
        people.create_user(uow, NewUser("ann", PASSWORD, Role.ADMIN))
    assert ensure_admin(ctx) is None
    assert rows(ctx, User) == 1


def demo_network(ctx: Context) -> None:
    for code, groups in {"A": ["west", "us"], "B": ["west", "us"], "C": ["east", "us"]}.items():
        add_location(ctx, code, *groups)
    with ctx.uow() as uow:
        uow.session.add(SystemFact(name="network", value={"kind": "demo"}, updated_at=uow.now))
        ensure_demo_accounts(uow)


def test_demo_people_cover_everything_a_region_and_one_store(ctx: Context) -> None:
    demo_network(ctx)
    offered = demo_accounts(ctx)
    scopes = {}
    for account in offered:
        actor = actor_of_session(ctx, sign_in(ctx, account.username, account.password, address="::1").token)
        assert actor is not None
        scopes[account.username] = (sorted(actor.scope.group_codes), sorted(actor.scope.location_codes))
    assert scopes == {"manager": ([], []), "region": (["west"], []), "picker": ([], ["A"]), "viewer": ([], [])}
    with ctx.uow() as uow:
        ensure_demo_accounts(uow)
    assert rows(ctx, User) == 4


def test_no_password_is_offered_outside_the_demo_network(ctx: Context) -> None:
    assert demo_accounts(ctx) == []
    demo_network(ctx)
    with ctx.uow() as uow:
        uow.session.execute(sa.update(SystemFact).values(value={"kind": "own"}))
    assert demo_accounts(ctx) == []


def test_a_disabled_demo_person_is_not_offered(ctx: Context) -> None:
    demo_network(ctx)
    with ctx.uow() as uow:
        people.deactivate(uow, "viewer")
    assert "viewer" not in {account.username for account in demo_accounts(ctx)}
