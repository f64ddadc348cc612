"""The pages about alerts over a door that says what the test wants: what is done, what is asked first, and admitted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import reflex as rx

from backend.auth.actor import SYSTEM
from dashboard import gateway
from dashboard.address.alerts import AlertsAddress
from dashboard.address.silences import SilencesAddress
from dashboard.gateway import Asker, Gateway
from dashboard.present.alerts import silence_forms
from dashboard.present.alerts.forms import AlertAction
from dashboard.present.alerts.silence_forms import SilenceAction
from dashboard.state import asking
from dashboard.state.alerts import one, overview, silences
from dashboard.state.alerts.bell import Bell
from dashboard.state.alerts.one import AlertState
from dashboard.state.alerts.overview import AlertsState
from dashboard.state.alerts.silences import SilencesState
from dashboard.views.alert import AlertHead, AlertScreen, RunbookPart
from dashboard.views.alerts import AlertRow, AlertsScreen, Ringing
from dashboard.views.common import Pager
from dashboard.views.forms import Form
from dashboard.views.silences import Previewed, Quieted, SilenceDetail, SilencesScreen
from models.errors import DomainError, ErrorCode, Fault, not_found
from tests.dashboard.test_page_states import handler, run

ROW = AlertRow(
    key="7", id=7, version=3, title="Red", href="/alerts/7", severity="critical", severity_word="Critical", where="CHI",
    since="1 min", since_title="", state="firing", state_word="Firing", who="Nobody", clears="", drill=False,
    may_acknowledge=True,
)  # fmt: skip
STALE = DomainError(ErrorCode.STALE, "Alert 7 was changed meanwhile: it is at version 4, not 3.")
CAP = RunbookPart("1", number=1, label="Cap it", does="At most 20.", may=True)
GIVEN = {"matchers": "location=CHI", "reason": "works", "lasts": "60"}


class Fake(Gateway):
    """Says what it was told to say, and notes what was done."""

    def __init__(self) -> None:
        self.refusal: DomainError | None = None
        self.done: list[Any] = []
        self.head = AlertHead(id=7, version=3, title="Red")
        self.rings = Ringing("2", "2 wait", "critical")

    def _do(self, *what: Any) -> None:
        if self.refusal:
            raise self.refusal
        self.done.append(what)

    def alerts(self, asker: Asker, address: AlertsAddress, *, keep: Any = ()) -> AlertsScreen:
        """Return one alert."""
        return AlertsScreen([], [], [], [], [], [ROW], 1, Pager(), "", "", "", "")

    def alert(self, asker: Asker, alert_id: int) -> AlertScreen:
        """Return the alert, if it is that one."""
        if alert_id != 7:
            raise not_found("alert", alert_id)
        return AlertScreen(self.head, todo=[CAP, replace(CAP, key="2", number=2, may=False)])

    def acknowledge(self, asker: Asker, alert_id: int, version: int) -> str:
        """Note it."""
        self._do("acknowledge", alert_id, version)
        return "Red"

    def give_back(self, asker: Asker, alert_id: int) -> str:
        """Note it."""
        self._do("give back", alert_id)
        return "Red"

    def change_alert(self, asker: Asker, action: AlertAction, given: Any, *, alert_id: int, version: int) -> None:
        """Note it."""
        self._do(action, given.get("words", ""), alert_id, version)

    def run_step(self, asker: Asker, alert_id: int, number: int, *, label: str) -> str:
        """Note it."""
        self._do("run", number, label)
        return "CHI is given at most 20 orders."

    def bell(self, asker: Asker) -> Ringing:
        """Say how many wait."""
        return self.rings

    def silences(self, asker: Asker, address: SilencesAddress) -> SilencesScreen:
        """Return one silence, opened."""
        return SilencesScreen([], [], [], Pager(), "", SilenceDetail(id=5, version=2), True, "/alerts/silences")

    def silence_form(self, asker: Asker, action: SilenceAction, about: int, *, zone: str) -> tuple[Form, int]:
        """Return the form of a new one, or the question before one ends."""
        self._do("form", action, about)
        return (silence_forms.end(), 2) if action is SilenceAction.END else (silence_forms.make(None, zone), 0)

    def preview_silence(self, asker: Asker, given: Any) -> Previewed:
        """Name one alert."""
        return Previewed(f"1 alert matches {given['matchers']}", [Quieted("7", "Red", "", "/alerts/7")])

    def put_silence(self, asker: Asker, given: Any, *, zone: str, silence: int, version: int) -> int:
        """Note it."""
        self._do("silence", given["matchers"], silence)
        return 6

    def end_silence(self, asker: Asker, silence: int, *, version: int) -> None:
        """Note it."""
        self._do("end", silence, version)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    """Yield a fake door that is in use, with somebody signed in, alert 7 open and nobody following the live hub."""
    before, door = gateway.door(), Fake()
    gateway.use(door)

    async def somebody(_state: rx.State) -> Any:
        return SYSTEM

    async def unheard(_state: rx.State) -> None:
        return None

    monkeypatch.setattr(asking, "actor_of", somebody)
    for module in (one, overview, silences):
        monkeypatch.setattr(module, "follow", unheard)
    monkeypatch.setattr(AlertState, "_id", lambda _self: 7)
    yield door
    gateway.use(before)


def test_an_alert_is_taken_on_from_its_row_as_it_was_seen_and_given_back(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(AlertsState, "open")(state)
        await handler(AlertsState, "undo")(state)
        assert fake.done == []  # nothing was taken on
        await handler(AlertsState, "acknowledge")(state, 7, 3)
        assert (fake.done, state.said, state.may_undo) == ([("acknowledge", 7, 3)], "You have it: Red", True)
        await handler(AlertsState, "undo")(state)
        assert (fake.done[1:], state.said, state.may_undo) == ([("give back", 7)], "Nobody has it again: Red", False)

    run(AlertsState, play)


def test_who_comes_second_is_told_and_may_undo_nothing(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(AlertsState, "open")(state)
        await handler(AlertsState, "acknowledge")(state, 7, 3)
        fake.refusal = STALE
        await handler(AlertsState, "acknowledge")(state, 8, 1)
        assert state.said.startswith("Somebody changed this alert first; nothing was done.")
        assert not state.may_undo
        fake.refusal = DomainError(ErrorCode.ILLEGAL_TRANSITION, "The alert is resolved; it cannot be acknowledged.")
        await handler(AlertsState, "acknowledge")(state, 8, 1)
        assert state.said == "The alert is resolved; it cannot be acknowledged."
        assert len(fake.done) == 1

    run(AlertsState, play)


def test_an_alert_is_resolved_over_the_version_that_was_seen(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(AlertState, "open")(state)
        await handler(AlertState, "confirm")(state, {"words": "not asked"})
        assert fake.done == []  # no form is open
        handler(AlertState, "begin")(state, AlertAction.RESOLVE)
        fake.head = replace(fake.head, version=4)
        await state._reload()  # somebody changes it while the form is open
        fake.refusal = STALE
        await handler(AlertState, "confirm")(state, {"words": "fixed"})
        assert state.form.fault.startswith("Somebody changed this alert first")
        assert state.form.fields[0].value == "fixed"  # what was typed is kept
        fake.refusal = None
        await handler(AlertState, "confirm")(state, {"words": "fixed"})
        assert fake.done == [(AlertAction.RESOLVE, "fixed", 7, 4)]
        assert (state.form.action, state.said) == ("", "It is resolved; whoever was told of it is told that too.")

    run(AlertState, play)


def test_what_is_missing_is_said_at_its_field_and_nothing_is_done(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(AlertState, "open")(state)
        handler(AlertState, "begin")(state, AlertAction.NOTE)
        fake.refusal = DomainError(ErrorCode.INVALID, "1 fault", faults=[Fault("/words", "missing", "Write it down.")])
        await handler(AlertState, "confirm")(state, {"words": ""})
        assert (state.form.fields[0].fault, state.form.fault, fake.done) == ("Write it down.", "", [])
        handler(AlertState, "leave")(state)
        fake.refusal = None
        await handler(AlertState, "confirm")(state, {"words": "late"})
        assert fake.done == []

    run(AlertState, play)


def test_a_button_of_the_runbook_asks_first_and_runs_as_it_read(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(AlertState, "open")(state)
        handler(AlertState, "press")(state, 2)  # not his to press
        await handler(AlertState, "confirm")(state, {})
        assert (state.form.action, fake.done) == ("", [])
        handler(AlertState, "press")(state, 1)
        assert (state.form.title, fake.done) == ("Cap it?", [])
        await handler(AlertState, "confirm")(state, {})
        assert (fake.done, state.said, state.refused) == (
            [("run", 1, "Cap it")],
            "CHI is given at most 20 orders.",
            False,
        )
        handler(AlertState, "press")(state, 1)
        fake.refusal = DomainError(ErrorCode.STALE, "It reads otherwise by now.")
        await handler(AlertState, "confirm")(state, {})
        assert (state.said, state.refused) == ("Cap it: not done. It reads otherwise by now.", True)

    run(AlertState, play)


def test_an_alert_that_is_not_there_is_missing_not_in_trouble(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(state: Any) -> None:
        monkeypatch.setattr(AlertState, "_id", lambda _self: 8)
        await handler(AlertState, "open")(state)
        assert (state.missing, state.trouble, state.ready) == (True, "", False)
        monkeypatch.setattr(AlertState, "_id", lambda _self: 7)
        await handler(AlertState, "open")(state)
        assert (state.missing, state.head.title) == (False, "Red")

    run(AlertState, play)


def test_what_a_silence_matches_is_shown_before_it_is_made(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(SilencesState, "open")(state)
        await handler(SilencesState, "confirm")(state, GIVEN)
        assert fake.done == []  # no form is open
        await handler(SilencesState, "begin")(state, SilenceAction.MAKE)
        await handler(SilencesState, "confirm")(state, GIVEN)
        assert (state.preview.words, state.form.button) == ("1 alert matches location=CHI", "Silence")
        await handler(SilencesState, "confirm")(state, {**GIVEN, "matchers": "location=~.*"})
        assert state.preview.words == "1 alert matches location=~.*"  # typed anew, shown anew
        assert fake.done == [("form", SilenceAction.MAKE, 0)]
        await handler(SilencesState, "confirm")(state, {**GIVEN, "matchers": "location=~.*"})
        assert fake.done[1:] == [("silence", "location=~.*", 0)]
        assert (state.form.action, state.preview, state.said) == ("", Previewed(), "Silenced. It ends by itself.")

    run(SilencesState, play)


def test_a_silence_is_ended_after_it_was_asked_and_a_refusal_is_said(fake: Fake) -> None:
    async def play(state: Any) -> None:
        await handler(SilencesState, "open")(state)
        await handler(SilencesState, "begin")(state, SilenceAction.END)
        assert fake.done == [("form", SilenceAction.END, 5)]
        fake.refusal = DomainError(ErrorCode.FORBIDDEN, "You may silence only what is yours.")
        await handler(SilencesState, "confirm")(state, {})
        assert (state.form.fault, len(fake.done)) == ("You may silence only what is yours.", 1)
        fake.refusal = None
        await handler(SilencesState, "confirm")(state, {})
        assert (fake.done[1:], state.said) == ([("end", 5, 2)], "Ended. What still holds is told now.")
        handler(SilencesState, "at_zone")(state, "Mars/Olympus")
        assert state.zone == "UTC"

    run(SilencesState, play)


def test_the_bell_is_silent_for_who_was_signed_out(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(state: Any) -> None:
        await state._reload()
        assert state.ringing == Ringing("2", "2 wait", "critical")

        async def nobody(_state: rx.State) -> None:
            return None

        monkeypatch.setattr(asking, "actor_of", nobody)
        await state._reload()
        assert state.ringing == Ringing()

    run(Bell, play)
