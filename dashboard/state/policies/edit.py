"""What the editor of alert policies holds now: the text as somebody types it, what it comes to, saving, retiring. What
is saved holds at once, so it is asked before."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import reflex as rx
from pydantic import Field

from dashboard.address.policies import PolicyAddress
from dashboard.arguments import DOCUMENT, carries
from dashboard.guard import policy
from dashboard.live import Live
from dashboard.present.policies.editing import EDIT_PATH
from dashboard.state.asking import ask
from dashboard.state.editing import ANY, Edits, Key, Line, Typed, key_of
from dashboard.state.forms import Fields, texts
from dashboard.views.editing import Checked, Opened
from dashboard.views.policies import CheckedPolicy, OpenedPolicy
from models.enums import DefinitionStatus, Permission

LONGEST_NOTE = 200
Note = Annotated[str, Field(max_length=LONGEST_NOTE)]


class PolicyState(Edits, rx.State):
    """One version of a policy, open in the editor. `code` is what a new one will be called; `asks`: somebody is asked
    whether to save."""

    opened: OpenedPolicy = OpenedPolicy()
    checked: CheckedPolicy = CheckedPolicy()
    code: str = ""
    asks: bool = False
    may_retire: bool = False
    _typed: str = ""
    _address: str = ""
    _over: bool = False

    @rx.event
    @policy(Permission.ALERTS_READ)
    async def open(self) -> Any:
        """Open what the address asks for; the same address again keeps what is typed."""
        address = PolicyAddress.parse(self.router.url.query_parameters)
        self.asks = False
        if self._at(address) != self._address:
            self.view = "words"
        await self._arrive(address)
        return Live.subscribe

    @rx.event
    @policy(Permission.ALERTS_READ)
    def choose(self, key: Key) -> Any:
        """Open another version: "code:number"."""
        code, version = key_of(key)
        return rx.redirect(PolicyAddress(code=code, version=version or 0).href(EDIT_PATH))

    @rx.event
    @policy(Permission.ALERTS_READ)
    @carries(DOCUMENT)
    async def typed(self, text: Typed) -> None:
        """Take what is typed and say what it comes to."""
        self._typed = text
        self.said = ""
        await self._check()

    @rx.event
    @policy(Permission.ALERTS_READ)
    def go_to(self, line: Line) -> None:
        """Put the cursor on a line."""
        self._jump_to(line)

    @rx.event
    @policy(Permission.ALERTS_READ)
    def show(self, view: Literal["words", "changes", "history"]) -> None:
        """Show what it says, what differs from the version that holds, or all versions."""
        self.view = view

    @rx.event
    @policy(Permission.POLICIES_WRITE)
    def set_note(self, note: Note) -> None:
        """Take the note of the next save."""
        self.note = note

    @rx.event
    @policy(Permission.POLICIES_WRITE)
    def set_code(self, code: Key) -> None:
        """Take what a new policy will be called."""
        self.code = code

    @rx.event
    @policy(Permission.POLICIES_WRITE)
    def save(self) -> None:
        """Ask whether to save what is typed."""
        self._ask(over=False)

    @rx.event
    @policy(Permission.POLICIES_WRITE)
    def submit(self, fields: Fields) -> None:
        """Ask whether to save, with the note, and the code of a new policy, that stand in the form."""
        said = texts(fields)
        self.note, self.code = said.get("note", "")[:LONGEST_NOTE], said.get("code", self.code)
        self._ask(over=False)

    @rx.event
    @policy(Permission.POLICIES_WRITE)
    def save_over(self) -> None:
        """Ask whether to save what is typed after what the other one saved, which stays as a version."""
        self._ask(over=True)

    @rx.event
    @policy(Permission.ALERTS_READ)
    def leave(self) -> None:
        """Save nothing yet."""
        self.asks = False

    @rx.event
    @policy(Permission.POLICIES_WRITE)
    async def confirm(self, _fields: Fields) -> Any:
        """Save what is typed: it holds at once."""
        if not (self.asks and self.may_save):
            return None
        self.asks = False
        return await self._save(ANY if self._over else self.opened.tag)

    @rx.event
    @policy(Permission.ALERTS_READ)
    async def take_theirs(self) -> Any:
        """Show what the other one saved."""
        self.conflict = ""
        theirs = PolicyAddress(code=self.opened.name)
        await self._open(theirs)
        return rx.redirect(theirs.href(EDIT_PATH), replace=True)

    @rx.event
    @policy(Permission.POLICIES_WRITE)
    async def retire(self) -> None:
        """Let no version of this policy hold any more."""
        opened = self.opened
        await self._do(
            lambda door, asker: door.retire_policy(asker, opened.name, opened.active),
            "Retired: it watches nothing any more.",
        )

    def _ask(self, *, over: bool) -> None:
        self._over = over
        self.asks = self.may_save
        if not self.may_save:
            self.said = self.activate_hint

    async def _read(self, address: PolicyAddress) -> Opened:
        opened = await ask(self, lambda door, asker: door.open_policy(asker, address))
        self.code = opened.name
        return opened

    async def _weigh(self, text: str) -> Checked:
        code = "" if self.opened.fresh else self.opened.name
        return await ask(self, lambda door, asker: door.check_policy(asker, text, code=code))

    async def _put(self, text: str, *, note: str, tag: str) -> PolicyAddress:
        fresh, code = self.opened.fresh, self.code.strip() if self.opened.fresh else self.opened.name
        known = 0 if fresh else None if tag == ANY else int(tag)
        version = await ask(self, lambda door, asker: door.save_policy(asker, code, text, note=note, known=known))
        return PolicyAddress(code=code, version=version)

    def _saved(self, version: int, before: int) -> str:
        if version == before:
            return f"This is what version {version} says already; nothing was saved."
        return f"Saved as version {version}: it holds from now on."

    def _at(self, address: PolicyAddress) -> str:
        return address.href(EDIT_PATH)

    def _here(self) -> PolicyAddress:
        return PolicyAddress(code=self.opened.name, version=self.opened.version)

    def _allow(self) -> None:
        opened, right = self.opened, not self.checked.faults
        changed = self._dirty() or opened.fresh or opened.state != DefinitionStatus.ACTIVE
        self.may_save = opened.may_write and right and changed
        self.may_retire = opened.may_write and opened.active > 0
        self.activate_hint = "" if self.may_save else _NOTHING if right else _FAULTS


_NOTHING = "This is what holds already."
_FAULTS = "Put right what is marked first; nothing was saved."
