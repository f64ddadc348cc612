"""The feed has every committed event once, without a gap; subscriptions are owed what they want and may see."""

from __future__ import annotations

import sqlalchemy as sa

from backend.context import Context
from backend.events.sequencer import sequence, waiting
from backend.wakeups import Topic
from models.events import EventType
from models.tables import Delivery, Event, Subscription
from tests.support.events import make_location, make_subscription, record, relay


def owed(ctx: Context) -> dict[str, list[tuple[str, str]]]:
    with ctx.read() as uow:
        rows = uow.session.execute(
            sa.select(Subscription.code, Delivery.event_type, Delivery.subject)
            .join(Subscription, Subscription.id == Delivery.subscription_id)
            .order_by(Delivery.event_seq)
        )
        found: dict[str, list[tuple[str, str]]] = {}
        for code, type_, subject in rows:
            found.setdefault(code, []).append((type_, subject))
        return found


def test_places_are_consecutive_and_in_order_of_id(ctx: Context) -> None:
    uids = record(ctx, 3) + record(ctx, 4)
    assert relay(ctx) == 7
    with ctx.read() as uow:
        rows = uow.session.execute(sa.select(Event.seq, Event.uid).order_by(Event.id)).all()
        assert not waiting(uow.session)
    assert [(seq, uid) for seq, uid in rows] == list(enumerate(uids, start=1))


def test_a_limit_leaves_the_rest_for_the_next_call(ctx: Context) -> None:
    record(ctx, 5)
    with ctx.uow() as uow:
        assert sequence(uow, limit=2) == 2
    with ctx.read() as uow:
        assert waiting(uow.session)
    assert relay(ctx) == 3
    assert relay(ctx) == 0


def test_nothing_to_do_signals_nothing(ctx: Context) -> None:
    signals: list[Topic] = []
    for topic in Topic:
        ctx.wakeups.listen(topic, lambda _at, topic=topic: signals.append(topic))
    assert relay(ctx) == 0
    assert signals == []
    record(ctx)
    relay(ctx)
    assert signals == [Topic.EVENTS, Topic.SEQUENCED]  # nobody subscribed, so no delivery is due


def test_a_subscription_is_owed_the_types_and_places_it_asked_for(ctx: Context) -> None:
    atlanta, boston = make_location(ctx, "ATL", groups=("south",)), make_location(ctx, "BOS", groups=("north",))
    make_subscription(ctx, "all")
    make_subscription(ctx, "sla", types=["sla.*"])
    make_subscription(ctx, "atl", location_codes=["ATL"])
    make_subscription(ctx, "north-red", types=["sla.location.changed"], group_codes=["north"])
    make_subscription(ctx, "off", enabled=False)
    record(ctx, subject="location/ATL", location_id=atlanta)
    record(ctx, subject="location/BOS", location_id=boston)
    record(ctx, type_=EventType.ORDER_PLACED, subject="order/1")
    relay(ctx)
    red_atl = ("sla.location.changed", "location/ATL")
    red_bos = ("sla.location.changed", "location/BOS")
    order = ("order.placed", "order/1")
    assert owed(ctx) == {
        "all": [red_atl, red_bos, order],
        "sla": [red_atl, red_bos],
        "atl": [red_atl],
        "north-red": [red_bos],
    }


def test_nobody_is_owed_more_than_the_owner_may_see(ctx: Context) -> None:
    atlanta, boston = make_location(ctx, "ATL", groups=("south",)), make_location(ctx, "BOS", groups=("north",))
    make_subscription(ctx, "mine", owner_scope={"location_codes": ["ATL"], "group_codes": []})
    make_subscription(ctx, "group", owner_scope={"location_codes": [], "group_codes": ["north"]})
    make_subscription(ctx, "asks-too-much", location_codes=["BOS"], owner_scope={"location_codes": ["ATL"]})
    make_subscription(ctx, "no-people", owner_scope={"hidden_types": ["user.changed"]}, types=["user.*"])
    record(ctx, subject="location/ATL", location_id=atlanta)
    record(ctx, subject="location/BOS", location_id=boston)
    record(ctx, type_=EventType.USER_CHANGED, subject="user/eve")
    relay(ctx)
    assert owed(ctx) == {
        "mine": [("sla.location.changed", "location/ATL")],
        "group": [("sla.location.changed", "location/BOS")],
    }


def test_only_the_first_message_of_a_subject_is_due(ctx: Context) -> None:
    make_subscription(ctx, "all")
    record(ctx, 2, subject="location/A")
    record(ctx, 1, subject="location/B")
    relay(ctx)
    record(ctx, 1, subject="location/A")
    relay(ctx)
    with ctx.read() as uow:
        rows = uow.session.execute(
            sa.select(Delivery.subject, Delivery.next_attempt_at).order_by(Delivery.event_seq)
        ).all()
    assert [(subject, due is not None) for subject, due in rows] == [
        ("location/A", True),
        ("location/A", False),
        ("location/B", True),
        ("location/A", False),
    ]
