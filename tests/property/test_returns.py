"""Whatever comes back: units are conserved by dealing, receiving and inspecting, and every wrong number is refused."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend.returns import rules
from backend.returns.rules import Line, ReturnPlace, Verdict

LINES = st.lists(st.tuples(st.sampled_from(["tea", "cup"]), st.integers(1, 9)), min_size=1, max_size=5).map(
    lambda drawn: [Line(number, sku, units) for number, (sku, units) in enumerate(drawn, 1)]
)


@given(st.integers(0, 30), st.lists(st.integers(0, 9), max_size=5))
def test_units_are_dealt_without_loss_or_excess(quantity: int, rooms: list[int]) -> None:
    dealt = rules.deal(quantity, list(enumerate(rooms)))
    assert sum(units for _, units in dealt) == min(quantity, sum(rooms))
    assert all(0 < units <= rooms[index] for index, units in dealt)


@given(LINES, st.dictionaries(st.sampled_from(["tea", "cup", "rum"]), st.integers(1, 20), min_size=1))
def test_what_came_is_shared_out_or_refused(lines: list[Line], came: dict[str, int]) -> None:
    shares, faults = rules.receive(lines, came)
    rooms = {sku: sum(line.quantity for line in lines if line.sku == sku) for sku in came}
    assert len(faults) == sum(units > rooms[sku] for sku, units in came.items())
    got = {line.id: 0 for line in lines} | {share.line_id: share.units for share in shares}
    assert all(got[line.id] <= line.quantity for line in lines)
    if not faults:
        assert sum(got.values()) == sum(came.values())


@given(LINES, st.data())
def test_every_unit_that_came_is_judged_once(lines: list[Line], data: st.DataObject) -> None:
    here = [Line(line.id, line.sku, line.quantity, received=line.quantity) for line in lines]
    came = {sku: sum(line.received for line in here if line.sku == sku) for sku in {line.sku for line in here}}
    back = {sku: data.draw(st.integers(0, units)) for sku, units in came.items()}
    verdicts = [Verdict(sku, back[sku], units - back[sku]) for sku, units in came.items()]
    shares, faults = rules.inspect(here, verdicts)
    assert faults == []
    assert {share.line_id: share.verdict.restock + share.verdict.write_off for share in shares} == {
        line.id: line.received for line in here
    }
    assert sum(share.verdict.restock for share in shares) == sum(back.values())
    assert rules.inspect(here, verdicts[1:])[1], "a product nobody judged is named"


def test_the_nearest_place_that_takes_returns() -> None:
    near, shut = ReturnPlace(1, "A", 41.0, -87.0, takes=True), ReturnPlace(2, "B", 41.9, -87.6, takes=False)
    far, nowhere = ReturnPlace(3, "C", 40.7, -74.0, takes=True), ReturnPlace(4, "D", None, None, takes=True)
    places = [far, shut, near, nowhere]
    assert rules.choose_place(places, (41.9, -87.6), [3]) == near
    assert rules.choose_place(places, None, [2, 3]) == far
    assert rules.choose_place(places, None, []) == near
    assert rules.choose_place([shut], (41.9, -87.6), [2]) is None
