"""What the editor of strategies holds now: the text as somebody types it, what it comes to, saving and activating."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from dashboard.address.routing import EditAddress
from dashboard.arguments import DOCUMENT, carries
from dashboard.guard import policy
from dashboard.live import Live
from dashboard.present.routing.versions import EDIT_PATH
from dashboard.state.asking import ask
from dashboard.state.editing import ANY, Edits, Key, Line, Note, Typed, key_of
from dashboard.state.forms import Fields, texts
from dashboard.views.editing import Checked, Opened
from dashboard.views.routing import CheckedStrategy, OpenedStrategy
from models.enums import Permission, StrategyStatus


class EditState(Edits, rx.State):
    """One version of a strategy, open in the editor."""

    opened: OpenedStrategy = OpenedStrategy()
    checked: CheckedStrategy = CheckedStrategy()
    may_archive: bool = False
    _typed: str = ""
    _address: str = ""

    @rx.event
    @policy(Permission.ROUTING_READ)
    async def open(self) -> Any:
        """Open what the address asks for; the same address again keeps what is typed."""
        await self._arrive(EditAddress.parse(self.router.url.query_parameters))
        return Live.subscribe

    @rx.event
    @policy(Permission.ROUTING_READ)
    def choose(self, key: Key) -> Any:
        """Open another version: "name:version"."""
        name, version = key_of(key)
        return rx.redirect(EditAddress(name=name, version=version or 0).href(EDIT_PATH))

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
        self._jump_to(line)

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
        return await self._save(ANY)

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

    async def _read(self, address: EditAddress) -> Opened:
        return await ask(self, lambda door, asker: door.open_strategy(asker, address))

    async def _weigh(self, text: str) -> Checked:
        return await ask(self, lambda door, asker: door.check_strategy(asker, text))

    async def _put(self, text: str, *, note: str, tag: str) -> EditAddress:
        name = self.opened.name
        version = await ask(self, lambda door, asker: door.save_strategy(asker, name, text, note=note, tag=tag))
        return EditAddress(name=name, version=version)

    def _at(self, address: EditAddress) -> str:
        return address.href(EDIT_PATH)

    def _here(self) -> EditAddress:
        return EditAddress(name=self.opened.name, version=self.opened.version)

    def _allow(self) -> None:
        opened, dirty, right = self.opened, self._dirty(), not self.checked.faults
        write = opened.may_write
        waits = opened.state in (StrategyStatus.DRAFT, StrategyStatus.ARCHIVED)
        again = opened.state in ("", StrategyStatus.ARCHIVED)  # as it is, it may become a draft
        self.may_save = write and right and (dirty or again)
        self.may_activate = write and right and not dirty and waits
        self.may_archive = opened.may_write and not dirty and opened.state == StrategyStatus.DRAFT
        self.activate_hint = "" if self.may_activate else "Save it as a draft first, with nothing wrong in it."
