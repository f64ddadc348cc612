"""Stock is conserved under any sequence of movements: in the rules, and in the services against a plain model."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.inventory.rules import Balance, Move, apply

keys = st.tuples(st.integers(1, 2), st.integers(1, 2))
moves = st.lists(
    st.builds(Move, keys, st.integers(-5, 8), st.integers(-5, 8), unsellable=st.integers(-2, 3)), max_size=20
)


@given(sequence=moves)
@settings(max_examples=200, deadline=None)
def test_what_was_taken_adds_up_and_nothing_ever_breaks_a_balance(sequence: list[Move]) -> None:
    numbered = [replace(move, index=index) for index, move in enumerate(sequence)]
    after, faults = apply({}, numbered)
    refused = {int(fault.pointer.removeprefix("/")) for fault in faults}
    for key, balance in after.items():
        taken = [move for move in numbered if move.key == key and move.index not in refused]
        assert balance.on_hand == sum(m.on_hand for m in taken)
        assert balance.unsellable == sum(m.unsellable for m in taken)
        assert balance.promised == sum(m.allocated for m in taken)
        assert 0 <= balance.allocated <= balance.sellable <= balance.on_hand
        assert balance.pending == max(0, balance.promised - balance.sellable)
        assert balance.available == max(0, balance.sellable - balance.promised)


@given(on_hand=st.integers(0, 50), needs=st.lists(st.integers(1, 9), max_size=30))
@settings(max_examples=200, deadline=None)
def test_no_more_is_ever_reserved_than_is_there(on_hand: int, needs: list[int]) -> None:
    key = (1, 1)
    after, _ = apply({key: Balance(on_hand)}, [Move(key, allocated=units) for units in needs])
    balance = after.get(key, Balance(on_hand))
    assert balance.on_hand == on_hand
    assert balance.allocated <= on_hand
    assert all(units > balance.available for units in needs) or balance.allocated > 0 or not needs
