"""What every editor of a versioned document does: open a version, look at what is typed, save unless somebody saved
first. Who may run its handlers each page says itself: no event handler is here. Its parts are
`dashboard/components/editing/parts.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import reflex as rx
from pydantic import Field

from dashboard.address import Address
from dashboard.arguments import DOCUMENT
from dashboard.state.asking import Trouble, ask
from dashboard.views.editing import Checked, Opened
from models.errors import ErrorCode

Typed = Annotated[str, Field(max_length=DOCUMENT.text)]
Line = Annotated[int, Field(ge=1, le=DOCUMENT.text)]
Note = Annotated[str, Field(max_length=500)]
Key = Annotated[str, Field(max_length=120)]

#: Save whatever others saved meanwhile.
ANY = "*"


class Edits(rx.State, mixin=True):
    """One version, open in the editor. `text` is what the editor is given; what is typed stays in `_typed`. `other` is
    what changes are shown against, in a word. Pages add `opened`, `checked`, `_typed` and `_address`."""

    ready: bool = False
    trouble: str = ""
    chosen: str = ""
    text: str = ""
    revision: int = 0
    jump: str = ""
    faults_word: str = ""
    changes_word: str = ""
    note: str = ""
    view: str = "words"
    other: str = "Active"
    said: str = ""
    conflict: str = ""
    may_save: bool = False
    may_activate: bool = False
    activate_hint: str = ""
    if TYPE_CHECKING:
        opened: Any
        checked: Any
        _typed: str
        _address: str

    async def _read(self, address: Any) -> Opened:
        """Return what an address opens; raises Trouble."""
        raise NotImplementedError

    async def _weigh(self, text: str) -> Checked:
        """Return what the text comes to; raises Trouble."""
        raise NotImplementedError

    async def _put(self, text: str, *, note: str, tag: str) -> Address:
        """Save the text as a draft and return where it is; raises Trouble, STALE when somebody saved since `tag`."""
        raise NotImplementedError

    def _at(self, address: Any) -> str:
        """Return the link to what an address opens."""
        raise NotImplementedError

    def _allow(self) -> None:
        """Say which buttons do something now, and why not."""
        raise NotImplementedError

    def _dirty(self) -> bool:
        return bool(self._typed != self.opened.text)

    def _jump_to(self, line: int) -> None:
        count = int(self.jump.partition(":")[2] or 0) + 1  # so that the same line is gone to again
        self.jump = f"{line}:{count}"

    async def _arrive(self, address: Any) -> None:
        """Open what an address asks for; the same address again keeps what is typed."""
        same, said = self._address == self._at(address), self.said
        if not self.ready or not same or not self._dirty():
            await self._open(address, anew=not same)
        else:  # the page may have been loaded anew: it gets back what was typed
            self.text, self.revision = self._typed, self.revision + 1
        if same:  # as after a save, which leads here
            self.said = said

    async def _open(self, address: Any, *, anew: bool = True) -> None:
        """Open it; unless `anew`, the field is left alone while its text is the same: somebody may be typing by now."""
        try:
            opened = await self._read(address)
        except Trouble as trouble:
            self.trouble = str(trouble)
            return
        self.trouble, self.ready, self.said, self.conflict = "", True, "", ""
        self._address = self._at(address)
        self.revision += anew or opened.text != self.text
        self.opened, self._typed, self.text = opened, opened.text, opened.text
        self.chosen = f"{opened.name}:{opened.version}"
        await self._check()

    async def _check(self) -> None:
        try:
            self.checked = await self._weigh(self._typed)
        except Trouble as trouble:
            self.trouble = str(trouble)
            return
        faults, changed = len(self.checked.faults), len(self.checked.changes)
        self.faults_word = f"{faults} {'thing is' if faults == 1 else 'things are'} wrong"
        self.changes_word = str(changed) if changed else ""
        self._allow()

    async def _save(self, tag: str) -> Any:
        before = self.opened.version
        try:
            address: Any = await self._put(self._typed, note=self.note, tag=tag)
        except Trouble as trouble:
            if trouble.code is ErrorCode.STALE:
                self.conflict = f"{trouble} Your text is still here; nothing of it was lost."
            else:
                self.said = str(trouble)
            return None
        self.conflict, self.note = "", ""
        await self._open(address)
        self.said = self._saved(address.version, before)
        return rx.redirect(self._at(address), replace=True)

    def _saved(self, version: int, before: int) -> str:
        """Return what is told of a save."""
        if version == before:
            return f"This is what version {version} says already; nothing was saved."
        return f"Saved as version {version}, a draft. The active version is as it was."

    async def _do(self, what: Any, said: str) -> None:
        """Do something with the opened version, say so and show it as it is then."""
        try:
            await ask(self, what)
        except Trouble as trouble:
            self.said = str(trouble)
            return
        await self._open(self._here())
        self.said = said

    def _here(self) -> Any:
        """Return the address of the opened version."""
        raise NotImplementedError


def key_of(key: str) -> tuple[str, int | None]:
    """Return what "name:version" means; None when it names no version."""
    name, _, version = key.rpartition(":")
    return name, int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
