"""What the Inventory page shows now, and what is done to stock."""

from __future__ import annotations

import time
from typing import Annotated, Any

import reflex as rx
from pydantic import Field

from dashboard.address import InventoryAddress
from dashboard.guard import policy
from dashboard.live import follow
from dashboard.present.inventory import PATH
from dashboard.present.reading import with_faults
from dashboard.present.stock_forms import StockAction, form
from dashboard.state.asking import Trouble, ask
from dashboard.state.showing import Shows
from dashboard.views.common import Choice, Column, Pager
from dashboard.views.forms import Form
from dashboard.views.inventory import SegmentCard, StockLine, StockPanel
from models.enums import Permission
from models.errors import ErrorCode

Text = Annotated[str, Field(max_length=200)]

#: Sums go over the whole network: they are renewed this often at most, however much happens.
SUM_SECONDS = 10.0

_SAID = {
    StockAction.ADJUST: "Adjusted. The movement stands below.",
    StockAction.COUNT: "The count is written down.",
    StockAction.KEEP: "These units are kept back from now on.",
    StockAction.BLOCK: "Blocked: no order is routed here for this product.",
    StockAction.UNBLOCK: "Orders may be routed here for this product again.",
    StockAction.ANNOUNCE: "The arrival is announced.",
    StockAction.CALL_OFF: "The arrival is called off. Orders that waited for it are promised other units, or wait.",
    StockAction.RECEIVE: "Received: the units are on hand.",
}

_LISTS = ("sides", "lows", "columns", "rows", "segments")
_SHOWN = ("title", "code", "up", "pager", "csv", "panel", "may_fence", *_LISTS)


class InventoryState(Shows, rx.State):
    """Stock by product and by location, and one balance whole."""

    missing: bool = False
    title: str = ""
    code: str = ""
    up: str = ""
    by: str = ""
    search: str = ""
    filtered: bool = False
    sides: list[Choice] = []
    lows: list[Choice] = []
    columns: list[Column] = []
    rows: list[StockLine] = []
    pager: Pager = Pager()
    csv: str = ""
    panel: StockPanel = StockPanel()
    form: Form = Form()
    segments: list[SegmentCard] = []
    may_fence: bool = False
    view: str = ""
    said: str = ""
    _summed_at: float = 0.0
    _seen: int = 0

    @rx.event
    @policy(Permission.INVENTORY_READ)
    async def open(self) -> None:
        """Show what the address asks for; runs whenever it changes."""
        address = self._address()
        self.view = address.view
        self.search, self.by = address.q, address.by.value
        self.filtered = bool(address.q or address.low)
        if (self.panel.at, self.panel.of) != (address.at, address.of):
            self.form, self.said = Form(), ""
        await self._load()
        await follow(self)

    async def _reload(self) -> None:
        if self._address().summed and not self.panel.at and time.monotonic() - self._summed_at < SUM_SECONDS:
            return
        await self._load()

    @rx.event
    @policy(Permission.INVENTORY_READ)
    def find(self, text: Text) -> Any:
        """Search by code or name."""
        self.search = text
        return rx.redirect(self._address().href(PATH, q=text.strip(), at="", of=""), replace=True)

    @rx.event
    @policy(Permission.INVENTORY_WRITE)
    def begin(self, action: StockAction, about: Text) -> None:
        """Open the form of an action; `about` is the arrival or the lot it is for, as it stands on screen."""
        self.said, self._seen = "", self.panel.version
        self.form = form(action, self._presets(action, about))

    @rx.event
    @policy(Permission.INVENTORY_READ)
    def leave(self) -> None:
        """Close the form and change nothing."""
        self.form = Form()

    @rx.event
    @policy(Permission.INVENTORY_WRITE)
    async def confirm(self, given: dict[str, Annotated[str, Field(max_length=500)]]) -> None:
        """Carry out what was typed; what is wrong is said at its field and nothing changes."""
        if not self.form.action or not self.panel.at:
            return
        action, at, of, seen = StockAction(self.form.action), self.panel.at, self.panel.of, self._seen
        try:
            await ask(
                self,
                lambda door, asker: door.change_stock(asker, action, given, location=at, sku=of, version=seen),
            )
        except Trouble as trouble:
            self.form = with_faults(self.form, trouble.faults, given, str(trouble))
            if trouble.code is ErrorCode.STALE:
                self._seen = 0  # set when begun anew
        else:
            self.form, self.said = Form(), _SAID[action]
        await self._load()

    def _presets(self, action: StockAction, about: str) -> dict[str, str]:
        if action is StockAction.RECEIVE:
            units = next((one.units for one in self.panel.arrivals if one.reference == about), "")
            return {"reference": about, "quantity": units}
        if action is StockAction.CALL_OFF:
            return {"reference": about}
        if action is StockAction.KEEP:
            return {"safety_stock": self.panel.safety_stock, "floor": self.panel.floor}
        lot = next((one for one in self.panel.lots if one.key == about), None)
        if lot is None:
            return {}
        return {"lot": lot.lot, "expires_on": lot.expires_on, "condition": lot.condition}

    async def _load(self) -> None:
        address = self._address()
        try:
            screen = await ask(self, lambda door, asker: door.inventory(asker, address))
        except Trouble as trouble:
            self.missing = trouble.code is ErrorCode.NOT_FOUND
            self.trouble = "" if self.missing else str(trouble)
            return
        self._summed_at = time.monotonic()
        self.missing = False
        self._take(screen, _SHOWN)

    def _address(self) -> InventoryAddress:
        return InventoryAddress.parse(self.router.url.query_parameters)
