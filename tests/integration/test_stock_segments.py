"""Ring-fenced stock: counted against the segment first, given back to it, and never taken by anybody else."""

from __future__ import annotations

import pytest

from backend.context import Context
from backend.inventory import ringfences, segments, service
from backend.inventory.ringfences import SegmentInput
from backend.inventory.service import StockChange, StockSettings
from backend.inventory.views import QuotaView
from models.errors import DomainError, ErrorCode
from models.tables import Event, SegmentUsage, StockSegment
from tests.support.shop import location, open_shop, rows_of
from tests.support.stock import assert_stock_sound, balance_of, detail_of, promise


@pytest.fixture
def shop(ctx: Context) -> Context:
    open_shop(ctx, {"CHI": {"tea": 10, "cup": 10}}, CHI=location("CHI", groups=("midwest",)))
    return ctx


def fence(ctx: Context, code: str, *quotas: QuotaView, **stated: object) -> int:
    with ctx.uow() as uow:
        ringfences.put(uow, code, SegmentInput(name=code, quotas=quotas, **stated))  # type: ignore[arg-type]
    return next(row["id"] for row in rows_of(ctx, StockSegment) if row["code"] == code)


def shares(ctx: Context, sku: str = "tea") -> dict[str, tuple[int, int, int]]:
    return {share.code: (share.quota, share.used, share.left) for share in detail_of(ctx, sku).segments}


def test_a_segment_keeps_its_units_for_its_own_orders(shop: Context) -> None:
    vip = fence(shop, "vip", QuotaView(units=4))
    assert not promise(shop, 1, "tea", 7)
    assert promise(shop, 2, "tea", 6)
    assert detail_of(shop).open_units == 0
    assert not promise(shop, 3, "tea", 1)
    assert promise(shop, 4, "tea", 3, segment=vip)
    assert shares(shop) == {"vip": (4, 3, 1)}
    assert not promise(shop, 5, "tea", 2, segment=vip)
    assert_stock_sound(shop)


def test_an_order_of_a_segment_takes_its_own_units_first_and_gives_them_back(shop: Context) -> None:
    vip = fence(shop, "vip", QuotaView(units=4))
    assert promise(shop, 1, "tea", 6, segment=vip)
    assert (shares(shop), detail_of(shop).open_units) == ({"vip": (4, 4, 0)}, 4)
    with shop.uow() as uow:
        service.release(uow, [1])
    assert (shares(shop), detail_of(shop).open_units) == ({"vip": (4, 0, 4)}, 6)
    assert [row["promised"] for row in rows_of(shop, SegmentUsage)] == [0]
    assert promise(shop, 2, "tea", 5, segment=vip)
    with shop.uow() as uow:
        service.consume(uow, [2])
    assert balance_of(shop).on_hand == 5
    assert (shares(shop), detail_of(shop).open_units) == ({"vip": (4, 0, 4)}, 1)
    assert_stock_sound(shop)


def test_percent_follows_the_stock_and_the_most_specific_quota_counts(shop: Context) -> None:
    fence(shop, "vip", QuotaView(percent=50), QuotaView(sku="cup", percent=10), QuotaView(group="midwest", units=1))
    assert shares(shop, "cup") == {"vip": (1, 0, 1)}  # the product says more than the group
    assert shares(shop, "tea") == {"vip": (1, 0, 1)}  # the group says more than everywhere
    fence(shop, "vip", QuotaView(percent=50))
    with shop.uow() as uow:
        service.adjust(uow, [StockChange("CHI", "tea", 9)])
        service.put_settings(uow, [StockSettings("CHI", "tea", 3, 1)])
    assert shares(shop) == {"vip": (7, 0, 7)}  # half of 19 - 3 - 1, rounded down
    assert promise(shop, 1, "tea", 8)
    assert not promise(shop, 2, "tea", 1)


def test_when_fences_want_more_than_there_is_the_smaller_rank_comes_first(shop: Context) -> None:
    vip = fence(shop, "vip", QuotaView(units=8), rank=1)
    web = fence(shop, "web", QuotaView(units=8), rank=2)
    assert shares(shop) == {"vip": (8, 0, 8), "web": (8, 0, 2)}
    assert not promise(shop, 1, "tea", 3, segment=web)
    assert promise(shop, 2, "tea", 2, segment=web)
    assert promise(shop, 3, "tea", 8, segment=vip)
    assert balance_of(shop).available == 0
    assert_stock_sound(shop)


def test_an_order_belongs_to_the_segment_with_the_smallest_rank_that_matches(shop: Context) -> None:
    fence(shop, "gold", QuotaView(units=1), customer_segment="gold", rank=5)
    fence(shop, "web", QuotaView(units=1), channel="web", rank=7)
    fence(shop, "ship", QuotaView(units=1), method="ship", rank=7)
    with shop.read() as uow:
        rules = segments.rulebook(uow)
    found = [
        rules.segment_of(channel="web", method="ship", customer={"tier": "gold"}),
        rules.segment_of(channel="web", method="ship", customer={}),
        rules.segment_of(channel="web", method="pickup", customer={"segment": "silver"}),
        rules.segment_of(channel="shop", method="pickup", customer={}),
    ]
    assert [segment.code if segment else None for segment in found] == ["gold", "ship", "web", None]


def test_faults_are_named_and_a_stale_edit_is_refused(shop: Context) -> None:
    bad = (QuotaView(), QuotaView(location="MARS", percent=101), QuotaView(location="CHI", group="x", units=1))
    with pytest.raises(DomainError) as refused:
        fence(shop, "vip", *bad, QuotaView(sku="nope", units=1), QuotaView(sku="nope", units=2))
    assert [fault.pointer for fault in refused.value.faults] == [
        "/quotas/0",
        "/quotas/1/percent",
        "/quotas/1/location",
        "/quotas/2",
        "/quotas/3/sku",
        "/quotas/4/sku",
        "/quotas/4",
    ]
    assert rows_of(shop, StockSegment) == []
    fence(shop, "vip", QuotaView(units=1))
    with pytest.raises(DomainError) as stale, shop.uow() as uow:
        ringfences.put(uow, "vip", SegmentInput("other"), expected_version=7)
    assert stale.value.code is ErrorCode.STALE
    told = [row["data"] for row in rows_of(shop, Event) if row["type"] == "inventory.segment.changed"]
    assert [data["document"]["quotas"] for data in told] == [[{"units": 1}]]


def test_events_say_what_each_segment_keeps(shop: Context) -> None:
    vip = fence(shop, "vip", QuotaView(sku="tea", units=4))
    promise(shop, 1, "tea", 5, segment=vip)
    promise(shop, 2, "cup", 1)
    tea, cup = [row["data"]["items"][0] for row in rows_of(shop, Event) if row["type"] == "inventory.changed"][-2:]
    assert tea["segments"] == [{"code": "vip", "quota": 4, "used": 4}]
    assert (tea["available"], tea["version"]) == (5, 3)
    assert "segments" not in cup
