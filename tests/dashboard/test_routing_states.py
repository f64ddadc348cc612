"""The states of the pages about routing over a door that says what the test wants: nothing typed is ever lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import reflex as rx

from backend.auth.actor import SYSTEM
from dashboard import gateway
from dashboard.address.routing import EditAddress, TryAddress
from dashboard.gateway import Asker, Gateway
from dashboard.present.routing.check import check
from dashboard.state import asking
from dashboard.state.routing.edit import EditState
from dashboard.state.routing.trial import TryState
from dashboard.views.routing import CheckedStrategy, OpenedStrategy
from dashboard.views.trial import Trial, TryForm, TryScreen, WhyNot
from models.errors import DomainError, ErrorCode, Fault
from tests.dashboard.test_page_states import handler, run

TEXT = '{\n  "title": "Mine",\n  "routes": [{"name": "All", "scenarios": [{"name": "Any"}]}]\n}\n'
OTHER = TEXT.replace("Mine", "Theirs")


class Fake(Gateway):
    """Holds one strategy with versions of text."""

    def __init__(self) -> None:
        self.versions = [TEXT]
        self.active = 0
        self.archived: set[int] = set()
        self.saved: list[tuple[str, str]] = []
        self.refusal: DomainError | None = None

    def open_strategy(self, asker: Asker, address: EditAddress) -> OpenedStrategy:
        """Return the version asked for, the newest for none."""
        version = address.version or len(self.versions)
        state = "active" if version == self.active else "archived" if version in self.archived else "draft"
        text = self.versions[version - 1]
        return OpenedStrategy("main", version, state, text=text, tag=str(len(self.versions)), may_write=True)

    def check_strategy(self, asker: Asker, text: str) -> CheckedStrategy:
        """Return what the real check says, with no faults of its own."""
        return check(text, None, faults_of=lambda _: [])

    def save_strategy(self, asker: Asker, name: str, text: str, *, note: str, tag: str) -> int:
        """Save unless somebody saved since `tag`."""
        if self.refusal:
            raise self.refusal
        if tag not in ("*", str(len(self.versions))):
            raise DomainError(ErrorCode.STALE, "Version 2 was saved meanwhile.")
        self.versions.append(text)
        self.saved.append((text, note))
        return len(self.versions)

    def activate_strategy(self, asker: Asker, name: str, version: int) -> None:
        """Make it active."""
        if self.refusal:
            raise self.refusal
        self.active = version

    def archive_strategy(self, asker: Asker, name: str, version: int, *, tag: str) -> None:
        """Put it aside, unless somebody saved since `tag`."""
        if tag != str(len(self.versions)):
            raise DomainError(ErrorCode.STALE, "Version 2 was saved meanwhile.")
        self.archived.add(version)

    def try_form(self, asker: Asker) -> TryForm:
        """Offer nothing."""
        return TryForm()

    def try_order(self, asker: Asker, address: TryAddress) -> TryScreen:
        """Say that it goes to Chicago."""
        if self.refusal:
            raise self.refusal
        return TryScreen(Trial(headline="Goes to Chicago"), [WhyNot("den", "Denver", "", ["too far"])])


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


def test_what_is_typed_is_checked_and_may_be_saved(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(EditState, "open")(state)
        assert (state.text, state.may_save, state.may_activate) == (TEXT, False, True)
        await handler(EditState, "typed")(state, OTHER)
        assert (state.may_save, state.may_activate) == (True, False)
        await handler(EditState, "submit")(state, {"note": "why", "edit_note": None})
        assert fake.saved == [(OTHER, "why")]
        assert "Saved as version 2" in state.said
        assert (state.note, state.may_save, state.may_activate) == ("", False, True)

    run(EditState, play)


def test_faults_have_their_lines_and_forbid_saving(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(EditState, "open")(state)
        await handler(EditState, "typed")(state, TEXT.replace('"Mine",', '"Mine"'))
        assert not state.may_save
        assert not state.may_activate
        assert [fault.line for fault in state.checked.faults] == [3]
        handler(EditState, "go_to")(state, 3)
        first = state.jump
        handler(EditState, "go_to")(state, 3)
        assert state.jump != first
        assert state.jump.startswith("3:")

    run(EditState, play)


def test_who_comes_second_is_told_and_loses_nothing(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(EditState, "open")(state)
        await handler(EditState, "typed")(state, OTHER)
        fake.versions.append(TEXT.replace("Mine", "Somebody's"))
        revision = state.revision
        await handler(EditState, "save")(state)
        assert "Version 2 was saved meanwhile." in state.conflict
        assert fake.saved == []
        assert (state._typed, state.revision) == (OTHER, revision)
        await handler(EditState, "save_over")(state)
        assert fake.saved == [(OTHER, "")]
        assert len(fake.versions) == 3
        assert state.conflict == ""

    run(EditState, play)


def test_what_was_typed_is_there_again_when_the_page_is_loaded_anew(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(EditState, "open")(state)
        await handler(EditState, "typed")(state, OTHER)
        before = state.revision
        await handler(EditState, "open")(state)
        assert (state.text, state._typed, state.may_save) == (OTHER, OTHER, True)
        assert state.revision > before

    run(EditState, play)


def test_a_refused_save_says_why_and_keeps_the_text(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(EditState, "open")(state)
        await handler(EditState, "typed")(state, OTHER)
        fake.refusal = DomainError(ErrorCode.INVALID, "1 fault.", faults=[Fault("/x", "odd", "Group x is not there.")])
        await handler(EditState, "save")(state)
        assert state.said == "1 fault. Group x is not there."
        assert (fake.versions, state._typed) == ([TEXT], OTHER)

    run(EditState, play)


def test_what_became_of_a_save_is_still_said_once_its_address_is_open(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(state: Any) -> None:
        await handler(EditState, "open")(state)
        await handler(EditState, "typed")(state, OTHER)
        await handler(EditState, "save")(state)
        monkeypatch.setattr(EditAddress, "parse", classmethod(lambda *_: EditAddress(name="main", version=2)))
        await handler(EditState, "open")(state)
        assert "Saved as version 2" in state.said
        monkeypatch.setattr(EditAddress, "parse", classmethod(lambda *_: EditAddress(name="main", version=1)))
        await handler(EditState, "open")(state)
        assert (state.said, state.text) == ("", TEXT)

    run(EditState, play)


def test_a_draft_is_archived_unless_somebody_saved_since(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(EditState, "open")(state)
        assert state.may_archive
        fake.versions.append(OTHER)
        await handler(EditState, "archive")(state)
        assert state.said == "Version 2 was saved meanwhile."
        fake.versions.pop()
        await handler(EditState, "archive")(state)
        assert "Archived" in state.said
        assert (state.opened.state, state.may_archive, state.may_activate) == ("archived", False, True)

    run(EditState, play)


def test_activating_needs_a_saved_draft(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(EditState, "open")(state)
        await handler(EditState, "typed")(state, OTHER)
        await handler(EditState, "activate")(state)
        assert fake.active == 0
        assert "Save it as a draft first" in state.said
        await handler(EditState, "save")(state)
        await handler(EditState, "activate")(state)
        assert fake.active == 2
        assert "active now" in state.said
        assert not state.may_activate

    run(EditState, play)


def test_a_tried_order_is_answered_or_refused_in_words(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TryState, "_address", lambda _: TryAddress(lines="tea 1"))

    async def play(state: Any) -> None:
        await handler(TryState, "open")(state)
        assert state.trial.headline == "Goes to Chicago"
        await handler(TryState, "look_for")(state, "den")
        assert [one.name for one in state.why_not] == ["Denver"]
        fake.refusal = DomainError(ErrorCode.NOT_FOUND, "There is no product tea.")
        await handler(TryState, "open")(state)
        assert (state.wrong, state.trial.headline) == ("There is no product tea.", "")

    run(TryState, play)


def test_the_form_becomes_an_address() -> None:
    address = TryAddress.parse({"lines": " tea 2 ", "near": "chi-0", "method": "pickup", "tier": "", "odd": "x"})
    assert address.href("/routing/try") == "/routing/try?lines=tea+2&near=chi-0&method=pickup"
    assert TryAddress.parse({"method": "teleport"}).asks is False
