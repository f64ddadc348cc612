"""The published catalogue is true: it is what the documents say, and what really happens looks as it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from jsonschema import Draft202012Validator

from alerts.catalogue import catalogue
from backend.channels.service import ChannelInput, delete_channel, put_channel, rotate_secret
from backend.channels.trial import try_channel
from backend.context import Context
from backend.events.subscriptions import SubscriptionInput, put_subscription
from backend.fulfillment import service as fulfillment
from backend.fulfillment.service import StepCommand
from backend.orders import service as orders
from models.alerting import NoticeKind, ReceiverKind
from models.enums import Permission, ShipmentStatus
from models.events import EventType
from models.tables import Event, Shipment
from tests.support.api import client_of
from tests.support.channels import notice, tell
from tests.support.shop import open_shop, order, place

TEXT = (Path(__file__).parent.parent.parent / "docs" / "events.md").read_text()
ROW = re.compile(r"^\| `([a-z_.]+)` \| (.+) \| (.+) \|$", re.MULTILINE)
DOCUMENTED = {type_: (about, re.findall(r"`([a-z_]+)`", fields)) for type_, about, fields in ROW.findall(TEXT)}


def plain(words: str) -> str:
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words).replace("`", "")


def faults(found: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """Return what of these events is not as the catalogue says, unknown fields included."""
    wrong = []
    for type_, data in found:
        schema = catalogue()[type_].schema
        wrong += [f"{type_}: {fault.message}" for fault in Draft202012Validator(dict(schema)).iter_errors(data)]
        wrong += [f"{type_}: {name} is not in the catalogue" for name in set(data) - set(schema["properties"])]
    return wrong


def happened(ctx: Context) -> list[tuple[str, dict[str, Any]]]:
    with ctx.read() as uow:
        return [(type_, data) for type_, data in uow.session.execute(sa.select(Event.type, Event.data))]


def test_every_type_is_there_as_the_documents_say() -> None:
    assert set(catalogue()) == {type_.value for type_ in EventType}
    for name, kind in catalogue().items():
        Draft202012Validator.check_schema(dict(kind.schema))
        about, fields = DOCUMENTED[name]
        assert kind.about == plain(about), name
        if name != "transfer_lanes.changed":
            assert list(kind.schema["properties"]) == fields, name


def test_what_is_wrong_would_be_found() -> None:
    good = {"sku": "TEA", "action": "created", "version": 1}
    assert faults([("product.changed", good)]) == []
    assert len(faults([("product.changed", {**good, "version": "1"})])) == 1
    assert len(faults([("product.changed", {"sku": "TEA", "action": "created"})])) == 1
    assert len(faults([("product.changed", {**good, "colour": "red"})])) == 1


def test_orders_and_shipments_look_as_the_catalogue_says(ctx: Context) -> None:
    open_shop(ctx, {"ATL": {"tea": 50, "cup": 0}, "BOS": {"tea": 50}})
    done, moved, dropped = place(ctx, order("A-1"), order("A-2"), order("A-3"))
    place(ctx, order("A-4", lines={"cup": 1}))
    with ctx.uow() as uow:
        ids = dict(uow.session.execute(sa.select(Shipment.order_id, Shipment.id)).tuples().all())
        for step in (ShipmentStatus.ACCEPTED, ShipmentStatus.PICKED, ShipmentStatus.PACKED, ShipmentStatus.SHIPPED):
            fulfillment.advance(uow, [StepCommand(ids[done.id], step)])
        orders.hold_order(uow, moved.id, reason="payment")
        orders.release_order(uow, moved.id)
        fulfillment.reassign(uow, ids[moved.id], "BOS", reason="closing early")
        orders.cancel_order(uow, dropped.id, reason="changed mind")
    found = happened(ctx)
    assert len({type_ for type_, _ in found}) >= 16
    assert faults(found) == []


def test_alerts_and_receivers_look_as_the_catalogue_says(ctx: Context) -> None:
    hook = ChannelInput(ReceiverKind.WEBHOOK, url="https://receiver.example/hook", config={"default": True})
    with ctx.uow() as uow:
        put_channel(uow, "ops", hook)
        put_subscription(uow, "shop", SubscriptionInput("https://receiver.example/shop"))
        rotate_secret(uow, "ops")
        try_channel(uow, "ops")
    tell(ctx, *(notice(kind, "ATL", "ops") for kind in NoticeKind if kind is not NoticeKind.TEST))
    with ctx.uow() as uow:
        delete_channel(uow, "ops")
    found = happened(ctx)
    assert {"alert.opened", "alert.resolved", "channel.tested", "channel.changed"} <= {type_ for type_, _ in found}
    assert faults(found) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_catalogue_is_published(ctx: Context) -> None:
    client = client_of(ctx, Permission.EVENTS_READ)
    items = client.get("/api/v1/events/types").json()["items"]
    assert {item["type"] for item in items} == {type_.value for type_ in EventType}
    one = client.get("/api/v1/events/types/order.placed").json()
    assert one["data"]["properties"]["lines"]["items"]["required"] == ["sku", "quantity"]
    assert one in items
    assert client.get("/api/v1/events/types/order.eaten").status_code == 404
