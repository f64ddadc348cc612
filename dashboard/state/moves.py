"""What is done to a shipment that does not go as planned, from wherever a page shows one: the form that is open, what
became of it. Pages show it with `dashboard/components/moves.py`."""

from __future__ import annotations

from typing import Annotated

import reflex as rx
from pydantic import Field

from backend.fulfillment.offers import Move
from dashboard.guard import policy
from dashboard.present.moves import AT_ONCE
from dashboard.present.reading import with_faults
from dashboard.state.asking import Trouble, ask
from dashboard.state.forms import Fields, texts
from dashboard.views.forms import Form
from models.enums import Permission
from models.errors import ErrorCode

Id = Annotated[int, Field(ge=1, lt=2**53)]
Version = Annotated[int, Field(ge=0, lt=2**53)]
_CHANGED = "Somebody changed this shipment first; nothing was done. You see it as it is now: look again, then decide."


class MovesState(rx.State):
    """One move at a time."""

    form: Form = Form()
    said: str = ""
    refused: bool = False
    _shipment: int = 0
    _version: int = 0  # of the shipment as it was seen

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    async def begin(self, shipment: Id, version: Version, move: Move) -> None:
        """Open the form of a move; what asks for nothing is done at once."""
        self._say("")
        self._shipment, self._version = shipment, version
        if move in AT_ONCE:
            await self._do(move, {})
            return
        try:
            self.form, self._version = await ask(self, lambda door, asker: door.move_form(asker, shipment, move))
        except Trouble as trouble:
            self._say(str(trouble), refused=True)

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    def leave(self) -> None:
        """Close the form and change nothing."""
        self.form = Form()

    @rx.event
    @policy(Permission.SHIPMENTS_WRITE)
    async def confirm(self, given: Fields) -> None:
        """Do what was asked for; what is wrong is said at its field and nothing changes."""
        if self.form.action:
            await self._do(Move(self.form.action), texts(given))

    async def _do(self, move: Move, given: dict[str, str]) -> None:
        shipment, version = self._shipment, self._version
        try:
            done = await ask(
                self, lambda door, asker: door.carry_out_move(asker, shipment, move, given, version=version)
            )
        except Trouble as trouble:
            self._refuse(trouble, given)
        else:
            self.form = Form()
            self._say(done)

    def _refuse(self, trouble: Trouble, given: dict[str, str]) -> None:
        if self.form.action and trouble.code is not ErrorCode.STALE:
            self.form = with_faults(self.form, trouble.faults, given, str(trouble))
            return
        self.form = Form()  # it showed what is not so any more
        self._say(_CHANGED if trouble.code is ErrorCode.STALE else str(trouble), refused=True)

    def _say(self, words: str, *, refused: bool = False) -> None:
        self.said, self.refused = words, refused


async def nothing_begun(state: rx.State) -> None:
    """Close what was open, and forget what was said, of another shipment or order; for the load of a page."""
    moves = await state.get_state(MovesState)
    moves.form, moves.said, moves.refused = Form(), "", False
