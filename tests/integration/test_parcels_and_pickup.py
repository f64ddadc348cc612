"""What comes with a step: boxes and where they can be followed; the code a customer shows; whose hands it is in."""

from __future__ import annotations

from typing import Any

import pytest

from backend.auth.actor import Actor
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment import workflows
from backend.fulfillment.defaults import DEFAULT_DOCUMENTS
from backend.fulfillment.pickup import PER_SHIPMENT
from backend.fulfillment.said import NewParcel, ParcelTracking, Shown, Tracking
from backend.fulfillment.service import StepCommand
from models.enums import ActorKind, Method, Permission, Role, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import Event, Parcel, Shipment, ShipmentStep
from tests.support.api import client_of
from tests.support.shop import location, open_shop, order, place, rows_of

S = ShipmentStatus


@pytest.fixture
def shop(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 9, "cup": 9}}, CHI=location("CHI", attributes={"collect_days": 2}))


def opened(ctx: Context, method: Method = Method.SHIP, **lines: int) -> int:
    where = {"pickup_location": "CHI"} if method is Method.PICKUP else {}
    number = len(rows_of(ctx, Shipment)) + 1
    return place(ctx, order(f"A-{number}", method=method, lines=lines or {"tea": 1}, **where))[0].shipments[0].id


def do(ctx: Context, id_: int, to: ShipmentStatus, **said: Any) -> None:
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(id_, to, **said)])


def shipment(ctx: Context, id_: int) -> dict[str, Any]:
    return next(row for row in rows_of(ctx, Shipment) if row["id"] == id_)


def faults(error: DomainError) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in error.faults]


@pytest.mark.usefixtures("shop")
def test_boxes_hold_what_the_shipment_holds_and_are_followed_one_by_one(ctx: Context) -> None:
    id_ = opened(ctx, tea=2, cup=1)
    wrong = (NewParcel(contents=(("tea", 1), ("pot", 1))), NewParcel(contents=(("tea", 2),)))
    with pytest.raises(DomainError) as refused:
        do(ctx, id_, S.PACKED, parcels=wrong)
    assert faults(refused.value) == [
        ("/0/parcels/0/contents/1/sku", "not_in_shipment"),
        ("/0/parcels/1/contents/0/quantity", "too_many"),
    ]
    assert (rows_of(ctx, Parcel), shipment(ctx, id_)["status"]) == ([], "open")
    right = (NewParcel("M", 1200, (("tea", 2),)), NewParcel())
    do(ctx, id_, S.PACKED, parcels=right)
    with ctx.uow() as uow:
        fulfillment.undo(uow, [id_])
    assert rows_of(ctx, Parcel) == []
    do(ctx, id_, S.PACKED, parcels=right)
    with pytest.raises(DomainError) as refused:
        do(ctx, id_, S.SHIPPED, tracked=(ParcelTracking(3, Tracking("1Z")),))
    assert faults(refused.value) == [("/0/parcels/0/number", "unknown_parcel")]
    do(ctx, id_, S.SHIPPED, tracked=(ParcelTracking(2, Tracking("1Z2", "ups")), ParcelTracking(1, Tracking("1Z1"))))
    assert [(row["box"], row["weight_g"], row["tracking_number"]) for row in rows_of(ctx, Parcel)] == [
        ("M", 1200, "1Z1"),
        (None, None, "1Z2"),
    ]
    assert shipment(ctx, id_)["tracking_number"] == "1Z2"


@pytest.mark.usefixtures("shop")
def test_parcels_that_nobody_packed_are_there_once_they_are_followed(ctx: Context) -> None:
    id_ = opened(ctx)
    with pytest.raises(DomainError) as refused:
        do(ctx, id_, S.PICKED, parcels=(NewParcel(),))
    assert faults(refused.value) == [("/0/parcels", "not_here")]
    do(ctx, id_, S.SHIPPED, tracked=(ParcelTracking(2, Tracking("1Z2")),))
    assert [(row["number"], row["tracking_number"]) for row in rows_of(ctx, Parcel)] == [(1, None), (2, "1Z2")]


@pytest.mark.usefixtures("shop")
def test_a_code_is_made_told_to_few_checked_and_forgotten(ctx: Context) -> None:
    id_ = opened(ctx, Method.PICKUP)
    clerk = client_of(ctx, Permission.ORDERS_READ, Permission.SHIPMENTS_WRITE)
    care = client_of(ctx, Permission.ORDERS_READ, Permission.ORDERS_WRITE)
    url = f"/api/v1/shipments/{id_}"
    ready = clerk.post(f"{url}/ready").json()
    code = ready["pickup_code"]
    assert code == shipment(ctx, id_)["pickup_code"]
    assert (len(code), code.isdigit()) == (6, True)
    assert ready["collect_by_at"] == "2026-11-30T06:00:00Z"  # Friday morning: Saturday and Sunday in Chicago are left
    assert clerk.get(url).json()["pickup_code"] is None
    assert care.get(url).json()["pickup_code"] == code
    assert care.get("/api/v1/shipments").json()["items"][0]["pickup_code"] is None
    wrong = clerk.post(f"{url}/hand-over", json={"code": "nothing"})
    assert (wrong.status_code, [fault["pointer"] for fault in wrong.json()["errors"]]) == (422, ["/code"])
    assert shipment(ctx, id_)["status"] == "ready"
    assert clerk.post(f"{url}/hand-over", json={"code": code}).status_code == 200
    assert (shipment(ctx, id_)["pickup_code"], shipment(ctx, id_)["collect_by_at"]) == (None, None)
    assert rows_of(ctx, ShipmentStep)[-1]["inputs"] == {"proof": "code"}
    assert code not in str([event["data"] for event in rows_of(ctx, Event)])


@pytest.mark.usefixtures("shop")
def test_codes_cannot_be_guessed(ctx: Context) -> None:
    id_, other = opened(ctx, Method.PICKUP), opened(ctx, Method.PICKUP)
    clerk = client_of(ctx, Permission.SHIPMENTS_WRITE)
    codes = [clerk.post(f"/api/v1/shipments/{each}/ready").json()["pickup_code"] for each in (id_, other)]
    url = f"/api/v1/shipments/{id_}/hand-over"
    for _ in range(PER_SHIPMENT.failures):
        assert clerk.post(url, json={"code": "nothing"}).status_code == 422
    stopped = clerk.post(url, json={"code": codes[0]})
    assert (stopped.status_code, int(stopped.headers["retry-after"]) > 0) == (429, True)
    assert shipment(ctx, id_)["status"] == "ready"
    assert clerk.post(f"/api/v1/shipments/{other}/hand-over", json={"code": codes[1]}).status_code == 200
    assert clerk.post(url, json={"name": "Ann"}).status_code == 200  # as the step asks for nothing, a name will do
    assert rows_of(ctx, ShipmentStep)[-1]["inputs"] == {"name": "Ann"}


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("asked", "shown", "fault"),
    [
        ("code", Shown(), "/0/code"),
        ("code", Shown(name="Ann"), "/0/code"),
        ("name", Shown(), "/0/name"),
        ("either", Shown(), "/0/code"),
        ("either", Shown(name="Ann"), None),
    ],
)
def test_a_step_says_what_must_be_shown(ctx: Context, asked: str, shown: Shown, fault: str | None) -> None:
    document = DEFAULT_DOCUMENTS[Method.PICKUP]
    steps = [step | {"proof": asked} if step["code"] == "hand-over" else step for step in document["steps"]]
    with ctx.uow() as uow:
        workflows.put(uow, "pickup", document | {"steps": steps})
        workflows.activate(uow, "pickup")
    id_ = opened(ctx, Method.PICKUP)
    do(ctx, id_, S.READY)
    if fault is None:
        do(ctx, id_, S.HANDED_OVER, shown=shown)
        return
    with pytest.raises(DomainError) as refused:
        do(ctx, id_, S.HANDED_OVER, shown=shown)
    assert faults(refused.value) == [(fault, "missing")]


@pytest.mark.usefixtures("shop")
def test_what_is_in_somebodys_hands_is_not_taken_by_another(ctx: Context) -> None:
    ann = Actor(ActorKind.USER, "ann", frozenset({Permission.SHIPMENTS_WRITE}), role=Role.FULFILLER)
    bob = Actor(ActorKind.USER, "bob", frozenset({Permission.SHIPMENTS_WRITE}), role=Role.FULFILLER)
    boss = Actor(ActorKind.USER, "boss", frozenset({Permission.SHIPMENTS_WRITE}), role=Role.MANAGER)
    id_ = opened(ctx)
    for _ in range(2):
        with ctx.uow(ann) as uow:
            fulfillment.claim(uow, [id_])
    assert shipment(ctx, id_)["claimed_by"] == "ann"
    for act, code in ((fulfillment.claim, ErrorCode.CONFLICT), (fulfillment.unclaim, ErrorCode.FORBIDDEN)):
        with pytest.raises(DomainError) as refused, ctx.uow(bob) as uow:
            act(uow, [id_])
        assert refused.value.code is code
    with ctx.uow(boss) as uow:
        fulfillment.unclaim(uow, [id_])
    assert shipment(ctx, id_)["claimed_by"] is None
    told = [event["data"]["claimed"] for event in rows_of(ctx, Event) if event["type"] == "shipment.claimed"]
    assert told == [True, False]
    do(ctx, id_, S.SHIPPED)
    with pytest.raises(DomainError) as refused, ctx.uow(ann) as uow:
        fulfillment.claim(uow, [id_])
    assert refused.value.code is ErrorCode.ILLEGAL_TRANSITION


@pytest.mark.usefixtures("shop")
def test_lists_are_narrowed_to_what_is_in_whose_hands(ctx: Context) -> None:
    mine, free = opened(ctx), opened(ctx)
    api = client_of(ctx, Permission.ORDERS_READ, Permission.SHIPMENTS_WRITE)
    assert api.post(f"/api/v1/shipments/{mine}/claim").json()["claimed_by"].startswith("key:")

    def listed(query: str) -> list[int]:
        return [item["id"] for item in api.get(f"/api/v1/shipments?{query}").json()["items"]]

    assert (listed("claimed=me"), listed("claimed=nobody"), listed("wave=7")) == ([mine], [free], [])
    assert api.post(f"/api/v1/shipments/{mine}/unclaim").json()["claimed_by"] is None
    assert listed("claimed=me") == []
