"""The door: pages get what their address asks for, and only what their reader may see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.auth.actor import SYSTEM, Actor, LocationScope
from backend.context import Context
from backend.orders.rules import NewOrder
from backend.sla.definitions import ensure_defaults
from backend.sla.tick import tick
from backend.sla.views import Shown
from dashboard.address import DeliveriesAddress, LocationAddress, NetworkAddress
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from models.enums import ActorKind, Compliance, Method, Permission
from models.errors import DomainError, ErrorCode
from tests.support import shop

BOSS = Asker(SYSTEM, AMERICAN)
VIEWER = Asker(
    Actor(
        ActorKind.USER,
        "eve",
        frozenset({Permission.NETWORK_READ}),
        LocationScope(group_codes=frozenset({"east"})),
    ),
    AMERICAN,
)


@pytest.fixture
def gateway(ctx: Context) -> Gateway:
    """Return the door of a network of three: `chi` with one late and one fresh delivery, `nyc` and `den` at rest."""
    with ctx.uow() as uow:
        ensure_defaults(uow)
        now = uow.now
    shop.open_shop(
        ctx,
        {code: {"tea": 10} for code in ("chi", "den", "nyc")},
        chi=shop.location("chi", name="Chicago", groups=("midwest",)),
        den=shop.location("den", name="Denver", groups=("west",)),
        nyc=shop.location("nyc", name="New York", groups=("east",)),
    )

    def new(number: int, method: Method, hours: int) -> NewOrder:
        placed = now - timedelta(hours=hours)
        return shop.order(f"A-{number}", method=method, location="chi", placed_at=placed)

    shop.place(ctx, new(1, Method.DELIVERY, 5), new(2, Method.SHIP, 1))
    with ctx.uow() as uow:
        tick(uow, now=uow.now)
    return Gateway(lambda: ctx)


def codes(gateway: Gateway, asker: Asker, **address: object) -> list[str]:
    """Return the codes on the Network page."""
    return [row.key for row in gateway.network(asker, NetworkAddress(**address)).rows]  # type: ignore[arg-type]


def test_the_worst_comes_first_and_says_why(gateway: Gateway) -> None:
    screen = gateway.network(BOSS, NetworkAddress(at="chi"))
    assert [(row.key, row.word) for row in screen.rows] == [
        ("chi", "Non-Compliant"),
        ("den", "Idle"),
        ("nyc", "Idle"),
    ]
    assert screen.card.why == "1 open shipment is late: 50.0% of 2. From 10% on it is Non-Compliant."
    assert [kpi.value for kpi in screen.kpis[:3]] == ["2", "0", "1"]
    assert screen.spoken == "1 location is Non-Compliant."


def test_filters_narrow_list_but_keep_every_status_counted(gateway: Gateway) -> None:
    assert codes(gateway, BOSS, status=Shown.NON_COMPLIANT) == ["chi"]
    assert codes(gateway, BOSS, group="west") == ["den"]
    assert codes(gateway, BOSS, q="york") == ["nyc"]
    counts = {one.value: one.count for one in gateway.network(BOSS, NetworkAddress(status=Shown.COMPLIANT)).statuses}
    assert counts["non_compliant"] == "1"


def test_rows_on_screen_are_told_of_even_when_they_left_the_list(gateway: Gateway) -> None:
    screen = gateway.network(BOSS, NetworkAddress(group="west"), keep=["den", "chi"])
    assert [row.key for row in screen.rows] == ["den", "chi"]
    assert screen.on_page == 1


def test_nothing_outside_one_s_scope_is_shown_named_or_counted(gateway: Gateway) -> None:
    screen = gateway.network(VIEWER, NetworkAddress(at="chi"), keep=["chi"])
    assert [row.key for row in screen.rows] == ["nyc"]
    assert screen.card.code == ""
    assert screen.kpis[0].value == "0"
    assert [code for code, _ in screen.groups] == ["", "east"]
    assert gateway.search(VIEWER, "chicago") == []
    for refused in (
        lambda: gateway.location(VIEWER, "chi", LocationAddress()),
        lambda: gateway.trend(VIEWER, "chi", 24),
        lambda: next(gateway.every_shipment(VIEWER, "chi", LocationAddress())),
    ):
        with pytest.raises(DomainError) as error:
            refused()
        assert error.value.code is ErrorCode.NOT_FOUND


def test_a_location_s_queue_is_filtered_and_counted(gateway: Gateway) -> None:
    def orders(address: LocationAddress) -> list[str]:
        return [row.order for row in gateway.location(BOSS, "chi", address).queue]

    assert orders(LocationAddress()) == ["A-1", "A-2"]
    assert orders(LocationAddress(method=Method.SHIP)) == ["A-2"]
    assert orders(LocationAddress(sla=Compliance.NON_COMPLIANT)) == ["A-1"]
    assert gateway.location(BOSS, "chi", LocationAddress(sla=Compliance.NON_COMPLIANT)).pager.text == "1 shipment"
    first = gateway.location(BOSS, "chi", LocationAddress()).queue[0]
    assert (first.word, first.due, first.left) == ("Non-Compliant", "1 h late", 0)


def test_deliveries_need_their_permission(gateway: Gateway) -> None:
    for refused in (
        lambda: gateway.deliveries(VIEWER, DeliveriesAddress()),
        lambda: gateway.replay(VIEWER, 1),
        lambda: next(gateway.every_delivery(VIEWER, DeliveriesAddress())),
    ):
        with pytest.raises(DomainError) as error:
            refused()
        assert error.value.code is ErrorCode.FORBIDDEN
    assert gateway.location(BOSS, "chi", LocationAddress()).told == []


def test_files_hold_the_whole_list(gateway: Gateway) -> None:
    rows = [row for batch in gateway.every_location(BOSS, NetworkAddress()) for row in batch]
    assert [row[0] for row in rows] == ["chi", "den", "nyc"]
