"""API keys: what they carry, when they stop working, what is on record."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from backend.auth import keys
from backend.auth.keycache import KeyCache
from backend.auth.keys import NewApiKey
from backend.auth.service import actor_of_key
from backend.clock import system_now
from backend.context import Context
from models.enums import ActorKind, Permission
from models.errors import DomainError, ErrorCode
from models.tables import ApiKey, Event
from tests.integration.test_auth_people import add_location, rows

READ = [Permission.NETWORK_READ]


def make(ctx: Context, new: NewApiKey) -> str:
    with ctx.uow() as uow:
        return keys.create_key(uow, new)


def test_a_key_carries_its_scopes_and_limits_and_nothing_else(ctx: Context) -> None:
    add_location(ctx, "S1", "west")
    text = make(ctx, NewApiKey("shop", [Permission.ORDERS_WRITE], location_codes=["S1"], group_codes=["west"]))
    actor = actor_of_key(ctx, text)
    assert actor is not None
    assert (actor.kind, actor.label, actor.permissions) == (
        ActorKind.API_KEY,
        "key:shop",
        frozenset({Permission.ORDERS_WRITE}),
    )
    assert (actor.scope.location_codes, actor.scope.group_codes) == ({"S1"}, {"west"})


def test_the_text_is_stored_nowhere(ctx: Context) -> None:
    text = make(ctx, NewApiKey("shop", READ))
    secret = text.split("_", 2)[2]
    with ctx.read() as uow:
        stored = [key.model_dump(mode="json") for key in uow.session.scalars(sa.select(ApiKey))]
        events = [event.data for event in uow.session.scalars(sa.select(Event))]
    assert [data["change"] for data in events] == ["created"]
    assert secret not in json.dumps([stored, events])
    assert stored[0]["key_hash"] not in json.dumps(events)


def test_a_forged_key_with_a_true_prefix_is_nobody(ctx: Context) -> None:
    text = make(ctx, NewApiKey("shop", READ))
    forged = "_".join([*text.split("_", 2)[:2], "A" * 43])
    assert actor_of_key(ctx, forged) is None
    assert actor_of_key(ctx, text[:-1]) is None
    assert actor_of_key(ctx, text.upper()) is None
    assert actor_of_key(ctx, "") is None


def test_the_stored_hash_is_no_key(ctx: Context) -> None:
    make(ctx, NewApiKey("shop", READ))
    with ctx.read() as uow:
        prefix, stored = uow.session.execute(sa.select(col(ApiKey.prefix), col(ApiKey.key_hash))).one()
    assert actor_of_key(ctx, f"pw_{prefix}_{stored}") is None


def test_a_revoked_key_stops_at_once_and_stays_on_record(ctx: Context) -> None:
    text = make(ctx, NewApiKey("shop", READ))
    with ctx.uow() as uow:
        keys.revoke_key(uow, "shop")
    assert actor_of_key(ctx, text) is None
    with ctx.read() as uow:
        assert [event.data["change"] for event in uow.session.scalars(sa.select(Event).order_by(col(Event.id)))] == [
            "created",
            "revoked",
        ]
        assert [key.active for key in keys.list_keys(uow)] == [False]


def test_a_remembered_key_asks_no_database_until_it_is_revoked(ctx: Context) -> None:
    remembering = dataclasses.replace(ctx, keys=KeyCache(seconds=3600))
    text = make(remembering, NewApiKey("shop", READ))
    assert actor_of_key(remembering, text) is not None
    asked: list[str] = []
    sa.event.listen(ctx.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    assert actor_of_key(remembering, text) is not None
    assert asked == []
    with remembering.uow() as uow:
        keys.revoke_key(uow, "shop")
    asked.clear()
    assert actor_of_key(remembering, text) is None
    assert any("FROM api_key" in statement for statement in asked)


def test_a_key_expires(ctx: Context) -> None:
    text = make(ctx, NewApiKey("shop", READ, valid_for=timedelta(days=1)))
    assert actor_of_key(ctx, text) is not None
    with ctx.uow() as uow:
        uow.session.execute(sa.update(ApiKey).values(expires_at=system_now()))
    assert actor_of_key(ctx, text) is None


def test_used_at_is_written_at_most_once_a_minute(ctx: Context) -> None:
    text = make(ctx, NewApiKey("shop", READ))

    def used() -> object:
        with ctx.read() as uow:
            return uow.session.scalars(sa.select(col(ApiKey.used_at))).one()

    assert used() is None
    actor_of_key(ctx, text)
    first = used()
    assert first is not None
    actor_of_key(ctx, text)
    assert used() == first
    with ctx.uow() as uow:
        uow.session.execute(sa.update(ApiKey).values(used_at=system_now() - timedelta(minutes=2)))
    before = system_now()
    actor_of_key(ctx, text)
    assert used() >= before


def test_every_fault_is_named_and_nothing_is_made(ctx: Context) -> None:
    new = NewApiKey(" ", [Permission.SLA_WRITE], location_codes=["NOPE"], valid_for=timedelta(days=-1))
    with pytest.raises(DomainError) as refused:
        make(ctx, new)
    assert {(fault.pointer, fault.code) for fault in refused.value.faults} == {
        ("/name", "bad_name"),
        ("/scopes/0", "network_wide"),
        ("/locations/0", "not_found"),
        ("/valid_for", "out_of_range"),
    }
    with pytest.raises(DomainError):
        make(ctx, NewApiKey("shop", []))
    assert rows(ctx, ApiKey) == rows(ctx, Event) == 0


def test_two_keys_cannot_share_a_name(ctx: Context) -> None:
    make(ctx, NewApiKey("shop", READ))
    with pytest.raises(DomainError) as refused:
        make(ctx, NewApiKey("shop", READ))
    assert refused.value.code is ErrorCode.CONFLICT


def test_a_key_cannot_make_keys_unless_it_is_an_administrators(ctx: Context) -> None:
    actor = actor_of_key(ctx, make(ctx, NewApiKey("shop", [p for p in Permission if p is not Permission.ADMIN])))
    assert actor is not None
    for act in (lambda uow: keys.create_key(uow, NewApiKey("more", READ)), lambda uow: keys.revoke_key(uow, "shop")):
        with pytest.raises(DomainError) as refused, ctx.uow(actor) as uow:
            act(uow)
        assert refused.value.code is ErrorCode.FORBIDDEN
    assert rows(ctx, ApiKey) == 1
