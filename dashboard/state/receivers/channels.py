"""What the page Channels shows now, the form that is open, and what is done to a channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from dashboard.arguments import carries
from dashboard.guard import policy
from dashboard.present.receivers.channel_form import EDIT, KIND, SECRETS, at_fields
from dashboard.present.receivers.listing import CHANNELS_PATH
from dashboard.state.asking import Trouble, ask
from dashboard.state.forms import texts
from dashboard.state.receivers.bounds import FORM, Given
from dashboard.state.receivers.receivers import Receivers
from dashboard.views.forms import Form
from dashboard.views.receivers import ReceiversScreen, Tried
from models.enums import Permission


class ChannelsState(Receivers, rx.State):
    """Where alerts go."""

    tried: Tried = Tried()
    _kind: str = ""

    @rx.event
    @policy(Permission.CHANNELS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        if await self._arrive():
            self.tried = Tried()

    @rx.event
    @policy(Permission.CHANNELS_READ)
    async def show_news(self) -> None:
        """Put the list in order."""
        await self._load()

    @rx.event
    @policy(Permission.CHANNELS_WRITE)
    async def begin(self) -> None:
        """Ask for the kind of a new channel."""
        await self._open_form(lambda door, asker: (door.channel_kinds(asker), 0))

    @rx.event
    @policy(Permission.CHANNELS_WRITE)
    async def edit(self) -> None:
        """Open the form of the opened channel."""
        code = self.detail.code
        await self._open_form(lambda door, asker: door.channel_form(asker, code))

    @rx.event
    @policy(Permission.CHANNELS_READ)
    def leave(self) -> None:
        """Close the form and change nothing."""
        self.form = Form()

    @rx.event
    @policy(Permission.CHANNELS_WRITE)
    @carries(FORM)
    async def save(self, given: Given) -> Any:
        """Write what was typed; what is wrong is said at its field and nothing changes."""
        fields = texts(given)
        if self.form.action == KIND:
            self._kind = kind = fields.get("kind", "")[:64]
            await self._open_form(lambda door, asker: (door.new_channel_form(asker, kind), 0))
            return None
        try:
            return await self._write(fields)
        except Trouble as trouble:
            self._refuse(trouble, fields, at_fields=at_fields, secrets=SECRETS)
            return None

    @rx.event
    @policy(Permission.CHANNELS_WRITE)
    async def test(self) -> None:
        """Send a message that tells of nothing, and show how it fares."""
        code = self.detail.code
        self._say("")
        try:
            self.tried = await ask(self, lambda door, asker: door.test_channel(asker, code))
        except Trouble as trouble:
            self.tried = Tried()
            self._say(str(trouble), refused=True)

    @rx.event
    @policy(Permission.CHANNELS_READ)
    async def look_again(self) -> None:
        """Show how the test message fares; the page asks while there is no answer."""
        if not self.tried.waits:
            return
        delivery = self.tried.delivery
        try:
            self.tried = await ask(self, lambda door, asker: door.tried(asker, delivery))
        except Trouble as trouble:
            self.tried = Tried()
            self._say(str(trouble), refused=True)
        await self._load()

    @rx.event
    @policy(Permission.CHANNELS_WRITE)
    async def pause(self) -> None:
        """Send nothing to the opened channel until it goes on."""
        code, seen = self.detail.code, self.detail.version
        await self._do(lambda door, asker: door.pause_channel(asker, code, version=seen), "Paused.")

    @rx.event
    @policy(Permission.CHANNELS_WRITE)
    async def resume(self) -> None:
        """Send to the opened channel again, what waits first."""
        code, seen = self.detail.code, self.detail.version
        await self._do(lambda door, asker: door.resume_channel(asker, code, version=seen), "It goes on.")

    @rx.event
    @policy(Permission.CHANNELS_WRITE)
    async def rotate(self) -> None:
        """Make a new secret and show it once; the one before is good for a while."""
        code, seen = self.detail.code, self.detail.version
        made = await self._do(lambda door, asker: door.rotate_channel(asker, code, version=seen), "")
        self.secret = made or ""

    @rx.event
    @policy(Permission.CHANNELS_WRITE)
    async def delete(self) -> Any:
        """Delete the opened channel, with what is owed to it."""
        code, seen, close = self.detail.code, self.detail.version, self.detail.close
        try:
            await ask(self, lambda door, asker: door.delete_channel(asker, code, version=seen))
        except Trouble as trouble:
            self._say(str(trouble), refused=True)
            return None
        return rx.redirect(close, replace=True)

    async def _write(self, fields: dict[str, str]) -> Any:
        """Write what was typed into the open form; raises Trouble."""
        if self.form.action == EDIT:
            code, seen = self.detail.code, self._seen
            await ask(self, lambda door, asker: door.change_channel(asker, code, fields, version=seen))
            await self._saved("Saved. What is sent from now on goes that way.")
            return None
        if not self.form.action:
            return None
        kind = self._kind
        code, secret = await ask(self, lambda door, asker: door.make_channel(asker, kind, fields))
        self.tried = Tried()
        return self._made(code, secret, "Made. Send a test to see whether it arrives.")

    async def _screen(self, keep: Sequence[str]) -> ReceiversScreen:
        address = self._address()
        return await ask(self, lambda door, asker: door.channels(asker, address))

    def _path(self) -> str:
        return CHANNELS_PATH
