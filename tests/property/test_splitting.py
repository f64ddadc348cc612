"""Whatever is asked to part: units are conserved, neither side is empty, hands are emptied last."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend.fulfillment.rules import ShipmentFacts
from backend.fulfillment.splitting import AskedLine, LineFacts, SplitNotAllowed, plan_short, plan_split
from models.enums import Method, ShipmentStatus

SHIPMENT = ShipmentFacts(1, 1, 1, "CHI", Method.SHIP, ShipmentStatus.ACCEPTED, False, 1)


@st.composite
def lines(draw: st.DrawFn) -> list[LineFacts]:
    """Return one to four lines; a product may be on two of them."""
    made = []
    for number in range(1, draw(st.integers(2, 5))):
        quantity = draw(st.integers(1, 6))
        awaited = draw(st.integers(0, quantity))
        picked = draw(st.integers(0, quantity - awaited))
        sku = draw(st.sampled_from(["tea", "cup", "pot"]))
        made.append(LineFacts(number, number, ord(sku[0]), sku, quantity, picked, awaited))
    return made


asked_lines = st.dictionaries(st.sampled_from(["tea", "cup", "pot"]), st.integers(1, 8), min_size=1).map(
    lambda asked: [AskedLine(*item) for item in asked.items()]
)


@given(lines(), asked_lines, st.booleans())
def test_units_are_conserved_and_hands_are_emptied_last(
    facts: list[LineFacts], asked: list[AskedLine], is_short: bool
) -> None:
    plan_of = plan_short if is_short else plan_split
    reach = {
        item.sku: [line.to_pick if is_short else line.here for line in facts if line.sku == item.sku] for item in asked
    }
    possible = all(1 <= item.quantity <= sum(reach[item.sku]) for item in asked)
    total = sum(line.quantity for line in facts)
    empties = sum(item.quantity for item in asked) == total
    try:
        plan = plan_of(SHIPMENT, facts, asked)
    except SplitNotAllowed:
        assert not possible or (empties and not is_short)
        return
    assert possible
    assert plan.stays + sum(taking.units for taking in plan.goes) == total
    assert is_short or plan.stays >= 1
    for item in asked:
        mine = [taking for taking in plan.goes if taking.line.sku == item.sku]
        assert sum(taking.units for taking in mine) == item.quantity
        on_shelf = sum(line.to_pick for line in facts if line.sku == item.sku)
        assert sum(taking.picked for taking in mine) == max(0, item.quantity - on_shelf)
    for taking in plan.goes:
        assert 0 <= taking.picked <= taking.line.picked
        assert 1 <= taking.units <= taking.line.here
        left = taking.line.quantity - taking.units
        assert taking.line.picked - taking.picked + taking.line.awaited <= left


@given(lines(), asked_lines)
def test_every_fault_is_named_at_once(facts: list[LineFacts], asked: list[AskedLine]) -> None:
    wrong = [*asked, AskedLine("unknown", 1), AskedLine(facts[0].sku, 0)]
    try:
        plan_split(SHIPMENT, facts, wrong)
    except SplitNotAllowed as refused:
        pointers = {fault.pointer for fault in refused.faults}
        assert f"/lines/{len(asked)}/sku" in pointers
        assert any(pointer.startswith(f"/lines/{len(asked) + 1}/") for pointer in pointers)
    else:
        raise AssertionError("an unknown product was split off")
