"""The state of the editor of workflows over a door that says what the test wants: nothing typed is ever lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import reflex as rx

from backend.auth.actor import SYSTEM
from backend.fulfillment.defaults import DEFAULT_DOCUMENTS
from dashboard import gateway
from dashboard.address.workflows import WorkflowAddress
from dashboard.gateway import Asker, Gateway
from dashboard.present.editing.text import write
from dashboard.present.workflows.check import check
from dashboard.state import asking
from dashboard.state.workflows.edit import WorkflowState
from dashboard.state.workflows.overview import WorkflowsState
from dashboard.views.workflows import CheckedWorkflow, OpenedWorkflow
from models.enums import Method
from models.errors import DomainError, ErrorCode
from tests.dashboard.test_page_states import handler, run

SHIP = DEFAULT_DOCUMENTS[Method.SHIP]
TEXT = write(SHIP)
OTHER = write(SHIP | {"title": "Ours"})


class Fake(Gateway):
    """Holds one workflow with versions of text, or none yet."""

    def __init__(self) -> None:
        self.versions: list[str] = []
        self.active = 0
        self.code = "ship-gift"
        self.against: list[str] = []

    def open_workflow(self, asker: Asker, address: WorkflowAddress) -> OpenedWorkflow:
        """Return the version asked for, the newest for none, a fork to begin with where there is none."""
        newest = len(self.versions)
        version = address.version if address.version > 0 else newest
        state = "" if not version else "active" if version == self.active else "draft"
        text = self.versions[version - 1] if version else TEXT
        return OpenedWorkflow(
            self.code, version, state, text=text, tag=str(newest), may_write=True, fresh=not version, active=self.active
        )

    def check_workflow(self, asker: Asker, text: str, *, against: str = "") -> CheckedWorkflow:
        """Return what the real check says beside what is built in, with no faults of its own."""
        self.against.append(against)
        return check(text, SHIP, called="Built in", faults_of=lambda _: [])

    def begin_workflow(self, asker: Asker, code: str, text: str, *, note: str) -> int:
        """Take the first version, unless the code is taken."""
        if code == "taken":
            raise DomainError(ErrorCode.CONFLICT, "The code taken is taken; choose another.")
        self.code = code
        self.versions.append(text)
        return 1

    def save_workflow(self, asker: Asker, code: str, text: str, *, note: str, known: int | None) -> int:
        """Save unless somebody saved since `known`."""
        if known not in (None, len(self.versions)):
            raise DomainError(ErrorCode.STALE, "It has changed since you read it.")
        self.versions.append(text)
        return len(self.versions)

    def activate_workflow(self, asker: Asker, code: str, version: int) -> None:
        """Let it hold."""
        self.active = version

    def retire_workflow(self, asker: Asker, code: str, version: int) -> None:
        """Let it hold no more."""
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


def test_a_new_fork_is_saved_under_its_own_code_activated_and_retired(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(WorkflowState, "open")(state)
        assert (state.code, state.may_save, state.may_activate, state.may_retire) == ("ship-gift", True, False, False)
        await handler(WorkflowState, "typed")(state, OTHER)
        await handler(WorkflowState, "submit")(state, {"code": "taken", "note": "why"})
        assert (state.said, fake.versions) == ("The code taken is taken; choose another.", [])
        assert (state._typed, state.conflict) == (OTHER, "")
        await handler(WorkflowState, "submit")(state, {"code": " gifts ", "note": "why"})
        assert (fake.code, fake.versions) == ("gifts", [OTHER])
        assert "Saved as version 1" in state.said
        assert (state.may_save, state.may_activate, state.may_retire) == (False, True, False)
        await handler(WorkflowState, "activate")(state)
        assert (fake.active, state.may_activate, state.may_retire) == (1, False, True)
        assert state.activate_hint == "This version holds already."
        await handler(WorkflowState, "retire")(state)
        assert (fake.active, state.may_retire) == (0, False)

    run(WorkflowState, play)


def test_who_comes_second_is_told_and_loses_nothing(fake: Fake) -> None:
    async def play(state: Any) -> None:
        fake.versions.append(TEXT)
        await handler(WorkflowState, "open")(state)
        await handler(WorkflowState, "typed")(state, OTHER)
        fake.versions.append(write(SHIP | {"title": "Theirs"}))
        await handler(WorkflowState, "save")(state)
        assert "It has changed since you read it." in state.conflict
        assert (state._typed, len(fake.versions)) == (OTHER, 2)
        await handler(WorkflowState, "save_over")(state)
        assert (fake.versions[-1], state.conflict) == (OTHER, "")

    run(WorkflowState, play)


def test_activating_needs_a_saved_draft_without_faults(fake: Fake) -> None:
    async def play(state: Any) -> None:
        fake.versions.append(TEXT)
        await handler(WorkflowState, "open")(state)
        await handler(WorkflowState, "typed")(state, OTHER)
        await handler(WorkflowState, "activate")(state)
        assert (fake.active, state.said) == (0, "Save it as a draft first, with nothing wrong in it.")
        await handler(WorkflowState, "typed")(state, TEXT.replace('"title"', '"title" oops'))
        assert (state.may_save, len(state.checked.faults), state.checked.steps) == (False, 1, [])

    run(WorkflowState, play)


def test_another_version_to_compare_with_keeps_what_is_typed(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(state: Any) -> None:
        fake.versions.append(TEXT)
        await handler(WorkflowState, "open")(state)
        await handler(WorkflowState, "typed")(state, OTHER)
        address = WorkflowAddress(against="ship:0")
        monkeypatch.setattr(WorkflowAddress, "parse", classmethod(lambda *_: address))
        await handler(WorkflowState, "open")(state)
        assert (state._typed, state.view, state.against, fake.against[-1]) == (OTHER, "changes", "ship:0", "ship:0")
        assert state.other == "Built in"

    run(WorkflowState, play)


def test_a_fork_needs_a_method_and_a_group() -> None:
    async def play(state: Any) -> None:
        assert handler(WorkflowsState, "fork")(state, {"method": "teleport", "group": "gift"}) is None
        assert handler(WorkflowsState, "fork")(state, {"method": "ship", "group": None}) is None
        spec = handler(WorkflowsState, "fork")(state, {"method": "ship", "group": "gift & more"})
        assert "/settings/workflows/edit?method=ship&group=gift+%26+more" in str(spec)

    run(WorkflowsState, play)


def test_version_nought_is_built_in_and_none_is_the_newest() -> None:
    assert WorkflowAddress.parse({"code": "ship", "version": "0"}) == WorkflowAddress(code="ship", version=0)
    assert WorkflowAddress.parse({"code": "ship"}).version == -1
    assert WorkflowAddress(code="ship", version=0).href("") == "?code=ship&version=0"
    assert WorkflowAddress.parse({"method": "teleport"}) == WorkflowAddress()
