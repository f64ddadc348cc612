"""Returns over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict, StringConstraints

from backend.api.schemas.common import MAX_ITEMS, Body, Code, Money, Reason, ShownInstant, Units, Word
from backend.returns.queries import ReturnView
from backend.returns.rules import NewReturn, Returnable, ReturnItem, Verdict
from models.floor import Resolution, ReturnStatus
from models.money import show_money

OrderId = Annotated[int, Strict(), Field(ge=1, lt=2**63)]
Count = Annotated[int, Strict(), Field(ge=0, le=1_000_000)]
Condition = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]


class ReturnLineIn(Body):
    """Units of a product that come back."""

    sku: Code
    quantity: Units
    reason: Word | None = None


class ReturnIn(Body):
    """A return of one order; without a location it goes to the nearest that takes returns."""

    order_id: OrderId
    lines: Annotated[list[ReturnLineIn], Field(min_length=1, max_length=MAX_ITEMS)]
    reason: Reason
    resolution: Resolution = Resolution.REFUND
    location: Code | None = None

    def to_input(self) -> NewReturn:
        """Return what the service takes."""
        items = tuple(ReturnItem(line.sku, line.quantity, line.reason or "") for line in self.lines)
        return NewReturn(self.order_id, items, self.reason, self.resolution, self.location)


class ReceivedLineIn(Body):
    """Units that came, on top of those that had come before."""

    sku: Code
    received: Units


class ReceiveIn(Body):
    """What came, all that is missing when no lines are given; `location` when it came somewhere else."""

    lines: Annotated[list[ReceivedLineIn], Field(min_length=1, max_length=MAX_ITEMS)] | None = None
    location: Code | None = None


class VerdictIn(Body):
    """What becomes of the units of a product that came."""

    sku: Code
    restock: Count = 0
    write_off: Count = 0
    condition: Annotated[Condition, Field(description="Only `new` is sold.")] = "new"

    def to_input(self) -> Verdict:
        """Return what the service takes."""
        return Verdict(self.sku, self.restock, self.write_off, self.condition)


class InspectIn(Body):
    """A verdict on every unit that came."""

    lines: Annotated[list[VerdictIn], Field(min_length=1, max_length=MAX_ITEMS)]


class CloseReturnIn(Body):
    """How much is refunded: all that was paid for what came, unless it is said."""

    refund: Money | None = None


class ReturnLineOut(Body):
    """One line of a return, in units."""

    sku: str
    quantity: int
    received: int
    restocked: int
    written_off: int
    reason: str | None
    condition: str | None


class ReturnOut(Body):
    """A return; `replacement` is the external id of the order that was placed instead."""

    id: int
    number: str
    order_id: int
    order_external_id: str
    location: str
    status: ReturnStatus
    resolution: Resolution
    reason: str
    refund: str
    replacement: str | None
    lines: list[ReturnLineOut]
    authorised_at: ShownInstant
    received_at: ShownInstant | None
    inspected_at: ShownInstant | None
    closed_at: ShownInstant | None
    version: int


class ReturnableOut(Body):
    """Units of an order that may still come back; `price` is that of one."""

    sku: str
    units: int
    price: str
    returnable: bool


def show_return(view: ReturnView) -> ReturnOut:
    """Return a return as the API shows it."""
    row = view.row
    stated = ("number", "order_id", "status", "resolution", "reason", "version")
    instants = ("authorised_at", "received_at", "inspected_at", "closed_at")
    return ReturnOut(
        id=int(row.id or 0),
        order_external_id=view.order_external_id,
        location=view.location,
        refund=show_money(row.refund_minor),
        replacement=view.replacement_external_id,
        lines=[
            ReturnLineOut(
                sku=line.sku,
                quantity=line.quantity,
                received=line.received,
                restocked=line.restocked,
                written_off=line.written_off,
                reason=line.reason or None,
                condition=line.condition or None,
            )
            for line in view.lines
        ],
        **{name: getattr(row, name) for name in (*stated, *instants)},
    )


def show_returnable(one: Returnable) -> ReturnableOut:
    """Return what may come back as the API shows it."""
    return ReturnableOut(sku=one.sku, units=one.units, price=show_money(one.price_minor), returnable=one.may)
