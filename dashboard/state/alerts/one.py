"""What an alert's page shows now, and what is done to the alert."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import reflex as rx
from pydantic import Field

from dashboard.gateway import Asker, Gateway
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.alerts import forms, runbook
from dashboard.present.alerts.forms import AlertAction
from dashboard.present.reading import with_faults
from dashboard.state.asking import Trouble, ask
from dashboard.state.forms import Fields, texts
from dashboard.state.showing import Shows
from dashboard.views.alert import AlertHead, RunbookPart, StepLine, Subject, ToldLine
from dashboard.views.common import Entry
from dashboard.views.forms import Form
from models.enums import Permission
from models.errors import ErrorCode, Fault

Number = Annotated[int, Field(ge=1, le=100)]
Version = Annotated[int, Field(ge=1, le=2**53)]

_PARTS = ("head", "subjects", "subjects_more", "todo", "todo_note", "places", "labels", "steps", "told", "story")
_CHANGED = "Somebody changed this alert first; nothing was done. You see it as it is now: look again, then decide."
_SAID = {
    AlertAction.RESOLVE: "It is resolved; whoever was told of it is told that too.",
    AlertAction.NOTE: "Written down.",
}


class AlertState(Shows, rx.State):
    """One alert: what it is about, what to do, who was told, what happened."""

    missing: bool = False
    head: AlertHead = AlertHead()
    subjects: list[Subject] = []
    subjects_more: str = ""
    todo: list[RunbookPart] = []
    todo_note: str = ""
    places: list[tuple[str, str]] = []  # the alerts that it tells of, by id, and where each is
    labels: list[tuple[str, str]] = []
    steps: list[StepLine] = []
    told: list[ToldLine] = []
    story: list[Entry] = []
    form: Form = Form()
    said: str = ""  # what became of the last action
    refused: bool = False
    _button: tuple[int, str] = (0, "")  # the button of the runbook that was pressed, and what stood on it
    _seen: int = 0  # the version on screen when the form was opened

    @rx.event
    @policy(Permission.ALERTS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        if self._id() != self.head.id:
            self.reset()  # type: ignore[no-untyped-call]  # Reflex's
        await self._reload()
        await follow(self)

    @rx.event
    @policy(Permission.ALERTS_WRITE)
    async def acknowledge(self, version: Version) -> None:
        """Take the alert on, as it was seen."""
        alert = self._id()
        await self._do(
            lambda door, asker: door.acknowledge(asker, alert, version), "You have it. Nobody else is told next."
        )

    @rx.event
    @policy(Permission.ALERTS_WRITE)
    async def give_back(self) -> None:
        """Give the alert back: what was still to be told is told after all."""
        alert = self._id()
        await self._do(
            lambda door, asker: door.give_back(asker, alert), "Nobody has it again: whoever is next will be told."
        )

    @rx.event
    @policy(Permission.ALERTS_WRITE)
    def begin(self, action: AlertAction) -> None:
        """Open the form of an action."""
        self._say("")
        self.form, self._seen = forms.form(action), self.head.version

    @rx.event
    @policy(Permission.ALERTS_READ)
    def press(self, number: Number) -> None:
        """Ask before a button of the runbook is carried out; who may is the gateway's to say."""
        found = next((part for part in self.todo if part.number == number and part.may), None)
        if found is not None:
            self._say("")
            self.form = runbook.question(found, runbook.DRILL if self.head.drill else "", self.places)
            self._button = (number, found.label)

    @rx.event
    @policy(Permission.ALERTS_READ)
    def leave(self) -> None:
        """Close the form and change nothing."""
        self.form = Form()

    @rx.event
    @policy(Permission.ALERTS_READ)
    async def confirm(self, given: Fields) -> None:
        """Carry out what was asked or typed; what is wrong is said at its field and nothing changes."""
        if not self.form.action:
            return
        if self.form.action not in AlertAction.__members__.values():
            await self._run(texts(given))
            return
        action, fields, alert, seen = AlertAction(self.form.action), texts(given), self._id(), self._seen
        try:
            await ask(self, lambda door, asker: door.change_alert(asker, action, fields, alert_id=alert, version=seen))
        except Trouble as trouble:
            said = _CHANGED if trouble.code is ErrorCode.STALE else str(trouble)
            self.form = with_faults(self.form, trouble.faults, fields, said)
            self._seen = self._seen if trouble.faults else await self._newest()
            return
        self.form = Form()
        self._say(_SAID[action])
        await self._reload()

    async def _run(self, given: dict[str, str]) -> None:
        alert, (number, label), where = self._id(), self._button, given.get(runbook.WHERE, "")
        if self.form.fields and where not in dict(self.places):
            fault = Fault(f"/{runbook.WHERE}", "missing", "Choose where this is to be done.")
            self.form = with_faults(self.form, [fault], given, "")
            return
        self.form, at = Form(), int(where) if where else 0
        try:
            words = await ask(self, lambda door, asker: door.run_step(asker, alert, number, label=label, at=at))
        except Trouble as trouble:
            self._say(f"{label}: not done. {trouble}")
            self.refused = True
        else:
            self._say(words)
        await self._reload()

    async def _newest(self) -> int:
        await self._reload()
        return self.head.version

    async def _do(self, what: Callable[[Gateway, Asker], object], words: str) -> None:
        try:
            await ask(self, what)
        except Trouble as trouble:
            self._say(_CHANGED if trouble.code is ErrorCode.STALE else str(trouble))
            self.refused = True
        else:
            self._say(words)
        await self._reload()

    def _say(self, words: str) -> None:
        self.said, self.refused = words, False

    async def _reload(self) -> None:
        alert = self._id()
        try:
            screen = await ask(self, lambda door, asker: door.alert(asker, alert))
        except Trouble as trouble:
            self.missing = trouble.code is ErrorCode.NOT_FOUND
            self.trouble = "" if self.missing else str(trouble)
            return
        self.missing = False
        self._take(screen, _PARTS)

    def _id(self) -> int:
        text = self.router.url.path.rstrip("/").rpartition("/")[2]
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 17 else 0
