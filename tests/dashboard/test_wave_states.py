"""The states of Waves and Wave with a fake door: no database, no browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import Any

import pytest
import reflex as rx

from backend.auth.actor import SYSTEM
from backend.waves.rules import WaveCommand
from dashboard import gateway
from dashboard.address.waves import WavesAddress
from dashboard.gateway import Asker, Gateway
from dashboard.present import wave_forms
from dashboard.state import asking
from dashboard.state import wave as wave_state
from dashboard.state import waves as waves_state
from dashboard.state.wave import WaveState
from dashboard.state.waves import WavesState
from dashboard.views.common import Pager
from dashboard.views.forms import Form
from dashboard.views.waves import PlanShown, WaveHead, WaveScreen, WavesScreen
from models.errors import DomainError, ErrorCode, Fault, invalid


class Fake(Gateway):
    """Says what it was told to say, and remembers what was asked of it."""

    def __init__(self) -> None:
        self.refusal: DomainError | None = None
        self.kept: list[tuple[str, Mapping[str, str], bool]] = []
        self.commands: list[tuple[int, WaveCommand, Mapping[str, str], int]] = []

    def waves(self, asker: Asker, address: WavesAddress) -> WavesScreen:
        """Return an empty board."""
        return WavesScreen([], [], address.location, [], [], [], Pager(), "", True, [("noon", "Noon")])

    def plan_preview(self, asker: Asker, location: str, given: Mapping[str, str]) -> PlanShown:
        """Return a plan, or refuse."""
        if self.refusal:
            raise self.refusal
        return PlanShown("2 waves of 5 shipments")

    def plan_waves(self, asker: Asker, location: str, given: Mapping[str, str], *, release: bool) -> int:
        """Remember."""
        self.kept.append((location, given, release))
        return 2

    def wave(self, asker: Asker, wave_id: int) -> WaveScreen:
        """Return a wave of version 3."""
        return WaveScreen(WaveHead(id=wave_id, version=3), [], [], [], [], 0, "")

    def wave_form(self, asker: Asker, wave_id: int, command: WaveCommand) -> Form:
        """Return what is asked."""
        return wave_forms.cancel_form() if command is WaveCommand.CANCEL else wave_forms.close_form("", [])

    def command_wave(
        self, asker: Asker, wave_id: int, command: WaveCommand, given: Mapping[str, str], *, version: int
    ) -> None:
        """Remember, or refuse."""
        if self.refusal:
            raise self.refusal
        self.commands.append((wave_id, command, given, version))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    before = gateway.door()
    door = Fake()
    gateway.use(door)

    async def somebody(_state: rx.State) -> Any:
        return SYSTEM

    async def unheard(_state: rx.State) -> None:
        return None

    monkeypatch.setattr(asking, "actor_of", somebody)
    for module in (wave_state, waves_state):
        monkeypatch.setattr(module, "follow", unheard)
    yield door
    gateway.use(before)


def run(kind: type[Any], play: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
        await play(await root.get_state(kind))

    asyncio.run(main())


def handler(kind: type[Any], name: str) -> Any:
    return getattr(kind, name).fn


def test_a_plan_is_seen_before_it_is_kept_and_kept_as_it_was_asked_for(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(WavesState, "open")(state)
        state.location = "CHI"
        await handler(WavesState, "keep")(state, "keep")
        assert fake.kept == []  # nothing was shown yet
        handler(WavesState, "begin")(state)
        assert [option[0] for option in state.form.fields[0].options] == ["", "noon"]
        given = {"rule": "", "max_waves": "2", "lines": "any", "apart": "", "slots_per_cart": None}
        await handler(WavesState, "preview")(state, given)
        assert state.plan.says == "2 waves of 5 shipments"
        await handler(WavesState, "keep")(state, "release")
        assert fake.kept == [("CHI", {"max_waves": "2", "lines": "any"}, True)]
        assert (state.said, state.form.action, state.plan.says) == ("2 waves released.", "", "")

    run(WavesState, play)


def test_what_is_wrong_with_a_plan_is_said_at_its_field(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(WavesState, "open")(state)
        state.location = "CHI"
        handler(WavesState, "begin")(state)
        fake.refusal = invalid([Fault("/max_waves", "out_of_range", "From 1 to 500.")])
        await handler(WavesState, "preview")(state, {"max_waves": "0"})
        faults = {field.name: (field.value, field.fault) for field in state.form.fields if field.fault}
        assert faults == {"max_waves": ("0", "From 1 to 500.")}
        assert state.plan.says == ""

    run(WavesState, play)


def test_who_comes_second_with_a_wave_is_told(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(WaveState, "open")(state)
        await handler(WaveState, "begin_cancel")(state)
        fake.refusal = invalid([Fault("/reason", "missing", "Say why.")])
        await handler(WaveState, "confirm")(state, {"reason": ""})
        assert [field.fault for field in state.form.fields] == ["Say why."]
        fake.refusal = DomainError(ErrorCode.STALE, "It has changed.")
        await handler(WaveState, "confirm")(state, {"reason": "too early"})
        assert (state.form.action, state.refused) == ("", True)
        assert state.said.startswith("Somebody changed this wave first")
        fake.refusal = None
        await handler(WaveState, "confirm")(state, {"reason": "again"})
        assert fake.commands == []  # no form is open
        await handler(WaveState, "release")(state)
        assert fake.commands == [(0, WaveCommand.RELEASE, {}, 3)]

    run(WaveState, play)
