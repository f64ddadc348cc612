"""The Work queue over a gateway that says what the test wants: what it shows, takes, and admits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import reflex as rx

from backend.auth.actor import SYSTEM
from backend.fulfillment.defaults import BUILT_IN
from backend.fulfillment.queue import Place, Whose, Work
from dashboard import gateway
from dashboard.address import QueueAddress
from dashboard.gateway import Asker, Gateway
from dashboard.present import queue as say
from dashboard.present.common import Reader
from dashboard.present.shipments import SLA_WORDS
from dashboard.state import asking, queue
from dashboard.state.queue import QueueState
from dashboard.views.queue import QueueScreen
from models.enums import Compliance, Method, ShipmentStatus
from models.errors import DomainError, ErrorCode

NOW = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)
CHI = Place(1, "CHI", "Chicago Loop", "America/Chicago")


def work(id_: int, **changes: Any) -> Work:
    stated: dict[str, Any] = {
        "id": id_,
        "order_id": id_,
        "external_id": f"A-{id_}",
        "method": Method.SHIP,
        "service_level": "standard",
        "status": ShipmentStatus.OPEN,
        "next": BUILT_IN[Method.SHIP].steps[1],
        "held": False,
        "waiting_for": None,
        "mine": False,
        "taken": False,
        "wave": None,
        "sla": Compliance.AT_RISK,
        "started_at": NOW - timedelta(hours=3),
        "due_at": NOW + timedelta(hours=1),
        "collect_by_at": None,
        "units": 3,
        "picked": 0,
        "version": 1,
        "may_let_go": False,
    }
    return Work(**{**stated, **changes})


def screen(works: list[Work], address: QueueAddress = QueueAddress()) -> QueueScreen:  # frozen
    free = sum(not one.taken for one in works)
    counts = {Whose.ALL: len(works), Whose.FREE: free, Whose.MINE: 0, Whose.COUNTER: 0}
    return say.screen(say.Facts(CHI, [CHI], works, [], counts), address, Reader(NOW))


class Fake(Gateway):
    """Says what it was told to say, and notes what was taken."""

    def __init__(self, *works: Work) -> None:
        self.works = list(works)
        self.taken: list[int] = []
        self.refusal: DomainError | None = None

    def queue(self, asker: Asker, address: QueueAddress, *, keep: Any = ()) -> QueueScreen | None:
        """Return the work in its order."""
        return screen(self.works, address) if self.works else None

    def take_work(self, asker: Asker, shipment_id: int) -> None:
        """Take it, unless somebody was quicker."""
        if self.refusal:
            raise self.refusal
        self.taken.append(shipment_id)

    def take_next(self, asker: Asker, address: QueueAddress) -> int:
        """Take the first."""
        self.take_work(asker, self.works[0].id)
        return self.works[0].id


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[QueueState, Fake]]:
    async def actor(_state: rx.State) -> Any:
        return SYSTEM

    async def nothing(_state: rx.State) -> None:
        return None

    monkeypatch.setattr(asking, "actor_of", actor)
    monkeypatch.setattr(queue, "follow", nothing)
    before, fake = gateway.door(), Fake(work(1), work(2))
    gateway.use(fake)
    made = QueueState(_reflex_internal_init=True)  # type: ignore[call-arg]
    yield made, fake
    gateway.use(before)


def run(handler: Any, *arguments: Any) -> Any:
    return asyncio.run(handler.fn(*arguments))


def test_a_row_says_whose_it_is_what_comes_next_and_how_long_there_is() -> None:
    rows = screen(
        [
            work(1),
            work(2, taken=True, mine=True, may_let_go=True, picked=2, wave=7),
            work(3, taken=True, held=True, next=None, due_at=None, sla=None),
            work(4, status=ShipmentStatus.READY, collect_by_at=NOW, due_at=None, method=Method.PICKUP),
        ]
    ).rows
    assert [(row.hands, row.act, row.mine, row.lets_go) for row in rows] == [
        ("Nobody", "Start", False, False),
        ("You", "Go on", True, True),
        ("A colleague", "", False, False),
        ("Nobody", "Start", False, False),
    ]
    assert (rows[0].step, rows[0].left, rows[0].word) == ("Pick", 25, SLA_WORDS[Compliance.AT_RISK])
    assert rows[1].what == "Ship to home · 2 of 3 units picked · wave 7"
    assert (rows[2].step, rows[2].stuck, rows[2].due) == ("Not started", "On hold", "Clock stands still")
    assert rows[3].due.startswith("Kept until ")


def test_taking_opens_the_shipment_and_a_quicker_colleague_is_said(state: tuple[QueueState, Fake]) -> None:
    page, fake = state
    run(QueueState.open, page)
    assert [row.order for row in page.rows] == ["A-1", "A-2"]
    assert run(QueueState.take, page, "2") is not None
    assert run(QueueState.take_next, page) is not None
    assert (fake.taken, page.said) == ([2, 1], "")
    fake.refusal = DomainError(ErrorCode.CONFLICT, "Somebody else works on shipment 1.")
    assert run(QueueState.take, page, "1") is None
    assert page.said == "Somebody else works on shipment 1."
    assert fake.taken == [2, 1]


def test_without_a_location_the_page_says_so(state: tuple[QueueState, Fake]) -> None:
    page, fake = state
    fake.works.clear()
    run(QueueState.open, page)
    assert page.nowhere
