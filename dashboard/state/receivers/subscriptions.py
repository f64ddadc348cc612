"""What the page Subscriptions shows now, the form that is open, and what is done to a subscription."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import reflex as rx

from dashboard.arguments import carries
from dashboard.guard import policy
from dashboard.present.receivers.listing import SUBSCRIPTIONS_PATH
from dashboard.present.receivers.subscription_form import EDIT, NEW, REPLAY, at_fields
from dashboard.state.asking import Trouble, ask
from dashboard.state.forms import texts
from dashboard.state.receivers.bounds import FORM, Given
from dashboard.state.receivers.receivers import Receivers
from dashboard.views.forms import Form
from dashboard.views.receivers import ReceiversScreen
from models.enums import Permission


class SubscriptionsState(Receivers, rx.State):
    """Programs that are told of events."""

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes. Types to be told of open the form."""
        await self._arrive()
        types = self._address().types
        if types and self.may_write:
            await self._open_form(lambda door, asker: (door.new_subscription_form(asker, types), 0))

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_READ)
    async def show_news(self) -> None:
        """Put the list in order."""
        await self._load()

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_WRITE)
    async def begin(self) -> None:
        """Open the form of a new subscription."""
        await self._open_form(lambda door, asker: (door.new_subscription_form(asker), 0))

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_WRITE)
    async def edit(self) -> None:
        """Open the form of the opened subscription."""
        code = self.detail.code
        await self._open_form(lambda door, asker: door.subscription_form(asker, code))

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_WRITE)
    async def again(self) -> None:
        """Ask from which time on events shall be sent again."""
        code = self.detail.code
        await self._open_form(lambda door, asker: door.replay_form(asker, code))

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_READ)
    def leave(self) -> Any:
        """Close the form and change nothing."""
        self.form = Form()
        address = self._address()
        return rx.redirect(address.href(SUBSCRIPTIONS_PATH, types=""), replace=True) if address.types else None

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_WRITE)
    @carries(FORM)
    async def save(self, given: Given) -> Any:
        """Do what was typed; what is wrong is said at its field and nothing changes."""
        fields = texts(given)
        try:
            return await self._write(fields)
        except Trouble as trouble:
            self._refuse(trouble, fields, at_fields=at_fields, secrets=())
            return None

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_WRITE)
    async def pause(self) -> None:
        """Send nothing to the opened subscription until it goes on."""
        code, seen = self.detail.code, self.detail.version
        await self._do(lambda door, asker: door.pause_subscription(asker, code, version=seen), "Paused.")

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_WRITE)
    async def resume(self) -> None:
        """Send to the opened subscription again, what waits first."""
        code, seen = self.detail.code, self.detail.version
        await self._do(lambda door, asker: door.resume_subscription(asker, code, version=seen), "It goes on.")

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_WRITE)
    async def rotate(self) -> None:
        """Make a new secret and show it once; the one before is good for a while."""
        code, seen = self.detail.code, self.detail.version
        made = await self._do(lambda door, asker: door.rotate_subscription(asker, code, version=seen), "")
        self.secret = made or ""

    @rx.event
    @policy(Permission.SUBSCRIPTIONS_WRITE)
    async def delete(self) -> Any:
        """Delete the opened subscription, with what is owed to it."""
        code, seen, close = self.detail.code, self.detail.version, self.detail.close
        try:
            await ask(self, lambda door, asker: door.delete_subscription(asker, code, version=seen))
        except Trouble as trouble:
            self._say(str(trouble), refused=True)
            return None
        return rx.redirect(close, replace=True)

    async def _write(self, fields: dict[str, str]) -> Any:
        """Do what was typed into the open form; raises Trouble."""
        action, code, seen = self.form.action, self.detail.code, self._seen
        if action == NEW:
            made, secret = await ask(self, lambda door, asker: door.make_subscription(asker, fields))
            return self._made(made, secret, "Made. What happens from now on is sent to it.")
        if action == EDIT:
            await ask(self, lambda door, asker: door.change_subscription(asker, code, fields, version=seen))
            await self._saved("Saved.")
        if action == REPLAY:
            said = await ask(self, lambda door, asker: door.replay_subscription(asker, code, fields))
            await self._saved(said)
        return None

    async def _screen(self, keep: Sequence[str]) -> ReceiversScreen:
        address = replace(self._address(), types="")
        return await ask(self, lambda door, asker: door.subscriptions(asker, address))

    def _path(self) -> str:
        return SUBSCRIPTIONS_PATH
