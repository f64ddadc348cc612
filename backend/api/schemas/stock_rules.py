"""Blocks, ring-fences and arrivals over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from pydantic import Field, Strict

from backend.api.schemas.common import MAX_ITEMS, Body, Code, Instant, Name, Reason, ShownInstant, Word
from backend.inventory.blocks import NewBlock
from backend.inventory.ringfences import SegmentInput
from backend.inventory.rules import MAX_UNITS
from backend.inventory.views import QuotaView, SegmentView
from models.enums import Method


class BlockIn(Body):
    """A product to block; without an end it is blocked until lifted by hand."""

    sku: Code
    reason: Reason
    until: Instant | None = None
    until_count: Annotated[bool, Strict(), Field(description="The next count of it lifts the block.")] = False

    def to_input(self) -> NewBlock:
        """Return what the service takes."""
        return NewBlock(self.sku, self.reason, self.until, self.until_count)


class BlocksIn(Body):
    """At most 1,000 products to block at one location, all or none."""

    items: Annotated[list[BlockIn], Field(min_length=1, max_length=MAX_ITEMS)]


class QuotaIn(Body):
    """How much a segment keeps, in percent of the sellable units or in units; without a place it counts everywhere."""

    location: Code | None = None
    group: Code | None = None
    sku: Code | None = None
    percent: Annotated[int, Strict(), Field(ge=0, le=100)] | None = None
    units: Annotated[int, Strict(), Field(ge=0, le=MAX_UNITS)] | None = None

    def to_input(self) -> QuotaView:
        """Return what the service takes."""
        return QuotaView(**self.model_dump())


class SegmentIn(Body):
    """A ring-fence: an order belongs to it when everything stated matches; of several, to the smallest rank."""

    name: Name
    channel: Word | None = None
    customer_segment: Annotated[Word | None, Field(description="The customer's segment, type or tier.")] = None
    method: Method | None = None
    rank: Annotated[int, Strict(), Field(ge=0, le=1_000_000)] = 0
    active: Annotated[bool, Strict()] = True
    quotas: Annotated[list[QuotaIn], Field(max_length=MAX_ITEMS, default_factory=list)]

    def to_input(self) -> SegmentInput:
        """Return what the service takes."""
        return SegmentInput(
            name=self.name,
            channel=self.channel,
            customer_segment=self.customer_segment,
            method=self.method.value if self.method else None,
            rank=self.rank,
            active=self.active,
            quotas=tuple(quota.to_input() for quota in self.quotas),
        )


class SegmentOut(Body):
    """A ring-fence as it is."""

    code: str
    name: str
    channel: str | None
    customer_segment: str | None
    method: str | None
    rank: int
    active: bool
    version: int
    updated_at: ShownInstant
    quotas: list[QuotaIn]


class ArrivalIn(Body):
    """Units on their way."""

    quantity: Annotated[int, Strict(), Field(ge=1, le=MAX_UNITS)]
    arrives_at: Instant


class ReceiptIn(Body):
    """What arrived of it."""

    quantity: Annotated[int, Strict(), Field(ge=1, le=MAX_UNITS)]


def show_segment(view: SegmentView) -> SegmentOut:
    """Return a ring-fence as the API shows it."""
    return SegmentOut(**asdict(view))
