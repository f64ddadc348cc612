"""The state of the editor of alert policies over a door that says what the test wants: nothing is saved unasked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import reflex as rx

from backend.auth.actor import SYSTEM
from dashboard import gateway
from dashboard.address.policies import PolicyAddress
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from dashboard.present.editing.text import write
from dashboard.present.policies.check import check
from dashboard.state import asking
from dashboard.state.policies.edit import PolicyState
from dashboard.views.policies import CheckedPolicy, OpenedPolicy
from models.errors import DomainError, ErrorCode
from tests.dashboard.test_page_states import handler, run
from tests.unit.test_policy_words import POLICY

TEXT = write(POLICY)
OTHER = write({**POLICY, "title": "Ours"})


class Fake(Gateway):
    """Holds one policy with versions of text; the newest holds."""

    def __init__(self) -> None:
        self.versions = [TEXT]
        self.active = 1

    def open_policy(self, asker: Asker, address: PolicyAddress) -> OpenedPolicy:
        """Return the version asked for, the newest for none."""
        newest = len(self.versions)
        version = address.version or newest
        state = "active" if version == self.active else "retired"
        text = self.versions[version - 1]
        return OpenedPolicy("late", version, state, text=text, tag=str(newest), may_write=True, active=self.active)

    def check_policy(self, asker: Asker, text: str, *, code: str) -> CheckedPolicy:
        """Return what the real check says, with no faults of its own."""
        return check(text, POLICY, faults_of=lambda _: [], born_of=lambda _: None, locale=AMERICAN)

    def save_policy(self, asker: Asker, code: str, text: str, *, note: str, known: int | None) -> int:
        """Save unless somebody saved since `known`."""
        if known not in (None, len(self.versions)):
            raise DomainError(ErrorCode.STALE, "It has changed since you read it.")
        self.versions.append(text)
        self.active = len(self.versions)
        return self.active

    def retire_policy(self, asker: Asker, code: str, version: int) -> None:
        """Let it watch no more."""
        assert version == self.active
        self.active = 0


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    """Yield a fake door that is in use, with somebody signed in."""
    before, door = gateway.door(), Fake()
    gateway.use(door)

    async def somebody(_state: rx.State) -> Any:
        return SYSTEM

    monkeypatch.setattr(asking, "actor_of", somebody)
    yield door
    gateway.use(before)


def test_what_is_saved_holds_at_once_so_it_is_asked_before(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(PolicyState, "open")(state)
        assert (state.may_save, state.may_retire) == (False, True)
        handler(PolicyState, "save")(state)
        assert (state.asks, state.said) == (False, "This is what holds already.")
        await handler(PolicyState, "typed")(state, OTHER)
        await handler(PolicyState, "confirm")(state, {})
        assert fake.versions == [TEXT]  # nobody was asked yet
        handler(PolicyState, "submit")(state, {"note": "why"})
        assert (state.asks, fake.versions) == (True, [TEXT])
        handler(PolicyState, "leave")(state)
        await handler(PolicyState, "confirm")(state, {})
        assert fake.versions == [TEXT]
        handler(PolicyState, "save")(state)
        await handler(PolicyState, "confirm")(state, {})
        assert (fake.versions, fake.active) == ([TEXT, OTHER], 2)
        assert state.said == "Saved as version 2: it holds from now on."

    run(PolicyState, play)


def test_who_comes_second_is_told_and_loses_nothing(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(PolicyState, "open")(state)
        await handler(PolicyState, "typed")(state, OTHER)
        fake.versions.append(write({**POLICY, "title": "Theirs"}))
        handler(PolicyState, "save")(state)
        await handler(PolicyState, "confirm")(state, {})
        assert "It has changed since you read it." in state.conflict
        assert (state._typed, len(fake.versions)) == (OTHER, 2)
        handler(PolicyState, "save_over")(state)
        await handler(PolicyState, "confirm")(state, {})
        assert (fake.versions[-1], state.conflict) == (OTHER, "")

    run(PolicyState, play)


def test_a_retired_policy_may_be_saved_again(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(PolicyState, "open")(state)
        await handler(PolicyState, "retire")(state)
        assert (fake.active, state.may_retire, state.may_save) == (0, False, True)

    run(PolicyState, play)
