"""The facts of what is printed, and no word about how it looks. Pure.

A pickup code is never among them: paper lies about. Prices are not either, a parcel may be a present.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.enums import Method

_ADDRESS = ("name", "company", "street", "address1", "address2", "line1", "line2", "postal_code", "zip", "city")
_REGION = ("state", "region", "province", "country")
#: Where people print on US Letter; elsewhere it is A4.
_LETTER_ZONES = ("America/", "US/", "Canada/", "Pacific/Honolulu")


class PaperSize(StrEnum):
    """The sheets that printers are loaded with."""

    A4 = "a4"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Place:
    """The location that prints it."""

    code: str
    name: str
    time_zone: str
    size: PaperSize


@dataclass(frozen=True, slots=True)
class PickStop:
    """A product to take from a bin. `slots` says how many units go to which put-wall slot."""

    bin: str | None
    zone: str
    name: str
    sku: str
    barcode: str
    to_pick: int
    picked: int = 0
    slots: tuple[tuple[int, int], ...] = ()
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class PickList:
    """What to pick for one shipment, or for the shipments of a wave; the stops are in walking order."""

    wave: int | None
    shipment: int | None
    order: str | None
    place: Place
    methods: tuple[Method, ...]
    shipments: int
    due_at: datetime | None
    cutoff_at: datetime | None
    notes: tuple[str, ...]
    stops: tuple[PickStop, ...]

    @property
    def number(self) -> int:
        """Return what people call it, and what its barcode says."""
        return self.wave if self.wave is not None else self.shipment or 0

    @property
    def units(self) -> int:
        """Return how many units are still to be picked."""
        return sum(stop.to_pick for stop in self.stops)


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A product in the shipment; `awaited` of its units come later."""

    name: str
    sku: str
    quantity: int
    awaited: int = 0
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class SlipParcel:
    """A box; `contents` holds (SKU, units), empty when nobody said what is in which box."""

    number: int
    box: str
    weight_g: int | None
    tracking: str
    contents: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PackingSlip:
    """What lies beside the goods of one shipment."""

    shipment: int
    order: str
    placed_at: datetime
    place: Place
    method: Method
    service_level: str
    customer: str
    address: tuple[str, ...]
    notes: tuple[str, ...]
    lines: tuple[SlipLine, ...]
    parcels: tuple[SlipParcel, ...]


Document = PickList | PackingSlip


def size_of(attributes: Mapping[str, Any], time_zone: str) -> PaperSize:
    """Return the paper a location prints on: its attribute `paper`, else what is usual where it is."""
    stated = str(attributes.get("paper", "")).casefold()
    if stated in tuple(PaperSize):
        return PaperSize(stated)
    return PaperSize.LETTER if time_zone.startswith(_LETTER_ZONES) else PaperSize.A4


def address_lines(address: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the lines of an address as far as it was given."""
    lines = [plain(address[key]) for key in _ADDRESS if address.get(key)]
    region = ", ".join(plain(address[key]) for key in _REGION if address.get(key))
    return tuple(line for line in (*lines, region) if line)


def plain(text: object) -> str:
    """Return text as it may stand on paper: composed, on one line, without characters that only control."""
    composed = unicodedata.normalize("NFC", str(text))
    spaced = "".join(" " if letter.isspace() else letter for letter in composed)
    return " ".join("".join(letter for letter in spaced if unicodedata.category(letter) not in _CONTROL).split())


#: Control characters, overrides of writing direction, halves of characters, what is assigned to nothing.
_CONTROL = ("Cc", "Cf", "Cs", "Cn")
