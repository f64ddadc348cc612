"""Status is shape and word as well as colour: the map's marks are those of docs/design.md and of the dashboard."""

from __future__ import annotations

from itertools import combinations

import pytest

from dashboard.netmap.symbols import STALE, SYMBOLS, Fill, Shape, Sight, symbol_for
from dashboard.theme import DARK, LIGHT
from models.enums import Compliance

SOLID = {
    Compliance.COMPLIANT: (Shape.DISC, "Compliant", "#12715B", "#4CC9A4"),
    Compliance.AT_RISK: (Shape.TRIANGLE, "At Risk", "#B25E00", "#F5B14C"),
    Compliance.NON_COMPLIANT: (Shape.SQUARE, "Non-Compliant", "#B3143C", "#FF7A94"),
}


@pytest.mark.parametrize("grade", list(Compliance))
def test_each_status_has_its_own_shape_word_and_colours(grade: Compliance) -> None:
    symbol = SYMBOLS[symbol_for(Sight(grade, open=4, closed=False, stale=False))]
    colours = (getattr(palette, symbol.token.replace("-", "_")) for palette in (LIGHT, DARK))
    assert (symbol.shape, symbol.word, *colours) == SOLID[grade]
    assert symbol.fill is Fill.SOLID


@pytest.mark.parametrize("grade", list(Compliance))
@pytest.mark.parametrize(("open_", "closed"), [(0, False), (3, True), (0, True)])
def test_a_closed_or_idle_place_is_the_outline_of_its_status(grade: Compliance, open_: int, closed: bool) -> None:
    symbol = SYMBOLS[symbol_for(Sight(grade, open=open_, closed=closed, stale=False))]
    assert symbol.fill is Fill.OUTLINE
    assert symbol.shape is SOLID[grade][0]


@pytest.mark.parametrize("grade", list(Compliance))
@pytest.mark.parametrize("closed", [False, True])
def test_stale_data_is_never_drawn_in_a_status_colour(grade: Compliance, closed: bool) -> None:
    key = symbol_for(Sight(grade, open=9, closed=closed, stale=True))
    assert key == STALE
    assert (SYMBOLS[key].fill, SYMBOLS[key].token, SYMBOLS[key].word) == (Fill.DASHED, "unknown", "No fresh data")


def test_no_two_marks_look_alike_without_colour() -> None:
    for one, other in combinations(SYMBOLS.values(), 2):
        assert (one.shape, one.fill) != (other.shape, other.fill)


def test_the_worst_is_drawn_on_top() -> None:
    order = sorted(SYMBOLS, key=lambda key: SYMBOLS[key].rank)
    assert order[-2:] == ["at_risk", "non_compliant"]
    assert order.index(STALE) > order.index("compliant")
