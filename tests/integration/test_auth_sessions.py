"""Signing in: who gets a session, when it ends, how often one may try."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from backend.auth import people, sessions
from backend.auth.people import NewUser
from backend.auth.service import actor_of_session
from backend.auth.throttle import PER_ADDRESS, PER_USER
from backend.auth.tokens import digest
from backend.clock import system_now
from backend.context import Context
from models.enums import Permission, Role
from models.errors import DomainError, ErrorCode
from models.tables import LoginAttempt, User, UserSession

PASSWORD = "correct horse"


@pytest.fixture
def ann(ctx: Context) -> str:
    """Make one manager."""
    with ctx.uow() as uow:
        people.create_user(uow, NewUser("ann", PASSWORD, Role.MANAGER))
    return "ann"


def sign_in(ctx: Context, name: str, password: str = PASSWORD, address: str = "192.0.2.1") -> str:
    return sessions.sign_in(ctx, name, password, address=address).token


def count(ctx: Context, table: type) -> int:
    with ctx.read() as uow:
        return uow.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def age(ctx: Context, delta: timedelta) -> None:
    """Let real time pass for everything on record."""
    with ctx.uow() as uow:
        for attempt in uow.session.scalars(sa.select(LoginAttempt)):
            attempt.at -= delta
        for session in uow.session.scalars(sa.select(UserSession)):
            session.created_at -= delta
            session.seen_at -= delta
            session.expires_at -= delta


def test_the_right_password_opens_a_session_for_that_person(ctx: Context, ann: str) -> None:
    actor = actor_of_session(ctx, sign_in(ctx, " ANN "))
    assert actor is not None
    assert (actor.label, actor.can(Permission.SLA_WRITE), actor.can(Permission.ADMIN)) == ("ann", True, False)


def test_only_a_digest_of_the_token_is_stored(ctx: Context, ann: str) -> None:
    token = sign_in(ctx, ann)
    with ctx.read() as uow:
        assert uow.session.scalars(sa.select(col(UserSession.token_hash))).all() == [digest(token)]
        stored = uow.session.scalars(sa.select(col(User.password_hash))).one()
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 5000, "\x00", "' OR 1=1 --"])
def test_an_unknown_token_is_nobody(ctx: Context, ann: str, token: str) -> None:
    sign_in(ctx, ann)
    assert actor_of_session(ctx, token) is None


def test_the_stored_digest_itself_is_no_token(ctx: Context, ann: str) -> None:
    assert actor_of_session(ctx, digest(sign_in(ctx, ann))) is None


@pytest.mark.parametrize("name", ["bob", "", "a" * 5000, "ann\x00", "ann' --", "Ånn"])
def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(ctx: Context, ann: str, name: str) -> None:
    with pytest.raises(DomainError) as unknown:
        sign_in(ctx, name)
    with pytest.raises(DomainError) as wrong:
        sign_in(ctx, ann, "wrong horse!")
    assert unknown.value.code is wrong.value.code is ErrorCode.UNAUTHENTICATED
    assert unknown.value.message == wrong.value.message
    assert count(ctx, UserSession) == 0


@pytest.mark.parametrize("password", ["", "\x00", "\ud800", "x" * 100_000])
def test_any_text_may_be_sent_as_a_password(ctx: Context, ann: str, password: str) -> None:
    with pytest.raises(DomainError) as refused:
        sign_in(ctx, ann, password)
    assert refused.value.code is ErrorCode.UNAUTHENTICATED


def test_a_session_ends_by_itself(ctx: Context, ann: str) -> None:
    token = sign_in(ctx, ann)
    age(ctx, timedelta(hours=ctx.settings.session_hours, seconds=-30))
    assert actor_of_session(ctx, token) is not None
    age(ctx, timedelta(seconds=60))
    assert actor_of_session(ctx, token) is None


def test_seen_at_is_written_at_most_once_a_minute(ctx: Context, ann: str) -> None:
    token = sign_in(ctx, ann)

    def seen() -> object:
        with ctx.read() as uow:
            return uow.session.scalars(sa.select(col(UserSession.seen_at))).one()

    first = seen()
    actor_of_session(ctx, token)
    assert seen() == first
    age(ctx, timedelta(minutes=2))
    before = system_now()
    actor_of_session(ctx, token)
    assert seen() >= before


def test_signing_out_ends_this_session_only(ctx: Context, ann: str) -> None:
    here, there = sign_in(ctx, ann), sign_in(ctx, ann)
    with ctx.uow() as uow:
        sessions.sign_out(uow, here)
    assert actor_of_session(ctx, here) is None
    assert actor_of_session(ctx, there) is not None


@pytest.mark.parametrize("change", ["deactivate", "set_password"])
def test_disabling_a_person_or_changing_his_password_ends_every_session(ctx: Context, ann: str, change: str) -> None:
    tokens = [sign_in(ctx, ann), sign_in(ctx, ann)]
    with ctx.uow() as uow:
        people.create_user(uow, NewUser("root", PASSWORD, Role.ADMIN))
        if change == "deactivate":
            people.deactivate(uow, ann)
        else:
            people.set_password(uow, ann, "another good one")
    assert [actor_of_session(ctx, token) for token in tokens] == [None, None]
    with pytest.raises(DomainError):
        sign_in(ctx, ann)


def test_a_session_made_before_the_person_was_disabled_by_hand_is_dead(ctx: Context, ann: str) -> None:
    token = sign_in(ctx, ann)
    with ctx.uow() as uow:
        uow.session.execute(sa.update(User).values(active=False))
    assert actor_of_session(ctx, token) is None


def test_guessing_one_persons_password_is_locked_out_and_lifts(ctx: Context, ann: str) -> None:
    for number in range(PER_USER.failures):
        with pytest.raises(DomainError) as wrong:
            sign_in(ctx, ann, "wrong horse!", address=f"192.0.2.{number}")
        assert wrong.value.code is ErrorCode.UNAUTHENTICATED
    recorded = count(ctx, LoginAttempt)
    with pytest.raises(DomainError) as locked:
        sign_in(ctx, ann, address="198.51.100.7")  # the right password, too
    assert locked.value.code is ErrorCode.RATE_LIMITED
    assert 0 < locked.value.context["retry_after"] <= PER_USER.lockout.total_seconds()
    assert count(ctx, LoginAttempt) == recorded  # knocking on the locked door does not lock it for longer
    age(ctx, PER_USER.lockout)
    assert actor_of_session(ctx, sign_in(ctx, ann)) is not None


def test_trying_many_names_from_one_address_is_locked_out(ctx: Context, ann: str) -> None:
    with ctx.uow() as uow:
        subject = "ip:192.0.2.1"
        uow.session.add_all(LoginAttempt(subject=subject, at=system_now()) for _ in range(PER_ADDRESS.failures))
    with pytest.raises(DomainError) as locked:
        sign_in(ctx, ann)
    assert locked.value.code is ErrorCode.RATE_LIMITED
    assert sign_in(ctx, ann, address="192.0.2.2")


def test_success_forgets_the_failures(ctx: Context, ann: str) -> None:
    with pytest.raises(DomainError):
        sign_in(ctx, ann, "wrong horse!", address="192.0.2.9")
    sign_in(ctx, ann)
    with ctx.read() as uow:
        assert uow.session.scalars(sa.select(col(LoginAttempt.subject))).all() == ["ip:192.0.2.9"]
