"""What the editor of strategies holds now: the text as somebody types it, what it comes to, saving and activating."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import reflex as rx
from pydantic import Field

from dashboard.address.routing import EditAddress
from dashboard.arguments import DOCUMENT, carries
from dashboard.guard import policy
from dashboard.live import Live
from dashboard.present.routing.versions import EDIT_PATH, STATE_WORDS
from dashboard.state.asking import Trouble, ask
from dashboard.state.forms import Fields, texts
from dashboard.views.routing import Checked, Opened
from models.enums import Permission, StrategyStatus
from models.errors import ErrorCode

Typed = Annotated[str, Field(max_length=DOCUMENT.text)]
Note = Annotated[str, Field(max_length=500)]
Line = Annotated[int, Field(ge=1, le=DOCUMENT.text)]
Key = Annotated[str, Field(max_length=120)]


class EditState(rx.State):
    """One version, open in the editor. `text` is what the editor is given; what is typed stays in `_typed`."""

    ready: bool = False
    trouble: str = ""
    opened: Opened = Opened()
    state_word: str = ""
    chosen: str = ""
    text: str = ""
    revision: int = 0
    jump: str = ""
    checked: Checked = Checked()
    faults_word: str = ""
    changes_word: str = ""
    note: str = ""
    view: str = "words"
    said: str = ""
    conflict: str = ""
    may_save: bool = False
    may_activate: bool = False
    may_archive: bool = False
    activate_hint: str = ""
    _typed: str = ""
    _address: str = ""

    @rx.event
    @policy(Permission.ROUTING_READ)
    async def open(self) -> Any:
        """Open what the address asks for; the same address again keeps what is typed."""
        address = EditAddress.parse(self.router.url.query_parameters)
        same, said = self._address == address.href(EDIT_PATH), self.said
        if not self.ready or not same or self._typed == self.opened.text:
            await self._open(address)
        if same:  # as after a save, which leads here
            self.said = said
        return Live.subscribe

    @rx.event
    @policy(Permission.ROUTING_READ)
    def choose(self, key: Key) -> Any:
        """Open another version: "name:version"."""
        name, _, version = key.rpartition(":")
        number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
        return rx.redirect(EditAddress(name=name, version=number).href(EDIT_PATH))

    @rx.event
    @policy(Permission.ROUTING_READ)
    @carries(DOCUMENT)
    async def typed(self, text: Typed) -> None:
        """Take what is typed and say what it comes to."""
        self._typed = text
        self.said = ""
        await self._check()

    @rx.event
    @policy(Permission.ROUTING_READ)
    def go_to(self, line: Line) -> None:
        """Put the cursor on a line."""
        count = int(self.jump.partition(":")[2] or 0) + 1  # so that the same line is gone to again
        self.jump = f"{line}:{count}"

    @rx.event
    @policy(Permission.ROUTING_READ)
    def show(self, view: Literal["words", "changes"]) -> None:
        """Show the strategy in words, or what differs from the active version."""
        self.view = view

    @rx.event
    @policy(Permission.ROUTING_WRITE)
    def set_note(self, note: Note) -> None:
        """Take the note of the next save."""
        self.note = note

    @rx.event
    @policy(Permission.ROUTING_WRITE)
    async def save(self) -> Any:
        """Save what is typed as a draft, unless somebody saved since this was opened."""
        return await self._save(self.opened.tag)

    @rx.event
    @policy(Permission.ROUTING_WRITE)
    async def submit(self, fields: Fields) -> Any:
        """Save with the note that stands in the form."""
        self.note = texts(fields).get("note", "")
        return await self._save(self.opened.tag)

    @rx.event
    @policy(Permission.ROUTING_WRITE)
    async def save_over(self) -> Any:
        """Save what is typed as the newest draft, now that the other one is known; the other stays as a version."""
        return await self._save("*")

    @rx.event
    @policy(Permission.ROUTING_READ)
    async def take_theirs(self) -> Any:
        """Show what the other one saved."""
        self.conflict = ""
        await self._open(EditAddress())
        return rx.redirect(EDIT_PATH, replace=True)

    @rx.event
    @policy(Permission.ROUTING_WRITE)
    async def activate(self) -> None:
        """Make the opened version the active one."""
        if not self.may_activate:
            self.said = self.activate_hint
            return
        opened = self.opened
        await self._do(
            lambda door, asker: door.activate_strategy(asker, opened.name, opened.version),
            "This version is active now: orders that are routed from now on follow it.",
        )

    @rx.event
    @policy(Permission.ROUTING_WRITE)
    async def archive(self) -> None:
        """Put the opened draft aside."""
        opened = self.opened
        await self._do(
            lambda door, asker: door.archive_strategy(asker, opened.name, opened.version, tag=opened.tag),
            "Archived. It is kept: activate it, or save it again as a draft.",
        )

    async def _do(self, what: Any, said: str) -> None:
        try:
            await ask(self, what)
        except Trouble as trouble:
            self.said = str(trouble)
            return
        await self._open(EditAddress(name=self.opened.name, version=self.opened.version))
        self.said = said

    async def _save(self, tag: str) -> Any:
        text, name, note, before = self._typed, self.opened.name, self.note, self.opened.version
        try:
            version = await ask(self, lambda door, asker: door.save_strategy(asker, name, text, note=note, tag=tag))
        except Trouble as trouble:
            if trouble.code is ErrorCode.STALE:
                self.conflict = f"{trouble} Your text is still here; nothing of it was lost."
            else:
                self.said = str(trouble)
            return None
        self.conflict, self.note = "", ""
        address = EditAddress(name=name, version=version)
        await self._open(address)
        self.said = (
            f"Saved as version {version}, a draft. The active version is as it was."
            if version != before
            else f"This is what version {version} says already; nothing was saved."
        )
        return rx.redirect(address.href(EDIT_PATH), replace=True)

    async def _open(self, address: EditAddress) -> None:
        try:
            opened = await ask(self, lambda door, asker: door.open_strategy(asker, address))
        except Trouble as trouble:
            self.trouble = str(trouble)
            return
        self.trouble, self.ready, self.said, self.conflict = "", True, "", ""
        self._address = address.href(EDIT_PATH)
        self.opened, self._typed, self.text = opened, opened.text, opened.text
        self.chosen = f"{opened.name}:{opened.version}"
        self.state_word = STATE_WORDS.get(StrategyStatus(opened.state), "") if opened.state else ""
        self.revision += 1
        await self._check()

    async def _check(self) -> None:
        text = self._typed
        try:
            self.checked = await ask(self, lambda door, asker: door.check_strategy(asker, text))
        except Trouble as trouble:
            self.trouble = str(trouble)
            return
        faults, changed = len(self.checked.faults), len(self.checked.changes)
        self.faults_word = f"{faults} {'thing is' if faults == 1 else 'things are'} wrong"
        self.changes_word = str(changed) if changed else ""
        self._allow()

    def _allow(self) -> None:
        """Say which buttons do something now, and why not."""
        opened, dirty, right = self.opened, self._typed != self.opened.text, not self.checked.faults
        write = opened.may_write
        waits = opened.state in (StrategyStatus.DRAFT, StrategyStatus.ARCHIVED)
        again = opened.state in ("", StrategyStatus.ARCHIVED)  # as it is, it may become a draft
        self.may_save = write and right and (dirty or again)
        self.may_activate = write and right and not dirty and waits
        self.may_archive = opened.may_write and not dirty and opened.state == StrategyStatus.DRAFT
        self.activate_hint = "" if self.may_activate else "Save it as a draft first, with nothing wrong in it."
