"""What does not go as planned with shipments, over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict, model_validator

from backend.api.schemas.common import Body, Code, Problem, Reason, Units
from backend.fulfillment.rules import Block

ShipmentNumber = Annotated[int, Strict(), Field(ge=1, lt=2**63)]


class PartIn(Body):
    """Units of a product that part from a shipment."""

    sku: Code
    quantity: Units


Parts = Annotated[list[PartIn], Field(min_length=1, max_length=500)]


class RejectIn(Body):
    """Why a location gives a shipment back, or some `lines` of it.

    A reason of `/reject-reasons` does to stock what it says there; `block` does so instead: it keeps the products away
    until they are counted, or for good.
    """

    reason: Reason
    block: Block | None = None
    lines: Parts | None = None

    @model_validator(mode="after")
    def whole_or_part(self) -> RejectIn:
        """Refuse a block for a part: the reason says what becomes of its stock."""
        if self.lines is not None and self.block is not None:
            raise ValueError("block goes with a whole shipment; for lines, the reason says what becomes of their stock")
        return self


class SplitIn(Body):
    """What parts, and where it goes: to the location `to`, to routing (`route`), or nowhere else for now."""

    lines: Parts
    reason: Reason
    to: Code | None = None
    route: bool = False

    @model_validator(mode="after")
    def one_way(self) -> SplitIn:
        """Refuse two destinations."""
        if self.to is not None and self.route:
            raise ValueError("say either to or route: what parts goes one way")
        return self


class SubstituteIn(Body):
    """Units of a product that go as the product `by` instead."""

    sku: Code
    by: Code
    quantity: Units


class MissingIn(Body):
    """Units of a product that were not found."""

    sku: Code
    missing: Units


class ShortIn(Body):
    """What was not found, and why."""

    lines: Annotated[list[MissingIn], Field(min_length=1, max_length=500)]
    reason: Reason


class TransferIn(Body):
    """What a shipment lacks, why, and who sends it: the location `from`, or the nearest that has all of it."""

    lines: Parts
    reason: Reason
    source: Annotated[Code | None, Field(alias="from")] = None


class CameIn(Body):
    """Units of a product that arrived; none: 0."""

    sku: Code
    quantity: Annotated[int, Strict(), Field(ge=0, le=1_000_000)]


class ReceiveIn(Body):
    """What arrived of a transfer: all of it when `lines` is left out; what is not named did not come."""

    lines: Annotated[list[CameIn], Field(min_length=1, max_length=500)] | None = None


class HandOverIn(Body):
    """Shipments that others are to do: the location `location`, or (`route`) whoever routing finds for each."""

    ids: Annotated[list[ShipmentNumber], Field(min_length=1, max_length=500)]
    reason: Reason
    location: Code | None = None
    route: bool = False

    @model_validator(mode="after")
    def one_way(self) -> HandOverIn:
        """Refuse two destinations, and none."""
        if (self.location is not None) == self.route:
            raise ValueError("say either location or route")
        return self


class HandedOut(Body):
    """What became of one shipment: 200, or why it stayed where it is."""

    id: int
    status: int
    error: Problem | None = None


class HandOverOut(Body):
    """One result per shipment, by ascending id."""

    moved: int
    refused: int
    items: list[HandedOut]
