"""What comes with the completion of a step: boxes, where they can be followed, what a customer showed. Pure data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tracking:
    """Where a parcel can be followed: what the carrier calls it, and the carrier."""

    number: str
    carrier: str | None = None

    def as_document(self) -> dict[str, str]:
        """Return it as the shipment keeps it."""
        return {"number": self.number, **({"carrier": self.carrier} if self.carrier else {})}


@dataclass(frozen=True, slots=True)
class NewParcel:
    """A box as it was packed; `contents` is (SKU, units), empty when nobody says."""

    box: str | None = None
    weight_g: int | None = None
    contents: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ParcelTracking:
    """Where the parcel of this number can be followed."""

    number: int
    tracking: Tracking


@dataclass(frozen=True, slots=True)
class Shown:
    """What a customer showed: the code he was sent, or a name."""

    code: str | None = None
    name: str | None = None

    def as_inputs(self) -> dict[str, str]:
        """Return what the journal keeps of it: never the code."""
        return {**({"proof": "code"} if self.code else {}), **({"name": self.name} if self.name else {})}
