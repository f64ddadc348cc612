"""What routing and the availability API say of ring-fenced stock is what reserving it would say."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from backend.availability.book import Book
from backend.availability.fences import Fences, Who
from backend.availability.shelf import Cell
from backend.availability.view import BatchStock
from backend.inventory import fences as inventory
from backend.inventory.fences import Quota, Rulebook, Segment, Share
from backend.inventory.rules import Balance
from backend.routing.facts import OrderFacts
from models.enums import Method

CHANNELS = ("web", "app", "store")
PLACE, PRODUCT = 1, 1
units = st.integers(0, 20)


@st.composite
def rulebooks(draw: st.DrawFn) -> Rulebook:
    """Return segments by channel or tier, with quotas as specific as quotas can be."""
    segments, quotas = [], []
    for number in range(draw(st.integers(0, 3))):
        channel = draw(st.sampled_from((*CHANNELS, None)))
        tier = draw(st.sampled_from(("gold", None)))
        segments.append(Segment(number + 1, f"s{number}", channel, tier, None, draw(st.integers(0, 2))))
        for place, group, product in draw(
            st.sets(
                st.sampled_from(((1, None, 1), (None, None, 1), (1, None, None), (None, "west", None), (None,) * 3))
            )
        ):
            percent, kept = draw(st.one_of(st.tuples(st.integers(0, 100), st.none()), st.tuples(st.none(), units)))
            quotas.append(Quota(number + 1, percent, kept, place, group, product))
    return Rulebook(segments, quotas, {PLACE: ["west"]})


def order(channel: str, tier: str | None) -> OrderFacts:
    return OrderFacts("x", channel, Method.SHIP, (), customer={"tier": tier} if tier else {})


def expected(rules: Rulebook, balance: Balance, used: Mapping[int, int]) -> inventory.Fence:
    shares = [Share(s, q.of(balance), used.get(s.id, 0)) for s, q in rules.quotas((PLACE, PRODUCT))]
    return inventory.fence(balance.available, shares)


askers = st.tuples(st.sampled_from(CHANNELS), st.sampled_from(("gold", None)))
takes = st.lists(st.tuples(askers, st.integers(1, 4)), max_size=8)


@given(rulebooks(), units, units, units, st.dictionaries(st.integers(1, 3), units), takes)
def test_a_batch_sees_what_reserving_would_leave(
    rules: Rulebook, on_hand: int, promised: int, kept: int, used: dict[int, int], wanted: list[tuple[object, int]]
) -> None:
    balance = Balance(on_hand, min(promised, on_hand), max(0, promised - on_hand), safety_stock=kept)
    book = Book()
    book.put_fences(Fences(rules))
    book.expect([(PRODUCT, "tea")])
    book.fill([PRODUCT], [Cell(PLACE, PRODUCT, on_hand, kept, promised, 1, used)])
    stock = BatchStock(book, lambda _ids: None)
    left = expected(rules, balance, used)
    for (channel, tier), count in wanted:
        asker = order(channel, tier)
        segment = rules.segment_of(channel=channel, method="ship", customer=asker.customer)
        own = segment.id if segment is not None else None
        assert stock.holders(PRODUCT, asker).get(PLACE, 0) == left.left(own)
        if left.take(own, count) is not None:
            stock.take(PLACE, PRODUCT, count, asker)


@given(rulebooks(), units, units, units, st.dictionaries(st.integers(1, 3), units), askers)
def test_an_answer_for_somebody_is_what_he_could_reserve(
    rules: Rulebook, on_hand: int, promised: int, kept: int, used: dict[int, int], asker: tuple[str, str | None]
) -> None:
    balance = Balance(on_hand, min(promised, on_hand), max(0, promised - on_hand), safety_stock=kept)
    book = Book()
    book.put_fences(Fences(rules))
    book.expect([(PRODUCT, "tea")])
    book.fill([PRODUCT], [Cell(PLACE, PRODUCT, on_hand, kept, promised, 1, used)])
    channel, tier = asker
    customer = {"tier": tier} if tier else {}
    segment = rules.segment_of(channel=channel, method="", customer=customer)
    shelf = book.shelf("tea")
    assert shelf is not None
    fence = book.fence(PRODUCT, Who.of(channel=channel, method="", customer=customer))
    expected_units = expected(rules, balance, used).left(segment.id if segment is not None else None)
    assert dict(shelf.nets(None, fence)) == {PLACE: expected_units}
