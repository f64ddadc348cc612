"""Which state of an order may follow which: one table, and docs/orders.md prints it."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from backend.orders.rules import ALLOWED, ROUTING_MOVES, TRANSITIONS, OrderMove, may, moved, routed
from models.enums import OrderStatus
from models.errors import DomainError, ErrorCode

FINAL = {OrderStatus.FULFILLED, OrderStatus.CANCELLED}
TEXT = (Path(__file__).parent.parent.parent / "docs" / "orders.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|", re.MULTILINE)


def test_nothing_follows_an_end() -> None:
    assert not [move for move, (origins, _) in TRANSITIONS.items() if origins & FINAL]


def test_every_state_can_be_reached_and_left_unless_it_is_an_end() -> None:
    assert {state for _, targets in TRANSITIONS.values() for state in targets} == set(OrderStatus)
    assert {state for origins, _ in TRANSITIONS.values() for state in origins} == set(OrderStatus) - FINAL


def test_what_is_not_in_the_table_is_refused() -> None:
    for move, was, to in product(OrderMove, OrderStatus, OrderStatus):
        origins, targets = TRANSITIONS[move]
        assert may(move, was) is (was in origins)
        if was in origins and to in targets:
            assert moved(move, was, to) is to
            continue
        with pytest.raises(DomainError) as refused:
            moved(move, was, to)
        assert refused.value.code is ErrorCode.ILLEGAL_TRANSITION


def test_routing_never_touches_an_order_that_rests_or_is_over() -> None:
    for was in (OrderStatus.HELD, *FINAL):
        for to in ROUTING_MOVES:
            with pytest.raises(DomainError):
                routed(was, to)


def test_commands_are_moves() -> None:
    assert {command: TRANSITIONS[OrderMove(command)][0] for command in ALLOWED} == dict(ALLOWED)


def test_the_documented_table_is_the_real_one() -> None:
    printed = {name: (_states(before), _states(after)) for name, before, after in ROW.findall(TEXT)}
    assert printed == {move.value: sides for move, sides in TRANSITIONS.items()}


def _states(cell: str) -> frozenset[OrderStatus]:
    return frozenset(OrderStatus(word) for word in re.findall(r"\w+", cell))
