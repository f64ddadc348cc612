"""The Inventory page: sums, balances, one balance whole, and what may be done to it, each with faults at the field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from backend.auth.actor import SYSTEM, Actor, LocationScope
from backend.context import Context
from backend.inventory import ringfences
from backend.inventory.browse import BalanceSort, Side
from backend.inventory.views import QuotaView
from backend.sla.definitions import ensure_defaults
from backend.sla.views import Direction
from dashboard.address import InventoryAddress
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from dashboard.present.segment_form import at_fields
from dashboard.present.stock_forms import StockAction
from dashboard.views.inventory import StockPanel
from models.enums import ActorKind, Permission
from models.errors import DomainError, ErrorCode
from models.tables import FutureStock, StockBalance, StockBlock, StockMovement
from tests.support import shop

BOSS = Asker(SYSTEM, AMERICAN)
EAST = Asker(
    Actor(
        ActorKind.USER,
        "eve",
        frozenset({Permission.INVENTORY_READ, Permission.INVENTORY_WRITE}),
        LocationScope(group_codes=frozenset({"east"})),
    ),
    AMERICAN,
)
READER = Asker(replace(EAST.actor, permissions=frozenset({Permission.INVENTORY_READ})), AMERICAN)
BLIND = Asker(replace(EAST.actor, permissions=frozenset()), AMERICAN)
TABLES = (StockBalance, StockMovement, StockBlock, FutureStock)


@pytest.fixture
def gateway(ctx: Context) -> Gateway:
    """Return the door of two places: ten mugs and five teas in Chicago, two teas in New York, one of each promised."""
    with ctx.uow() as uow:
        ensure_defaults(uow)
    shop.open_shop(
        ctx,
        {"chi": {"tea": 5, "mug": 10}, "nyc": {"tea": 2}},
        chi=shop.location("chi", name="Chicago", groups=("midwest",)),
        nyc=shop.location("nyc", name="New York", groups=("east",), time_zone="America/New_York"),
    )
    shop.place(ctx, shop.order("A-1", location="chi"), shop.order("A-2", location="nyc"))
    return Gateway(lambda: ctx)


def panel(gateway: Gateway, at: str = "chi", of: str = "tea", asker: Asker = BOSS) -> StockPanel:
    return gateway.inventory(asker, InventoryAddress(sku=of, at=at, of=of)).panel


def act(gateway: Gateway, action: StockAction, at: str = "chi", asker: Asker = BOSS, **given: str) -> None:
    version = panel(gateway, at).version
    gateway.change_stock(asker, action, given, location=at, sku="tea", version=version)


def figures(gateway: Gateway) -> dict[str, str]:
    return {one.label: one.value for one in panel(gateway).figures}


def refused(gateway: Gateway, ctx: Context, action: StockAction, given: Mapping[str, str]) -> set[str]:
    """Return the pointers of a refusal, after which nothing has changed."""
    before = [shop.rows_of(ctx, table) for table in TABLES]
    with pytest.raises(DomainError) as error:
        act(gateway, action, **given)
    assert error.value.code is ErrorCode.INVALID
    assert [shop.rows_of(ctx, table) for table in TABLES] == before
    return {fault.pointer for fault in error.value.faults}


def test_products_and_locations_are_summed_up(gateway: Gateway) -> None:
    products = gateway.inventory(BOSS, InventoryAddress())
    assert [(row.code, row.on_hand, row.available, row.allocated) for row in products.rows] == [
        ("mug", "10", "10", "0"),
        ("tea", "7", "5", "2"),
    ]
    assert products.rows[1].href == "/inventory?sku=tea"
    places = gateway.inventory(BOSS, InventoryAddress(by=Side.LOCATION))
    assert [(row.code, row.on_hand, row.more) for row in places.rows] == [
        ("chi", "15", "2 products"),
        ("nyc", "2", "1 product"),
    ]
    assert places.rows[0].href == "/inventory?location=chi"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (InventoryAddress(q="MU"), ["mug"]),
        (InventoryAddress(q="product t"), ["tea"]),
        (InventoryAddress(sort=BalanceSort.ON_HAND, direction=Direction.ASCENDING), ["tea", "mug"]),
        (InventoryAddress(by=Side.LOCATION, q="york"), ["nyc"]),
        (InventoryAddress(sku="tea"), ["chi", "nyc"]),
        (InventoryAddress(sku="tea", q="york"), ["nyc"]),
        (InventoryAddress(sku="tea", sort=BalanceSort.AVAILABLE), ["nyc", "chi"]),
        (InventoryAddress(location="chi", by=Side.LOCATION), ["mug", "tea"]),
        (InventoryAddress(location="chi", by=Side.LOCATION, page=2), []),
    ],
)
def test_lists_follow_the_address(gateway: Gateway, address: InventoryAddress, expected: list[str]) -> None:
    assert InventoryAddress.parse(address.query()) == address
    assert [row.code for row in gateway.inventory(BOSS, address).rows] == expected


def test_low_stock_is_found(gateway: Gateway, ctx: Context) -> None:
    act(gateway, StockAction.COUNT, on_hand="50")
    low = gateway.inventory(BOSS, InventoryAddress(sku="tea", low=1))
    assert [row.code for row in low.rows] == ["nyc"]
    assert low.rows[0].low


def test_adjusting_and_counting_stand_in_the_ledger(gateway: Gateway) -> None:
    act(gateway, StockAction.ADJUST, delta="-2", reason="damaged")
    act(gateway, StockAction.COUNT, on_hand="9")
    told = [line.text for line in panel(gateway).movements]
    assert told[:3] == ["6 added: count", "2 taken off: damaged", told[2]]
    assert told[2].startswith("1 promised to shipment ")
    assert figures(gateway) == {"On hand": "9", "Available": "8", "Allocated": "1"}


def test_lots_are_shown_in_the_order_they_are_taken(gateway: Gateway) -> None:
    for lot, day in (("L2", "2027-05-01"), ("L1", "2027-02-01")):
        act(gateway, StockAction.ADJUST, delta="3", reason="delivery", lot=lot, expires_on=day)
    act(gateway, StockAction.ADJUST, delta="1", reason="found", lot="L9", condition="damaged")
    lots = panel(gateway).lots
    assert [(one.name, one.sellable) for one in lots] == [("L1", True), ("L2", True), ("L9", False)]
    assert lots[0].about == "expires Feb 1 2027"
    assert figures(gateway)["Unsellable"] == "1"


def test_what_is_kept_back_is_not_available(gateway: Gateway, ctx: Context) -> None:
    seen = panel(gateway).version
    act(gateway, StockAction.KEEP, safety_stock="2", floor="1")
    assert figures(gateway)["Available"] == "1"
    assert (panel(gateway).safety_stock, panel(gateway).floor) == ("2", "1")
    with pytest.raises(DomainError) as error:
        gateway.change_stock(
            BOSS, StockAction.KEEP, {"safety_stock": "0", "floor": "0"}, location="chi", sku="tea", version=seen
        )
    assert error.value.code is ErrorCode.STALE
    assert figures(gateway)["Available"] == "1"


def test_a_block_says_until_when_and_is_lifted(gateway: Gateway, ctx: Context) -> None:
    act(gateway, StockAction.BLOCK, ends="until", until="2026-11-28T08:00", reason="water damage")
    assert panel(gateway).block.startswith("Blocked until Sat 08:00 in Chicago: water damage")
    rows = gateway.inventory(BOSS, InventoryAddress(sku="tea")).rows
    assert [row.mark for row in rows] == ["Blocked", ""]
    act(gateway, StockAction.UNBLOCK)
    assert panel(gateway).block == ""
    act(gateway, StockAction.BLOCK, ends="count", reason="numbers differ")
    act(gateway, StockAction.COUNT, on_hand="5")
    assert panel(gateway).block == ""


def test_arrivals_are_announced_and_received(gateway: Gateway) -> None:
    act(gateway, StockAction.ANNOUNCE, reference="PO-7", quantity="20", arrives_at="2026-12-03T09:00")
    coming = panel(gateway).arrivals[0]
    assert (coming.reference, coming.text, coming.when) == ("PO-7", "20 units", "Thu 09:00")
    assert gateway.inventory(BOSS, InventoryAddress(sku="tea")).rows[0].arrival.startswith("20 in 6 d")
    act(gateway, StockAction.RECEIVE, reference="PO-7", quantity="12")
    assert [one.text for one in panel(gateway).arrivals] == ["8 units"]
    assert figures(gateway)["On hand"] == "17"


@pytest.mark.parametrize(
    ("action", "given", "fields"),
    [
        (StockAction.ADJUST, {"delta": "many", "reason": "damaged"}, {"/delta"}),
        (StockAction.ADJUST, {"delta": "-99", "reason": "damaged"}, {"/0"}),
        (StockAction.ADJUST, {"delta": "1", "reason": "<script>"}, {"/reason"}),
        (StockAction.ADJUST, {"delta": "", "reason": "", "expires_on": "soon"}, {"/delta", "/reason", "/expires_on"}),
        (StockAction.COUNT, {"on_hand": "-1"}, {"/on_hand"}),
        (StockAction.COUNT, {}, {"/on_hand"}),
        (StockAction.KEEP, {"safety_stock": "1.5", "floor": "2"}, {"/safety_stock"}),
        (StockAction.BLOCK, {"ends": "until", "until": "", "reason": ""}, {"/until", "/reason"}),
        (StockAction.BLOCK, {"ends": "until", "until": "2020-01-01T00:00", "reason": "x"}, {"/0/until"}),
        (StockAction.ANNOUNCE, {"reference": "", "quantity": "0"}, {"/reference", "/quantity", "/arrives_at"}),
        (StockAction.RECEIVE, {"reference": "PO-1", "quantity": "x"}, {"/quantity"}),
    ],
)
def test_what_is_wrong_is_named_at_its_field(
    gateway: Gateway, ctx: Context, action: StockAction, given: dict[str, str], fields: set[str]
) -> None:
    assert refused(gateway, ctx, action, given) == fields


def test_one_sees_and_changes_only_one_s_part(gateway: Gateway, ctx: Context) -> None:
    assert [row.code for row in gateway.inventory(EAST, InventoryAddress(by=Side.LOCATION)).rows] == ["nyc"]
    assert [(row.code, row.on_hand) for row in gateway.inventory(EAST, InventoryAddress()).rows][1] == ("tea", "2")
    assert panel(gateway, "chi", asker=EAST) == StockPanel()
    before = [shop.rows_of(ctx, table) for table in TABLES]
    for asker, code in ((EAST, ErrorCode.NOT_FOUND), (READER, ErrorCode.FORBIDDEN)):
        with pytest.raises(DomainError) as error:
            act(gateway, StockAction.COUNT, asker=asker, on_hand="0")
        assert error.value.code is code
    assert [shop.rows_of(ctx, table) for table in TABLES] == before
    with pytest.raises(DomainError) as error:
        gateway.inventory(BLIND, InventoryAddress())
    assert error.value.code is ErrorCode.FORBIDDEN
    assert not panel(gateway, "nyc", asker=READER).may_write


def test_segments_are_told_in_words(gateway: Gateway, ctx: Context) -> None:
    with ctx.uow() as uow:
        given = ringfences.SegmentInput(
            "Loyal", channel="app", quotas=(QuotaView(percent=20), QuotaView("chi", units=2))
        )
        ringfences.put(uow, "loyal", given)
    card = gateway.inventory(BOSS, InventoryAddress(view="segments")).segments[0]
    assert (card.orders, card.quotas) == (
        "For orders of channel app",
        ["20% of every product everywhere", "2 units of every product at chi"],
    )
    assert [one.name for one in panel(gateway).shares] == ["Loyal"]


def test_files_hold_what_the_list_shows(gateway: Gateway, ctx: Context) -> None:
    rows = [row for batch in gateway.every_balance(BOSS, InventoryAddress(sku="tea")) for row in batch]
    assert [(row[0], row[2], row[4]) for row in rows] == [("chi", "tea", 5), ("nyc", "tea", 2)]
    sums = [row for batch in gateway.every_balance(EAST, InventoryAddress()) for row in batch]
    assert [(row[0], row[4]) for row in sums] == [("mug", 0), ("tea", 2)]


def test_an_arrival_is_called_off(gateway: Gateway, ctx: Context) -> None:
    act(gateway, StockAction.ANNOUNCE, reference="PO-9", quantity="4", arrives_at="2099-05-01T10:00")
    assert [one.reference for one in panel(gateway).arrivals] == ["PO-9"]
    assert refused(gateway, ctx, StockAction.CALL_OFF, {"reference": ""}) == {"/reference"}
    act(gateway, StockAction.CALL_OFF, reference="PO-9")
    assert panel(gateway).arrivals == []
    with pytest.raises(DomainError) as error:
        act(gateway, StockAction.CALL_OFF, reference="PO-9")
    assert error.value.code is ErrorCode.NOT_FOUND


TYPED = {
    "code": "gold",
    "name": "Gold customers",
    "rank": "2",
    "channel": "",
    "customer_segment": "gold",
    "method": "ship",
    "active": "yes",
    "quotas": "20% of tea at chi\n\n1,000 units of every product in group east\n5%",
}


def test_a_segment_is_made_and_edited_as_it_is_shown(gateway: Gateway) -> None:
    gateway.change_segment(BOSS, "", TYPED, version=0)
    form, version = gateway.segment(BOSS, "gold")
    shown = {one.name: one.value for one in form.fields}
    assert shown["quotas"].splitlines() == [
        "20% of tea at chi",
        "1000 units of every product in group east",
        "5% of every product everywhere",
    ]
    gateway.change_segment(BOSS, "gold", {**shown, "name": "Gold", "active": "no"}, version=version)
    (card,) = gateway.inventory(BOSS, InventoryAddress(view="segments")).segments
    assert (card.name, card.active, len(card.quotas)) == ("Gold", False, 3)
    with pytest.raises(DomainError) as error:
        gateway.change_segment(BOSS, "gold", shown, version=version)
    assert error.value.code is ErrorCode.STALE


def test_a_segment_that_cannot_be_read_changes_nothing(gateway: Gateway, ctx: Context) -> None:
    wrong = {"code": "a/b", "name": "", "rank": "-1", "method": "fly", "active": "", "quotas": "half of it\n3 tons"}
    with pytest.raises(DomainError) as error:
        gateway.change_segment(BOSS, "", wrong, version=0)
    expected = {"/code", "/name", "/rank", "/method", "/active", "/quotas/0", "/quotas/1"}
    assert {fault.pointer for fault in error.value.faults} == expected
    with pytest.raises(DomainError) as error:
        gateway.change_segment(BOSS, "", {**TYPED, "quotas": "101% of cake at mars"}, version=0)
    told = at_fields(error.value.faults)
    assert [fault.pointer for fault in told] == ["/quotas"]
    assert told[0].message.startswith("Line 1: ")
    assert "There is no product cake." in told[0].message
    with ctx.read(SYSTEM) as uow:
        assert ringfences.listing(uow) == []


@pytest.mark.parametrize("asker", [EAST, READER, BLIND])
def test_segments_are_changed_by_those_who_see_everything(gateway: Gateway, ctx: Context, asker: Asker) -> None:
    with pytest.raises(DomainError) as error:
        gateway.change_segment(asker, "", TYPED, version=0)
    assert error.value.code is ErrorCode.FORBIDDEN
    with ctx.read(SYSTEM) as uow:
        assert ringfences.listing(uow) == []
    if asker is not BLIND:
        assert not gateway.inventory(asker, InventoryAddress(view="segments")).may_fence
