"""Ring-fenced stock never adds up to more than there is, and nobody gets what is kept for others."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.inventory.fences import Quota, Rulebook, Segment, Share, fence, segment_of
from backend.inventory.rules import Balance

segments = st.lists(
    st.builds(
        Segment,
        id=st.integers(1, 9),
        code=st.sampled_from("abcdefghi"),
        channel=st.sampled_from([None, "web", "shop"]),
        customer_segment=st.sampled_from([None, "gold"]),
        method=st.sampled_from([None, "ship"]),
        rank=st.integers(0, 2),
    ),
    max_size=4,
    unique_by=(lambda segment: segment.id, lambda segment: segment.code),
)
shares = segments.flatmap(
    lambda found: st.tuples(*(st.builds(Share, st.just(s), st.integers(0, 12), st.integers(0, 6)) for s in found))
)
places = st.one_of(st.none(), st.integers(1, 2))
quotas = st.lists(
    st.builds(
        Quota,
        segment_id=st.integers(1, 3),
        units=st.integers(0, 99),
        location_id=places,
        product_id=places,
    ),
    unique_by=lambda quota: (quota.segment_id, quota.location_id, quota.product_id),
    max_size=9,
)


@given(available=st.integers(0, 30), shares=shares)
@settings(deadline=None)
def test_what_is_kept_and_what_is_open_is_exactly_what_is_available(available: int, shares: tuple[Share, ...]) -> None:
    left = fence(available, shares)
    assert left.open + sum(left.kept.values()) == available
    assert left.open >= 0
    assert all(0 <= left.kept[s.segment.id] <= max(0, s.quota - s.used) for s in shares)
    wanted = sum(max(0, s.quota - s.used) for s in shares)
    assert left.open == max(0, available - wanted)


@given(
    available=st.integers(0, 30),
    shares=shares,
    orders=st.lists(st.tuples(st.one_of(st.none(), st.integers(1, 9)), st.integers(1, 8)), max_size=20),
)
@settings(deadline=None)
def test_orders_never_take_more_than_there_is_nor_what_is_kept_for_others(
    available: int, shares: tuple[Share, ...], orders: list[tuple[int | None, int]]
) -> None:
    start = fence(available, shares)
    left = fence(available, shares)
    taken = 0
    for segment_id, units in orders:
        before = dict(left.kept)
        allowed = left.left(segment_id)
        parts = left.take(segment_id, units)
        assert (parts is not None) == (units <= allowed)
        if parts is None:
            assert left.kept == before
            continue
        assert sum(parts) == units
        assert {id_: kept for id_, kept in left.kept.items() if id_ != segment_id} == {
            id_: kept for id_, kept in before.items() if id_ != segment_id
        }
        taken += units
    assert taken <= available
    assert left.open >= 0
    assert all(kept >= 0 for kept in left.kept.values())
    assert left.open + sum(left.kept.values()) == available - taken
    assert start.open + sum(start.kept.values()) == available


@given(available=st.integers(0, 30), shares=shares, segment_id=st.integers(1, 9), units=st.integers(1, 9))
@settings(deadline=None)
def test_what_is_undone_was_never_done(available: int, shares: tuple[Share, ...], segment_id: int, units: int) -> None:
    left = fence(available, shares)
    before = (left.open, dict(left.kept))
    parts = left.take(segment_id, units)
    if parts is not None:
        left.give_back(segment_id, parts)
    assert (left.open, left.kept) == before


@given(found=segments, channel=st.sampled_from(["web", "shop"]), tier=st.sampled_from([None, "gold"]))
@settings(deadline=None)
def test_an_order_belongs_to_the_first_segment_that_takes_it(
    found: list[Segment], channel: str, tier: str | None
) -> None:
    customer = {"tier": tier} if tier else {}
    chosen = segment_of(found, channel=channel, method="ship", customer=customer)
    naive = [
        s
        for s in sorted(found, key=lambda s: (s.rank, s.code))
        if s.channel in (None, channel) and (s.customer_segment is None or s.customer_segment == tier)
    ]
    assert chosen == (naive[0] if naive else None)


@given(given_quotas=quotas, location=st.integers(1, 3), product=st.integers(1, 3))
@settings(deadline=None)
def test_the_most_specific_quota_counts(given_quotas: list[Quota], location: int, product: int) -> None:
    rules = Rulebook([Segment(1, "one"), Segment(2, "two", rank=-1), Segment(3, "three")], given_quotas)
    found = {segment.id: quota for segment, quota in rules.quotas((location, product))}
    for segment_id in (1, 2, 3):
        fitting = [
            quota
            for quota in given_quotas
            if quota.segment_id == segment_id
            and quota.location_id in (None, location)
            and quota.product_id in (None, product)
        ]
        # Location and product, then product, then location, then everywhere.
        naive = max(fitting, key=lambda q: (q.product_id is not None, q.location_id is not None), default=None)
        assert found.get(segment_id) == naive


@given(
    on_hand=st.integers(0, 200),
    unsellable=st.integers(0, 50),
    kept=st.tuples(st.integers(0, 50), st.integers(0, 50)),
    percent=st.integers(0, 100),
)
@settings(deadline=None)
def test_a_percentage_is_of_what_may_be_sold_at_all(
    on_hand: int, unsellable: int, kept: tuple[int, int], percent: int
) -> None:
    balance = Balance(on_hand, unsellable=min(unsellable, on_hand), safety_stock=kept[0], floor=kept[1])
    quota = Quota(1, percent=percent).of(balance)
    assert 0 <= quota <= max(0, balance.sellable - sum(kept))
    assert quota == int(max(0, balance.sellable - sum(kept)) * percent / 100 + 1e-9)
