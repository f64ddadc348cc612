"""What the editor of workflows holds now: the text as somebody types it, what it comes to, saving, activating,
retiring."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

import reflex as rx
from pydantic import Field

from dashboard.address.workflows import NEWEST, WorkflowAddress
from dashboard.arguments import DOCUMENT, carries
from dashboard.guard import policy
from dashboard.live import Live
from dashboard.present.workflows.ways import EDIT_PATH
from dashboard.state.asking import ask
from dashboard.state.editing import ANY, Edits, Key, Line, Typed, key_of
from dashboard.state.forms import Fields, texts
from dashboard.views.editing import Checked, Opened
from dashboard.views.workflows import CheckedWorkflow, OpenedWorkflow
from models.enums import DefinitionStatus, Permission

LONGEST_NOTE = 200
Note = Annotated[str, Field(max_length=LONGEST_NOTE)]

_UNSAVED = "Save it as a draft first, with nothing wrong in it."
_BUILT_IN = "What is built in holds wherever nothing else does: retire the other to return to it."
_HOLDS = "This version holds already."


class WorkflowState(Edits, rx.State):
    """One version of a workflow, open in the editor. `code` is what a new fork will be called, `against` the version
    that changes are shown against, "" for what holds."""

    opened: OpenedWorkflow = OpenedWorkflow()
    checked: CheckedWorkflow = CheckedWorkflow()
    code: str = ""
    against: str = ""
    may_retire: bool = False
    _typed: str = ""
    _address: str = ""

    @rx.event
    @policy(Permission.ORDERS_READ)
    async def open(self) -> Any:
        """Open what the address asks for; the same address again keeps what is typed."""
        address = WorkflowAddress.parse(self.router.url.query_parameters)
        other, self.against = self.against != address.against, address.against
        if other:
            self.view = "changes"
        await self._arrive(address)
        if other and self.ready:
            await self._check()
        return Live.subscribe

    @rx.event
    @policy(Permission.ORDERS_READ)
    def choose(self, key: Key) -> Any:
        """Open another version: "code:number"."""
        code, version = key_of(key)
        return rx.redirect(WorkflowAddress(code=code, version=NEWEST if version is None else version).href(EDIT_PATH))

    @rx.event
    @policy(Permission.ORDERS_READ)
    def compare(self, key: Key) -> Any:
        """Show what differs from another version, "code:number", or from what holds."""
        address = WorkflowAddress.parse(self.router.url.query_parameters)
        here = replace(address if self.opened.fresh else self._here(), against=key)
        return rx.redirect(here.href(EDIT_PATH), replace=True)

    @rx.event
    @policy(Permission.ORDERS_READ)
    @carries(DOCUMENT)
    async def typed(self, text: Typed) -> None:
        """Take what is typed and say what it comes to."""
        self._typed = text
        self.said = ""
        await self._check()

    @rx.event
    @policy(Permission.ORDERS_READ)
    def go_to(self, line: Line) -> None:
        """Put the cursor on a line."""
        self._jump_to(line)

    @rx.event
    @policy(Permission.ORDERS_READ)
    def show(self, view: Literal["words", "changes"]) -> None:
        """Show the steps, or what differs from another version."""
        self.view = view

    @rx.event
    @policy(Permission.WORKFLOWS_WRITE)
    def set_note(self, note: Note) -> None:
        """Take the note of the next save."""
        self.note = note

    @rx.event
    @policy(Permission.WORKFLOWS_WRITE)
    def set_code(self, code: Key) -> None:
        """Take what a new fork will be called."""
        self.code = code

    @rx.event
    @policy(Permission.WORKFLOWS_WRITE)
    async def save(self) -> Any:
        """Save what is typed as a draft, unless somebody saved since this was opened."""
        return await self._save(self.opened.tag)

    @rx.event
    @policy(Permission.WORKFLOWS_WRITE)
    async def submit(self, fields: Fields) -> Any:
        """Save with the note, and the code of a new fork, that stand in the form."""
        said = texts(fields)
        self.note, self.code = said.get("note", "")[:LONGEST_NOTE], said.get("code", self.code)
        return await self._save(self.opened.tag)

    @rx.event
    @policy(Permission.WORKFLOWS_WRITE)
    async def save_over(self) -> Any:
        """Save what is typed as the newest draft, now that the other one is known; the other stays as a version."""
        return await self._save(ANY)

    @rx.event
    @policy(Permission.ORDERS_READ)
    async def take_theirs(self) -> Any:
        """Show what the other one saved."""
        self.conflict = ""
        theirs = WorkflowAddress(code=self.opened.name)
        await self._open(theirs)
        return rx.redirect(theirs.href(EDIT_PATH), replace=True)

    @rx.event
    @policy(Permission.WORKFLOWS_WRITE)
    async def activate(self) -> None:
        """Let the opened version hold for new shipments."""
        if not self.may_activate:
            self.said = self.activate_hint
            return
        opened = self.opened
        await self._do(
            lambda door, asker: door.activate_workflow(asker, opened.name, opened.version),
            "This version holds now: new shipments work by it, those under way keep theirs.",
        )

    @rx.event
    @policy(Permission.WORKFLOWS_WRITE)
    async def retire(self) -> None:
        """Let no version of this workflow hold any more."""
        opened = self.opened
        await self._do(
            lambda door, asker: door.retire_workflow(asker, opened.name, opened.active),
            "Retired: no version of it holds for new shipments, those under way keep theirs.",
        )

    async def _read(self, address: WorkflowAddress) -> Opened:
        opened = await ask(self, lambda door, asker: door.open_workflow(asker, address))
        self.code = opened.name
        return opened

    async def _weigh(self, text: str) -> Checked:
        against = self.against
        checked = await ask(self, lambda door, asker: door.check_workflow(asker, text, against=against))
        self.other = checked.other
        return checked

    async def _put(self, text: str, *, note: str, tag: str) -> WorkflowAddress:
        if self.opened.fresh:
            code = self.code.strip()
            version = await ask(self, lambda door, asker: door.begin_workflow(asker, code, text, note=note))
        else:
            code, known = self.opened.name, None if tag == ANY else int(tag)
            version = await ask(self, lambda door, asker: door.save_workflow(asker, code, text, note=note, known=known))
        return WorkflowAddress(code=code, version=version)

    def _at(self, address: WorkflowAddress) -> str:
        return replace(address, against="").href(EDIT_PATH)

    def _here(self) -> WorkflowAddress:
        return WorkflowAddress(code=self.opened.name, version=self.opened.version)

    def _allow(self) -> None:
        opened, dirty, right = self.opened, self._dirty(), not self.checked.faults
        write = opened.may_write
        old = str(opened.version) != opened.tag  # as it is, it may become the newest again
        self.may_save = write and right and (dirty or opened.fresh or old)
        waits = opened.version > 0 and opened.state != DefinitionStatus.ACTIVE
        self.may_activate = write and right and not dirty and waits
        self.may_retire = write and opened.active > 0
        held = opened.state == DefinitionStatus.ACTIVE and not dirty
        why = _HOLDS if held and opened.version else _BUILT_IN if held else _UNSAVED
        self.activate_hint = "" if self.may_activate else why
