"""docs/events.md names every event type with the fields it really has, and its sample of a receiver works."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from standardwebhooks import WebhookVerificationError

from alerts.delivery.retry import SCHEDULE
from alerts.delivery.signing import headers, new_secret
from backend.context import Context
from backend.events.audience import NEEDS
from backend.events.subscriptions import SubscriptionInput, put_subscription
from backend.fulfillment import service as fulfillment
from backend.fulfillment.service import StepCommand
from backend.orders import service as orders
from models.enums import ShipmentStatus
from models.events import EventType
from models.tables import Event, Shipment
from tests.support.shop import open_shop, order, place

TEXT = (Path(__file__).parent.parent.parent / "docs" / "events.md").read_text()
ROW = re.compile(r"^\| `([a-z_.]+)` \| (.+) \| (.+) \|$", re.MULTILINE)
DOCUMENTED = {type_: set(re.findall(r"`([a-z_]+)`", fields)) for type_, _, fields in ROW.findall(TEXT)}


def test_every_type_is_documented_and_nothing_else() -> None:
    assert set(DOCUMENTED) == {type_.value for type_ in EventType}
    assert all(DOCUMENTED.values())


def test_events_have_the_documented_fields(ctx: Context) -> None:
    open_shop(ctx, {"ATL": {"tea": 50, "cup": 0}, "BOS": {"tea": 50}})
    done, moved, dropped = place(ctx, order("A-1"), order("A-2"), order("A-3"))
    place(ctx, order("A-4", lines={"cup": 1}))
    with ctx.uow() as uow:
        ids = dict(uow.session.execute(sa.select(Shipment.order_id, Shipment.id)).tuples().all())
        steps = (ShipmentStatus.ACCEPTED, ShipmentStatus.PICKED, ShipmentStatus.PACKED, ShipmentStatus.SHIPPED)
        for step in steps:
            fulfillment.advance(uow, [StepCommand(ids[done.id], step)])
        orders.hold_order(uow, moved.id, reason="payment")
        orders.release_order(uow, moved.id)
        fulfillment.reassign(uow, ids[moved.id], "BOS", reason="closing early")
        orders.cancel_order(uow, dropped.id, reason="changed mind")
        put_subscription(uow, "hook", SubscriptionInput("https://receiver.example/"))
    with ctx.read() as uow:
        found = uow.session.execute(sa.select(Event.type, Event.data)).all()
    assert len({type_ for type_, _ in found}) >= 16
    for type_, data in found:
        fields = set(data)
        optional = {"reason", "channel", "method"} if type_ == "order.cancelled" else set()
        assert fields | optional == DOCUMENTED[type_] | optional, type_


def test_the_sample_receiver_verifies_a_message() -> None:
    code = re.search(r"```python\n(.+?)```", TEXT, re.DOTALL)
    assert code is not None
    names: dict[str, object] = {}
    exec(code[1], names)
    secret, body = new_secret(), b'{"id":"evt_1"}'
    signed = headers(secret, message_id="evt_1", timestamp=int(time.time()), body=body)
    receive = names["receive"]
    assert callable(receive)
    assert receive(secret, signed, body) == {"id": "evt_1"}
    with pytest.raises(WebhookVerificationError):
        receive(secret, signed, body + b" ")


def test_the_schedule_and_the_permissions_are_the_real_ones() -> None:
    named = re.search(r"at once, then after ([^.]+?), each spread", TEXT)
    assert named is not None
    units = {"s": 1, "min": 60, "h": 3600}
    pairs = [part.split() for part in named[1].replace("\n", " ").split(",")]
    assert tuple(int(number) * units[unit] for number, unit in pairs) == SCHEDULE
    for type_, permission in NEEDS.items():
        assert re.search(rf"`{type_.value}`[^\n]*`{permission.value}`", TEXT)
