"""The states of the pages over a gateway that says what the test wants: what they show, keep, and admit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import reflex as rx

from backend.auth.actor import SYSTEM
from backend.sla.grading import Counts, Thresholds
from backend.sla.views import LocationPage, LocationView, Shown, SummaryView
from dashboard import gateway, nav
from dashboard.address import NetworkAddress
from dashboard.gateway import Asker, Gateway
from dashboard.present import network as say
from dashboard.present.common import Reader
from dashboard.state import asking, network, session
from dashboard.state.network import NetworkState
from dashboard.state.session import Session, scope_words
from dashboard.views.common import Hit
from dashboard.views.network import NetworkScreen
from models.enums import Compliance
from models.errors import DomainError, ErrorCode, Fault

NOW = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)


def place(code: str, late: int = 0) -> LocationView:
    """Return a store with ten open shipments."""
    return LocationView(
        id=1,
        code=code,
        name=code.title(),
        kind="store",
        latitude=None,
        longitude=None,
        time_zone="America/Chicago",
        groups=(),
        methods=(),
        grade=Compliance.NON_COMPLIANT if late else Compliance.COMPLIANT,
        counts=Counts(10 - late, 0, late),
        met=0,
        missed=0,
        since=None,
        rule_version=1,
        stale=False,
        closed=False,
        closed_reason=None,
        data_seen_at=None,
        changed_at=None,
    )


class Fake(Gateway):
    """Says what it was told to say."""

    def __init__(self, *places: LocationView) -> None:
        self.places = list(places)
        self.refusal: DomainError | None = None

    def network(self, asker: Asker, address: NetworkAddress, *, keep: Any = ()) -> NetworkScreen:
        """Return the places in their order."""
        if self.refusal:
            raise self.refusal
        summary = SummaryView(len(self.places), dict.fromkeys(Shown, 0), 0, Counts(1), 0, 0, None, 0.0, NOW)
        return say.screen(
            summary=summary,
            page=LocationPage(tuple(self.places), len(self.places), None, NOW),
            trend=(),
            groups=(),
            rule=Thresholds(),
            thresholds=Thresholds(),
            chosen=None,
            address=address,
            reader=Reader(NOW),
        )

    def search(self, asker: Asker, text: str) -> list[Hit]:
        """Return the places whose name holds the text."""
        return [say.hit(view) for view in self.places if text in view.name]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    """Yield a fake door that is in use, with somebody signed in and nobody following the live hub."""
    before = gateway.door()
    door = Fake(place("alpha", late=5), place("beta"))
    gateway.use(door)

    async def somebody(_state: rx.State) -> Any:
        return SYSTEM

    async def unheard(_state: rx.State) -> None:
        return None

    monkeypatch.setattr(asking, "actor_of", somebody)
    monkeypatch.setattr(session, "actor_of", somebody)
    monkeypatch.setattr(network, "follow", unheard)
    yield door
    gateway.use(before)


def run(kind: type[Any], play: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
    """Play with a fresh state of this kind."""

    async def main() -> None:
        root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
        await play(await root.get_state(kind))

    asyncio.run(main())


def handler(kind: type[Any], name: str) -> Any:
    """Return the function of an event handler."""
    return getattr(kind, name).fn


def test_opening_shows_the_list_in_its_order(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(NetworkState, "open")(state)
        assert [row.key for row in state.rows] == ["alpha", "beta"]
        assert state.ready
        assert state.trouble == ""

    run(NetworkState, play)


def test_a_live_change_moves_nothing_and_new_order_waits(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(NetworkState, "open")(state)
        fake.places = [place("gamma", late=9), place("beta", late=3), place("alpha")]
        await state._reload()
        assert [row.key for row in state.rows] == ["alpha", "beta"]
        assert state.rows[1].late == "3"
        assert state.news == "1 new"
        await handler(NetworkState, "show_news")(state)
        assert [row.key for row in state.rows] == ["gamma", "beta", "alpha"]
        assert state.news == ""

    run(NetworkState, play)


def test_a_failure_is_told_in_words_and_keeps_what_is_shown(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(NetworkState, "open")(state)
        fake.refusal = DomainError(ErrorCode.INVALID, "This cannot be.", faults=[Fault("/x", "odd", "X is odd.")])
        await state._reload()
        assert state.trouble == "This cannot be. X is odd."
        assert len(state.rows) == 2
        fake.refusal = None
        await state._reload()
        assert state.trouble == ""

    run(NetworkState, play)


def test_search_finds_or_says_so(fake: Fake) -> None:
    async def play(state: Any) -> None:
        search = handler(Session, "search")
        await search(state, "Alpha")
        assert [hit.href for hit in state.hits] == ["/locations/alpha"]
        await search(state, "Nowhere")
        assert state.hits == []
        assert state.search_says == "Nothing is called “Nowhere”."
        await search(state, "  ")
        assert state.search_says == ""

    run(Session, play)


@pytest.mark.parametrize(
    ("groups", "locations", "words"),
    [
        ((), (), "Whole network"),
        (("east",), (), "Group east"),
        (("east", "west"), ("chi",), "Groups east, west and Location chi"),
        ((), tuple("abcd"), "4 locations"),
    ],
)
def test_one_s_part_of_the_network_is_said(groups: tuple[str, ...], locations: tuple[str, ...], words: str) -> None:
    scope = replace(SYSTEM.scope, group_codes=frozenset(groups), location_codes=frozenset(locations))
    assert scope_words(replace(SYSTEM, scope=scope)) == words


def test_pages_are_found_by_their_address() -> None:
    assert nav.page_at("/") is nav.NETWORK
    assert nav.page_at("/locations/chi-1/") is nav.LOCATION
    assert nav.page_at("/deliveries") is nav.DELIVERIES
    assert nav.page_at("/locations") is None
