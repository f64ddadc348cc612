"""Lots: first expired, first out, against a unit-by-unit reference; nothing is taken twice or from what is not sold."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backend.inventory import fefo
from backend.inventory.arrivals import Arrival, Share, come_true, fall_short, promise
from backend.inventory.fefo import Lot, LotName, Taken

START = datetime(2026, 11, 27, tzinfo=UTC)


@st.composite
def shelves(draw: st.DrawFn) -> list[Lot]:
    lots = []
    for id_ in range(1, draw(st.integers(0, 5)) + 1):
        on_hand = draw(st.integers(0, 6))
        sellable = draw(st.booleans())
        expires = draw(st.one_of(st.none(), st.integers(0, 3)))
        name = LotName(draw(st.sampled_from("ab")), expires_on=None if expires is None else date(2026, 12, 1 + expires))
        lots.append(Lot(id_, name, sellable, on_hand, draw(st.integers(0, on_hand)) if sellable else 0))
    return lots


needs = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 5)), max_size=5)


@given(lots=shelves(), wanted=needs)
@settings(deadline=None)
def test_lots_are_allocated_unit_by_unit_to_what_expires_first(lots: list[Lot], wanted: list[tuple[int, int]]) -> None:
    taken = fefo.allocate(lots, wanted)
    units = [
        lot.id
        for lot in sorted(lots, key=lambda lot: (str(lot.name.expires_on or "9999"), lot.name.lot, lot.id))
        if lot.sellable
        for _ in range(lot.on_hand - lot.allocated)
    ]
    asked = [shipment_id for shipment_id, quantity in wanted for _ in range(quantity)]
    got: Counter[tuple[int, int | None]] = Counter()
    for item in taken:
        got[item.shipment_id, item.lot_id] += item.units
    assert got == Counter(zip(asked, units, strict=False))


@given(lots=shelves(), wanted=needs, shrink=st.integers(0, 6), spoiled=st.integers(1, 5))
@settings(deadline=None)
def test_what_a_lot_lost_is_withdrawn_and_nothing_else(
    lots: list[Lot], wanted: list[tuple[int, int]], shrink: int, spoiled: int
) -> None:
    empty = [Lot(lot.id, lot.name, lot.sellable, lot.on_hand) for lot in lots]
    held = _merged(fefo.allocate(empty, wanted))
    sums = Counter({lot.id: 0 for lot in lots})
    for item in held:
        sums[item.lot_id or 0] += item.units
    now = [
        Lot(lot.id, lot.name, lot.sellable and lot.id != spoiled, max(0, lot.on_hand - shrink), sums[lot.id])
        for lot in empty
    ]
    withdrawn = fefo.withdraw(now, held)
    for lot in now:
        over = max(0, lot.allocated - (lot.on_hand if lot.sellable else 0))
        assert sum(item.units for item in withdrawn if item.lot_id == lot.id) == over
    for item in withdrawn:
        had = next(h for h in held if (h.shipment_id, h.lot_id) == (item.shipment_id, item.lot_id))
        assert 0 < item.units <= had.units


@given(lots=shelves(), unlotted=st.integers(0, 5), held=needs, leaving=needs)
@settings(deadline=None)
def test_what_leaves_is_what_was_asked_from_lots_that_have_it(
    lots: list[Lot], unlotted: int, held: list[tuple[int, int]], leaving: list[tuple[int, int]]
) -> None:
    empty = [Lot(lot.id, lot.name, lot.sellable, lot.on_hand) for lot in lots]
    allocated = _merged(fefo.allocate(empty, held))
    sums: Counter[int] = Counter()
    for item in allocated:
        sums[item.lot_id or 0] += item.units
    now = [Lot(lot.id, lot.name, lot.sellable, lot.on_hand, sums[lot.id]) for lot in empty]
    asked: Counter[int] = Counter()
    for shipment_id, units in leaving:
        asked[shipment_id] += units
    assume(sum(asked.values()) <= unlotted + sum(lot.on_hand for lot in now if lot.sellable))
    taken = fefo.consume(now, allocated, list(asked.items()), unlotted)
    for shipment_id, units in asked.items():
        assert sum(item.units for item in taken if item.shipment_id == shipment_id) == units
    for lot in now:
        gone = sum(item.units for item in taken if item.lot_id == lot.id)
        assert gone <= (lot.on_hand if lot.sellable else 0)
    assert sum(item.units for item in taken if item.lot_id is None) <= unlotted
    for item in allocated:  # its own lots before anything else
        own = sum(t.units for t in taken if (t.shipment_id, t.lot_id) == (item.shipment_id, item.lot_id))
        others = [h.units for h in allocated if h.shipment_id == item.shipment_id and h.lot_id != item.lot_id]
        assert own >= min(item.units, asked[item.shipment_id] - sum(others))


@given(portions=st.lists(st.integers(0, 6), max_size=5), cuts=st.lists(st.integers(1, 4), max_size=12))
@settings(deadline=None)
def test_lots_are_dealt_over_portions_without_losing_a_unit(portions: list[int], cuts: list[int]) -> None:
    total = sum(portions)
    taken: list[Taken] = []
    for lot_id, units in enumerate(cuts):
        part = min(units, total - sum(item.units for item in taken))
        if part:
            taken.append(Taken(1, lot_id, part))
    assume(sum(item.units for item in taken) == total)
    dealt = fefo.deal(portions, taken)
    assert [sum(units for _, units in parts) for parts in dealt] == portions
    flat: Counter[int | None] = Counter()
    for parts in dealt:
        for lot_id, units in parts:
            flat[lot_id] += units
    assert flat == Counter({item.lot_id: item.units for item in taken})


@given(days=st.integers(0, 2000), zone=st.sampled_from(["America/Chicago", "Asia/Tokyo", "UTC", "Pacific/Apia"]))
@settings(deadline=None)
def test_a_lot_is_sold_on_its_last_day_and_not_after(days: int, zone: str) -> None:
    last = date(2024, 1, 1) + timedelta(days)
    end = fefo.expires_at(last, zone)
    name = LotName(expires_on=last)
    assert fefo.is_sellable(name, (end - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date())
    assert not fefo.is_sellable(name, end.astimezone(ZoneInfo(zone)).date())


arrivals = st.lists(
    st.builds(
        lambda id_, hours, quantity, part: Arrival(id_, START + timedelta(hours=hours), quantity, min(part, quantity)),
        st.integers(1, 20),
        st.integers(0, 9),
        st.integers(1, 9),
        st.integers(0, 9),
    ),
    max_size=6,
    unique_by=lambda arrival: arrival.id,
)


@given(coming=arrivals, units=st.integers(0, 30))
@settings(deadline=None)
def test_arrivals_are_promised_once_and_the_earliest_first(coming: list[Arrival], units: int) -> None:
    shares = promise(coming, 1, units)
    by_id = {arrival.id: arrival for arrival in coming}
    assert sum(share.units for share in shares) == min(units, sum(arrival.left for arrival in coming))
    assert all(0 < share.units <= by_id[share.future_id].left for share in shares)
    used = {share.future_id: share.units for share in shares}
    if shares:
        last = max(by_id[share.future_id].arrives_at for share in shares)
        assert all(used.get(a.id, 0) == a.left for a in coming if a.arrives_at < last)


@given(units=st.lists(st.integers(1, 6), max_size=6), amount=st.integers(0, 40))
@settings(deadline=None)
def test_receipts_serve_the_oldest_line_and_shortfalls_hit_the_latest(units: list[int], amount: int) -> None:
    shares = [Share(line, 7, count) for line, count in enumerate(units, start=1)]
    served = come_true(shares, amount)
    assert sum(share.units for share in served) == min(amount, sum(units))
    assert [share.order_line_id for share in served] == list(range(1, len(served) + 1))
    lost = fall_short(shares, amount)
    assert sum(units) - sum(share.units for share in lost) == min(amount, sum(units))
    assert [share.order_line_id for share in lost] == list(range(len(units), len(units) - len(lost), -1))


def _merged(items: list[Taken]) -> list[Taken]:
    sums: Counter[tuple[int, int | None]] = Counter()
    for item in items:
        sums[item.shipment_id, item.lot_id] += item.units
    return [Taken(shipment_id, lot_id, units) for (shipment_id, lot_id), units in sums.items()]
