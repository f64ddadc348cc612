"""Another product in the place of one that was ordered: where it is allowed, with stock and units conserved."""

from __future__ import annotations

import pytest

from backend.catalog.service import ProductInput, put_products
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.substitution import Substitute, substitute
from backend.invariants import violations
from models.enums import Permission
from models.errors import DomainError, ErrorCode
from models.tables import Shipment, ShipmentLine
from tests.support.api import client_of
from tests.support.picking import picked, record, scan, shelves, statuses
from tests.support.shop import order, place, row_counts, rows_of, stock_of


@pytest.fixture
def shop(ctx: Context) -> Context:
    shelves(ctx, tea=5, chai=2, cup=5)
    with ctx.uow() as uow:
        put_products(uow, [ProductInput("tea", "Tea", attributes={"substitutes": ["chai"]})])
    return ctx


def asked(ctx: Context, external_id: str = "A-1", *, allows: object = True) -> int:
    attributes = {"allow_substitutes": allows}
    placed = place(ctx, order(external_id, lines={"tea": 3, "cup": 1}, attributes=attributes))
    return placed[0].shipments[0].id


def swap(ctx: Context, id_: int, sku: str = "tea", by: str = "chai", units: int = 2) -> None:
    with ctx.uow() as uow:
        substitute(uow, id_, Substitute(sku, by, units))


def assert_sound(ctx: Context) -> None:
    with ctx.read() as uow:
        assert violations(uow) == []


def test_units_that_are_not_there_are_replaced_and_stock_follows(shop: Context) -> None:
    id_ = asked(shop)
    record(shop, scan("tea", shipment_id=id_))
    swap(shop, id_)
    lines = [(row["sku"], row["quantity"], row["picked"], row["ordered_sku"]) for row in rows_of(shop, ShipmentLine)]
    assert sorted(lines) == [("chai", 2, 0, "tea"), ("cup", 1, 0, None), ("tea", 1, 1, None)]
    assert (stock_of(shop, "tea"), stock_of(shop, "chai")) == ((5, 1), (2, 2))
    assert_sound(shop)
    record(shop, scan("BAR-chai", shipment_id=id_, units=2), scan("cup", shipment_id=id_))
    assert statuses(shop) == {id_: "picked"}
    with shop.uow() as uow:
        fulfillment.cancel(uow, [id_], reason="customer")
    assert (stock_of(shop, "tea"), stock_of(shop, "chai")) == ((5, 0), (2, 0))
    assert_sound(shop)


@pytest.mark.parametrize(
    ("allows", "sku", "by", "units", "pointers"),
    [
        (False, "tea", "chai", 1, {"/by"}),
        ("yes", "tea", "chai", 1, {"/by"}),
        (True, "cup", "chai", 1, {"/by"}),
        (True, "tea", "nothing", 9, {"/by", "/quantity"}),
        (True, "mug", "chai", 1, {"/by", "/sku"}),
    ],
)
def test_what_is_not_allowed_names_every_fault_and_changes_nothing(
    shop: Context, allows: object, sku: str, by: str, units: int, pointers: set[str]
) -> None:
    id_ = asked(shop, allows=allows)
    before = row_counts(shop), rows_of(shop, Shipment), picked(shop), stock_of(shop)
    with pytest.raises(DomainError) as refused:
        swap(shop, id_, sku, by, units)
    assert refused.value.code is ErrorCode.INVALID
    assert {fault.pointer for fault in refused.value.faults} == pointers
    assert (row_counts(shop), rows_of(shop, Shipment), picked(shop), stock_of(shop)) == before


def test_a_substitute_that_is_promised_to_others_is_refused(shop: Context) -> None:
    id_ = asked(shop)
    place(shop, order("A-2", lines={"chai": 1}))
    with pytest.raises(DomainError) as refused:
        swap(shop, id_, units=2)
    assert refused.value.code is ErrorCode.CONFLICT
    assert (stock_of(shop, "tea"), stock_of(shop, "chai")) == ((5, 3), (2, 1))
    assert_sound(shop)


def test_it_is_a_call_of_the_api(shop: Context) -> None:
    id_ = asked(shop)
    client = client_of(shop, Permission.SHIPMENTS_WRITE, Permission.ORDERS_READ)
    body = {"sku": "tea", "by": "chai", "quantity": 1}
    assert client.post(f"/api/v1/shipments/{id_}/substitute", json=body).status_code == 200
    assert client.post(f"/api/v1/shipments/{id_}/substitute", json=body | {"quantity": 7}).status_code == 422
    assert picked(shop)[id_] == {"tea": 0, "cup": 0, "chai": 0}
