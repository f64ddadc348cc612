"""The list of orders: found by anything a customer may say, filtered, sorted, counted, and only for its readers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.auth.actor import SYSTEM, Actor, LocationScope
from backend.context import Context
from backend.orders import service
from backend.orders.browse import OrderSort
from backend.sla.definitions import ensure_defaults
from backend.sla.views import Direction
from dashboard.address import OrdersAddress
from dashboard.address.orders import Since
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from dashboard.views.orders import OrdersScreen
from models.enums import ActorKind, Method, OrderStatus, Permission
from models.errors import DomainError, ErrorCode
from tests.support import shop

BOSS = Asker(SYSTEM, AMERICAN)
EAST = Asker(
    Actor(
        ActorKind.USER,
        "eve",
        frozenset({Permission.NETWORK_READ, Permission.ORDERS_READ}),
        LocationScope(group_codes=frozenset({"east"})),
    ),
    AMERICAN,
)
BLIND = Asker(replace(EAST.actor, permissions=frozenset({Permission.NETWORK_READ})), AMERICAN)


@pytest.fixture
def gateway(ctx: Context) -> Gateway:
    """Return the door of two places with four orders: two in Chicago, one in New York, one that nobody can fill."""
    with ctx.uow() as uow:
        ensure_defaults(uow)
        now = uow.now
    shop.open_shop(
        ctx,
        {"chi": {"tea": 10, "mug": 10, "hat": 0}, "nyc": {"tea": 10}},
        chi=shop.location("chi", name="Chicago", groups=("midwest",)),
        nyc=shop.location("nyc", name="New York", groups=("east",), time_zone="America/New_York"),
    )
    ada = {"id": "C-7", "name": "Ada Lovelace", "email": "ada@example.com"}
    shop.place(
        ctx,
        shop.order("A-1", location="chi", placed_at=now - timedelta(hours=30), lines={"mug": 3}),
        shop.order("A-2", location="chi", method=Method.DELIVERY, placed_at=now - timedelta(hours=5), customer=ada),
        shop.order("A-3", location="nyc", channel="app", placed_at=now - timedelta(minutes=5)),
    )
    shop.place(ctx, shop.order("A-4", lines={"hat": 1}))
    return Gateway(lambda: ctx)


def numbers(screen: OrdersScreen) -> list[str]:
    return [row.number for row in screen.rows]


def test_the_newest_comes_first_and_says_how_it_stands(gateway: Gateway) -> None:
    screen = gateway.orders(BOSS, OrdersAddress())
    assert numbers(screen) == ["A-4", "A-3", "A-2", "A-1"]
    newest, late = screen.rows[0], screen.rows[2]
    assert (newest.state_word, newest.sla, newest.place) == ("No location", "", "")
    assert (late.customer, late.method, late.place) == ("Ada Lovelace", "Delivery", "Chicago")
    assert (late.sla_word, late.due) == ("Non-Compliant", "1 h late")
    assert screen.rows[3].units == "3"
    assert screen.rows[3].total == "15.00"
    assert screen.pager.text == "4 orders"
    counts = {one.value: one.count for one in screen.statuses}
    assert counts["unassigned"] == "1"


@pytest.mark.parametrize("said", ["A-2", "a-2", "ada@example.com", "Ada", "ada l", "C-7"])
def test_an_order_is_found_by_what_a_customer_says(gateway: Gateway, said: str) -> None:
    assert numbers(gateway.orders(BOSS, OrdersAddress(q=said))) == ["A-2"]
    assert gateway.search(BOSS, said)[-1].name == "A-2" if len(said) > 2 else True


def test_a_product_and_nothing_are_found_too(gateway: Gateway) -> None:
    assert numbers(gateway.orders(BOSS, OrdersAddress(q="mug"))) == ["A-1"]
    assert numbers(gateway.orders(BOSS, OrdersAddress(q="100%"))) == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (OrdersAddress(status=OrderStatus.UNASSIGNED), ["A-4"]),
        (OrdersAddress(method=Method.DELIVERY), ["A-2"]),
        (OrdersAddress(channel="app"), ["A-3"]),
        (OrdersAddress(placed=Since.HOUR), ["A-4", "A-3"]),
        (OrdersAddress(sort=OrderSort.URGENCY, direction=Direction.ASCENDING), ["A-1", "A-2", "A-3", "A-4"]),
        (OrdersAddress(sort=OrderSort.ORDER, direction=Direction.ASCENDING), ["A-1", "A-2", "A-3", "A-4"]),
        (OrdersAddress(page=2), []),
    ],
)
def test_filters_sort_and_pages_come_from_the_address(
    gateway: Gateway, address: OrdersAddress, expected: list[str]
) -> None:
    assert OrdersAddress.parse(address.query()) == address
    assert numbers(gateway.orders(BOSS, address)) == expected


def test_rows_on_screen_are_told_of_even_when_they_left_the_list(gateway: Gateway, ctx: Context) -> None:
    shown = gateway.orders(BOSS, OrdersAddress(status=OrderStatus.UNASSIGNED))
    kept = int(shown.rows[0].key)
    with ctx.uow() as uow:
        service.cancel_order(uow, kept, reason="changed his mind")
    screen = gateway.orders(BOSS, OrdersAddress(status=OrderStatus.UNASSIGNED), keep=[kept])
    assert (screen.on_page, [row.state_word for row in screen.rows]) == (0, ["Cancelled"])


def test_one_sees_only_orders_of_one_s_part_of_the_network(gateway: Gateway) -> None:
    screen = gateway.orders(EAST, OrdersAddress())
    assert numbers(screen) == ["A-3"]
    assert screen.pager.text == "1 order"
    assert [code for code, _ in screen.channels] == ["", "app"]
    assert numbers(gateway.orders(EAST, OrdersAddress(q="Ada"))) == []
    assert gateway.search(EAST, "Ada Lovelace") == []
    assert [row[0] for batch in gateway.every_order(EAST, OrdersAddress()) for row in batch] == ["A-3"]


def test_orders_need_their_permission(gateway: Gateway) -> None:
    assert gateway.search(BLIND, "A-3") == []
    for refused in (
        lambda: gateway.orders(BLIND, OrdersAddress()),
        lambda: next(gateway.every_order(BLIND, OrdersAddress())),
    ):
        with pytest.raises(DomainError) as error:
            refused()
        assert error.value.code is ErrorCode.FORBIDDEN
