"""Bins and wave rules over HTTP: where products lie, and how a location's waves are planned."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, Strict, StringConstraints

from backend.api.schemas.common import MAX_ITEMS, Body, Code, Name, ShownInstant, Word
from backend.waves.bins import BinInput, ProductBins
from backend.waves.settings import BOUNDS, EVERY_MINUTES, MOST_TIMES, Schedule, WaveSettings
from backend.waves.wave_rules import WaveRuleInput
from models.enums import Method, WaveKey, WaveLines

BinCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Zone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]
Count = Annotated[int, Strict(), Field(ge=0, le=1_000_000)]
Flag = Annotated[bool, Strict()]


class BinIn(Body):
    """A place such as `A-07-2` (aisle, bay, level), its zone, and the units there when they are counted by place."""

    bin: BinCode
    zone: Zone = ""
    units: Count | None = None


class ProductBinsIn(Body):
    """All places of one product; an empty list: it has none any more."""

    sku: Code
    bins: Annotated[list[BinIn], Field(max_length=50)]

    def to_input(self) -> ProductBins:
        """Return what the service takes."""
        return ProductBins(self.sku, tuple(BinInput(item.bin, item.zone, item.units) for item in self.bins))


class BinsIn(Body):
    """Where at most 1,000 products lie, all or none; other products are left alone."""

    items: Annotated[list[ProductBinsIn], Field(min_length=1, max_length=MAX_ITEMS)]


class BinOut(Body):
    """A product in a place."""

    bin: str
    zone: str
    sku: str
    units: int | None


def _bounded(name: str) -> Any:
    least, most = BOUNDS[name]
    return Field(ge=least, le=most)


Time = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class ScheduleIn(Body):
    """Every so many minutes of open hours, or at local times of days with open hours: one of the two."""

    every_minutes: Annotated[int, Strict(), Field(ge=EVERY_MINUTES[0], le=EVERY_MINUTES[1])] | None = None
    at: Annotated[tuple[Time, ...], Field(max_length=MOST_TIMES)] = ()


Words = Annotated[tuple[Word, ...], Field(max_length=100)]


class WaveSettingsIn(Body):
    """Which shipments (empty: all), how they are kept apart, how much a wave holds, how fast it is picked.

    Null is without limit. `cut_off_within_minutes`: only what leaves with a carrier within so many minutes.
    `measured_pace` scales the seconds by what this location's closed waves took.
    """

    methods: Annotated[tuple[Method, ...], Field(max_length=len(Method))] = ()
    service_levels: Words = ()
    carriers: Words = ()
    zones: Words = ()
    group_by: Annotated[tuple[WaveKey, ...], Field(max_length=len(WaveKey))] = ()
    lines: WaveLines = WaveLines.ANY
    max_shipments: Annotated[int, Strict(), _bounded("max_shipments")] = 40
    max_units: Annotated[int, Strict(), _bounded("max_units")] | None = None
    max_lines: Annotated[int, Strict(), _bounded("max_lines")] | None = None
    carts: Annotated[int, Strict(), _bounded("carts")] = 1
    slots_per_cart: Annotated[int, Strict(), _bounded("slots_per_cart")] | None = None
    min_units: Annotated[int, Strict(), _bounded("min_units")] = 0
    max_waves: Annotated[int, Strict(), _bounded("max_waves")] | None = None
    fill_percent: Annotated[int, Strict(), _bounded("fill_percent")] = 80
    cut_off_within_minutes: Annotated[int, Strict(), _bounded("cut_off_within_minutes")] | None = None
    pickers: Annotated[int, Strict(), _bounded("pickers")] = 1
    set_up_seconds: Annotated[int, Strict(), _bounded("set_up_seconds")] = 120
    stop_seconds: Annotated[int, Strict(), _bounded("stop_seconds")] = 20
    unit_seconds: Annotated[int, Strict(), _bounded("unit_seconds")] = 6
    measured_pace: Flag = True
    release: Annotated[Flag, Field(description="Waves of the schedule go to the floor at once.")] = False
    schedule: ScheduleIn | None = None

    def to_settings(self) -> WaveSettings:
        """Return what the service takes."""
        stated = {name: getattr(self, name) for name in type(self).model_fields}
        when = None if self.schedule is None else Schedule(self.schedule.every_minutes, self.schedule.at)
        return WaveSettings(**{**stated, "schedule": when})


class WaveRuleIn(Body):
    """How waves of a location are planned; one that is not active never runs by itself."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Parcels before the truck",
                "settings": {
                    "methods": ["ship"],
                    "group_by": ["carrier", "lines"],
                    "max_shipments": 24,
                    "slots_per_cart": 24,
                    "schedule": {"at": ["09:30", "13:00", "15:30"]},
                },
            }
        }
    )

    name: Name
    settings: WaveSettingsIn
    active: Flag = True

    def to_input(self) -> WaveRuleInput:
        """Return what the service takes."""
        return WaveRuleInput(self.name, self.settings.to_settings(), self.active)


class WaveRuleOut(Body):
    """A rule; `next_run_at` null: only by hand."""

    location: str
    code: str
    name: str
    settings: dict[str, Any]
    active: bool
    next_run_at: ShownInstant | None
    last_run_at: ShownInstant | None
    version: int
    updated_at: ShownInstant
