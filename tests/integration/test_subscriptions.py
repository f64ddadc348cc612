"""Who may subscribe to what, what a refusal leaves behind (nothing), and that a secret is shown once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from backend.auth.actor import SYSTEM, Actor, LocationScope
from backend.context import Context
from backend.events.deliveries import count_deliveries, get_delivery, list_deliveries, replay_delivery
from backend.events.subscriptions import (
    PutSubscription,
    SubscriptionInput,
    delete_subscription,
    get_subscription,
    list_subscriptions,
    put_subscription,
)
from models.enums import ActorKind, DeliveryStatus, Permission
from models.errors import DomainError, ErrorCode
from models.events import EventType
from models.tables import Delivery, Event, Subscription
from tests.support.events import make_location, record, relay

URL = "https://receiver.example/hook"
SOUTH = Actor(
    ActorKind.API_KEY,
    "key:south",
    frozenset({Permission.SUBSCRIPTIONS_READ, Permission.SUBSCRIPTIONS_WRITE}),
    LocationScope(frozenset(), frozenset({"south"})),
)
NORTH = Actor(
    ActorKind.API_KEY, "key:north", SOUTH.permissions, LocationScope(frozenset(), frozenset({"north", "east"}))
)


def put(
    ctx: Context, code: str, wanted: SubscriptionInput, *, actor: Actor = SYSTEM, version: int | None = None
) -> PutSubscription:
    with ctx.uow(actor) as uow:
        return put_subscription(uow, code, wanted, expected_version=version)


def everything(ctx: Context) -> list[tuple[object, ...]]:
    with ctx.read() as uow:
        subscriptions = uow.session.execute(sa.select(Subscription.code, Subscription.version, Subscription.url)).all()
        return [tuple(row) for row in subscriptions] + [(uow.session.scalar(sa.select(sa.func.count(Event.id))),)]


def owed(ctx: Context, code: str) -> list[str]:
    with ctx.read() as uow:
        rows = list_deliveries(uow, subscription=code, statuses=[DeliveryStatus.PENDING])
        return [row.subject for row in reversed(rows)]


def test_the_secret_is_shown_by_the_creating_answer_only(ctx: Context) -> None:
    created = put(ctx, "hook", SubscriptionInput(URL))
    assert created.created
    assert created.secret is not None
    again = put(ctx, "hook", SubscriptionInput(URL, types=("sla.*",)))
    assert (again.created, again.secret, again.view.version) == (False, None, 2)
    with ctx.read() as uow:
        assert created.secret not in repr(get_subscription(uow, "hook"))
        assert created.secret not in repr(uow.session.execute(sa.select(Event.data)).all())
        stored = uow.session.execute(sa.select(Subscription.secret)).scalar_one()
    assert stored == created.secret  # replacing without a secret keeps it


def test_every_fault_is_named_and_nothing_changes(ctx: Context) -> None:
    put(ctx, "hook", SubscriptionInput(URL))
    before = everything(ctx)
    bad = SubscriptionInput(
        "ftp://user@x",
        types=("sla.*", "sla.location.chnaged"),
        locations=("NOWHERE",),
        secret="whsec_c2hvcnQ=",
        since=99,
    )
    for code in ("hook", "new"):
        with pytest.raises(DomainError) as error:
            put(ctx, code, bad)
        assert error.value.code is ErrorCode.INVALID
        assert [fault.pointer for fault in error.value.faults] == [
            "/url",
            "/types/1",
            "/locations/0",
            "/secret",
            "/from",
        ]
    assert everything(ctx) == before


def test_a_private_target_is_refused_as_such(ctx: Context) -> None:
    with pytest.raises(DomainError) as error:
        put(ctx, "hook", SubscriptionInput("http://169.254.169.254/latest/meta-data"))
    assert error.value.code is ErrorCode.TARGET_REFUSED
    assert everything(ctx) == [(0,)]


def test_an_edit_of_an_older_version_is_refused(ctx: Context) -> None:
    put(ctx, "hook", SubscriptionInput(URL))
    put(ctx, "hook", SubscriptionInput(URL, types=("order.*",)), version=1)
    before = everything(ctx)
    with pytest.raises(DomainError) as error:
        put(ctx, "hook", SubscriptionInput("https://other.example/"), version=1)
    assert error.value.code is ErrorCode.STALE
    with pytest.raises(DomainError), ctx.uow() as uow:
        delete_subscription(uow, "hook", expected_version=1)
    assert everything(ctx) == before


def test_a_limited_actor_neither_sees_nor_widens_what_is_not_his(ctx: Context) -> None:
    atlanta, boston = make_location(ctx, "ATL", groups=("south",)), make_location(ctx, "BOS", groups=("north",))
    put(ctx, "whole", SubscriptionInput(URL))
    put(ctx, "south", SubscriptionInput(URL), actor=SOUTH)
    put(ctx, "north", SubscriptionInput(URL), actor=NORTH)
    with ctx.read(SOUTH) as uow:
        assert [view.code for view in list_subscriptions(uow)] == ["south"]
    for code in ("whole", "north"):
        with pytest.raises(DomainError) as error:
            put(ctx, code, SubscriptionInput("https://mine.example/"), actor=SOUTH)
        assert error.value.code is ErrorCode.NOT_FOUND
    put(ctx, "south", SubscriptionInput(URL))  # an administrator's edit does not widen it
    with pytest.raises(DomainError):
        put(ctx, "south", SubscriptionInput(URL, locations=("BOS",)), actor=SOUTH)
    record(ctx, subject="location/ATL", location_id=atlanta)
    record(ctx, subject="location/BOS", location_id=boston)
    record(ctx, type_=EventType.PRODUCT_CHANGED, subject="product/1")
    relay(ctx)
    assert owed(ctx, "south") == ["location/ATL"]
    with ctx.read(SOUTH) as uow:
        assert {row.subscription for row in list_deliveries(uow)} == {"south"}
        assert count_deliveries(uow)[DeliveryStatus.PENDING] == 1
        foreign = (
            uow.session.execute(sa.select(Delivery.id).where(Delivery.subject == "location/BOS")).scalars().first()
        )
        assert foreign is not None
    with pytest.raises(DomainError) as error, ctx.uow(SOUTH) as uow:
        replay_delivery(uow, foreign)
    assert error.value.code is ErrorCode.NOT_FOUND


def test_from_owes_the_past_once_and_in_order(ctx: Context) -> None:
    record(ctx, 3, subject="location/A")
    record(ctx, 1, type_=EventType.PRODUCT_CHANGED, subject="product/1")
    relay(ctx)
    put(ctx, "hook", SubscriptionInput(URL, types=("sla.*",), since=1))
    assert owed(ctx, "hook") == ["location/A", "location/A"]
    put(ctx, "hook", SubscriptionInput(URL, types=("sla.*",), since=0))
    assert owed(ctx, "hook") == ["location/A", "location/A", "location/A"]
    with ctx.read() as uow:
        due = uow.session.execute(
            sa.select(Delivery.event_seq).where(Delivery.next_attempt_at.is_not(None))  # type: ignore[union-attr]
        ).scalars()
        assert len(list(due)) == 1


def test_disabling_gives_up_what_is_owed_and_from_brings_it_back(ctx: Context) -> None:
    put(ctx, "hook", SubscriptionInput(URL, types=("sla.*",)))
    record(ctx, 2)
    relay(ctx)
    put(ctx, "hook", SubscriptionInput(URL, types=("sla.*",), enabled=False))
    record(ctx, 1)
    relay(ctx)
    assert owed(ctx, "hook") == []
    with ctx.read() as uow:
        dead = list_deliveries(uow)[0]
        assert dead.status is DeliveryStatus.DEAD
    with pytest.raises(DomainError) as error, ctx.uow() as uow:
        replay_delivery(uow, dead.id)
    assert error.value.code is ErrorCode.CONFLICT
    put(ctx, "hook", SubscriptionInput(URL, types=("sla.*",), since=0))
    assert len(owed(ctx, "hook")) == 3


def test_replay_owes_a_dead_delivery_again_under_the_same_id(ctx: Context) -> None:
    put(ctx, "hook", SubscriptionInput(URL, types=("sla.*",)))
    (uid,) = record(ctx, 1)
    relay(ctx)
    put(ctx, "hook", SubscriptionInput(URL, types=("sla.*",), enabled=False))
    put(ctx, "hook", SubscriptionInput(URL, types=("sla.*",)))
    with ctx.uow() as uow:
        row = list_deliveries(uow)[0]
        again = replay_delivery(uow, row.id)
    assert (again.status, again.event_id) == (DeliveryStatus.PENDING, uid)
    with ctx.read() as uow:
        assert get_delivery(uow, row.id).next_attempt_at is not None


def test_deleting_takes_what_is_owed_with_it(ctx: Context) -> None:
    put(ctx, "hook", SubscriptionInput(URL))
    record(ctx, 2)
    relay(ctx)
    with ctx.uow() as uow:
        delete_subscription(uow, "hook")
    with ctx.read() as uow:
        assert list_subscriptions(uow) == []
        assert uow.session.scalar(sa.select(sa.func.count(Delivery.id))) == 0
