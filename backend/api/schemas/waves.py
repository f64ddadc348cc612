"""Pick waves over HTTP. How a plan is limited is `wave_rules.py` beside this, how rows are shown `wave_views.py`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, Strict

from backend.api.schemas.common import MAX_ITEMS, Body, Code, Reason, ShownInstant
from backend.api.schemas.wave_rules import Flag, WaveSettingsIn
from backend.waves.planning import MOST_NAMED, Ask
from backend.waves.rules import Counted, Missing, WaveCommand
from backend.waves.service import CloseAsk
from models.enums import Compliance, LeftOutReason, Method, ShipmentStatus
from models.floor import WaveShare, WaveStatus

Key = Annotated[int, Strict(), Field(ge=1, lt=2**63)]


class PlanIn(Body):
    """What to plan: a location's open shipments by a `rule` or by `settings`, or exactly these `shipments` as one wave.

    With both, `settings` count. Nothing stated: the usual settings.
    """

    location: Code
    rule: Code | None = None
    settings: WaveSettingsIn | None = None
    shipments: Annotated[list[Key], Field(min_length=1, max_length=MOST_NAMED)] | None = None

    def to_ask(self) -> Ask:
        """Return what the service takes."""
        settings = self.settings.to_settings() if self.settings else None
        return Ask(self.location, self.rule, settings, tuple(self.shipments or ()))


class WaveIn(PlanIn):
    """What to plan and keep; `release`: send the waves to the floor at once."""

    release: Flag = False


class PlannedShipmentOut(Body):
    """A shipment of a planned wave; `slot` on the put wall, null when it needs none."""

    id: int
    slot: int | None
    due_at: ShownInstant | None
    cutoff_at: ShownInstant | None


class PlannedWaveOut(Body):
    """A wave as it would be; `stops` in walking order."""

    why: str
    group: dict[str, str]
    shipments: list[PlannedShipmentOut]
    stops: list[str]
    units: int
    lines: int
    start_at: ShownInstant
    predicted_finish_at: ShownInstant
    due_at: ShownInstant | None
    latest_safe_start_at: ShownInstant | None
    late: bool


class LeftOutOut(Body):
    """A shipment that is in no wave, and why."""

    shipment: int
    reason: LeftOutReason
    why: str


class PlanOut(Body):
    """What would be planned now. Of a long plan the first thousand that are left out are named, all are counted."""

    location: str
    waves: list[PlannedWaveOut]
    left_out: list[LeftOutOut]
    left_out_counts: dict[LeftOutReason, int]


class WaveOut(Body):
    """A wave. `picked` of `units` are picked; `finish_at` is predicted from now on while it is open, and `late` then
    says that something in it will be picked too late."""

    id: int
    number: int
    location: str
    status: WaveStatus
    next: list[WaveCommand]
    rule: str | None
    parent_id: int | None
    shipments: int
    units: int
    lines: int
    stops: int
    picked: int
    why: str
    due_at: ShownInstant | None
    cutoff_at: ShownInstant | None
    latest_safe_start_at: ShownInstant | None
    predicted_finish_at: ShownInstant | None
    finish_at: ShownInstant | None
    late: bool
    created_by: str
    created_at: ShownInstant
    released_at: ShownInstant | None
    started_at: ShownInstant | None
    closed_at: ShownInstant | None
    version: int


class MemberLineOut(Body):
    """A line of a shipment in a wave."""

    sku: str
    quantity: int
    picked: int


class MemberOut(Body):
    """A shipment that is or was in a wave."""

    id: int
    order_id: int
    order_external_id: str
    place: int
    slot: int | None
    share: WaveShare
    status: ShipmentStatus
    method: Method
    sla_status: Compliance | None
    sla_due_at: ShownInstant | None
    claimed_by: str | None
    lines: list[MemberLineOut]


class WholeWaveOut(WaveOut):
    """A wave with its stops in walking order and its shipments; `recovery` are the waves that recover it."""

    walk: list[dict[str, Any]]
    members: list[MemberOut]
    settings: dict[str, Any]
    recovery: list[int]


class WavesOut(Body):
    """The waves that were made, and who is in none."""

    items: list[WaveOut]
    left_out: list[LeftOutOut]
    left_out_counts: dict[LeftOutReason, int]


class ShortIn(Body):
    """What was looked for and not found; without `missing`, all of it that is not picked."""

    shipment: Key
    sku: Code
    missing: Annotated[int, Strict(), Field(ge=1, le=1_000_000)] | None = None


class CountedIn(Body):
    """How many units of a product of a shipment are picked: what was scanned, and what was not but is in hand too."""

    shipment: Key
    sku: Code
    picked: Annotated[int, Strict(), Field(ge=0, le=1_000_000)]


class CloseIn(Body):
    """How a wave is closed: what is `picked` by count is in hand; what was not found (`short`) goes on by the `reason`;
    what was not tried makes a recovery wave."""

    picked: Annotated[tuple[CountedIn, ...], Field(max_length=MAX_ITEMS)] = ()
    short: Annotated[tuple[ShortIn, ...], Field(max_length=MAX_ITEMS)] = ()
    reason: Reason = "not_found"
    recovery: Flag = True

    def to_ask(self) -> CloseAsk:
        """Return what the service takes."""
        missing = tuple(Missing(item.shipment, item.sku, item.missing) for item in self.short)
        picked = tuple(Counted(item.shipment, item.sku, item.picked) for item in self.picked)
        return CloseAsk(missing, self.reason, self.recovery, picked)
