"""The closed sets of words of the floor: workflows, scans, waves, returns, managers' controls. The rest: `enums.py`."""

from __future__ import annotations

from enum import StrEnum


class Waiting(StrEnum):
    """What a shipment waits for while its clocks are paused; a hold is not waiting, but somebody's decision."""

    TRANSFER = "transfer"


class StockEffect(StrEnum):
    """What a location's stock of a product becomes when it gives the product back."""

    NONE = "none"
    BLOCK_UNTIL_COUNT = "block_until_count"  # it is not given to the location until somebody counts
    KEEP_BLOCKED = "keep_blocked"  # until somebody lifts the block
    SET_TO_ZERO = "set_to_zero"  # only what is in hands is left


class StepAction(StrEnum):
    """What completing a step of a workflow does; several steps of one workflow never share a command but `STEP`."""

    ACCEPT = "accept"
    PICK = "pick"
    PACK = "pack"
    READY = "ready"
    SHIP = "ship"
    HAND_OVER = "hand-over"
    RECEIVE = "receive"
    STEP = "step"  # a step of a fork's own, such as gift wrap: it changes no status


class InputKind(StrEnum):
    """What a step may ask whoever completes it for."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"


class ScanResult(StrEnum):
    """What became of one scan."""

    PICKED = "picked"
    UNDONE = "undone"
    WRONG_ITEM = "wrong_item"  # a product, but none of this shipment's
    EXTRA_ITEM = "extra_item"  # the shipment has all it needs of it
    UNKNOWN_BARCODE = "unknown_barcode"
    CLOSED = "closed"  # the shipment is not to be picked any more


class WaveStatus(StrEnum):
    """State of a pick wave; `backend/waves/rules.py` says which may follow which."""

    PLANNED = "planned"
    RELEASED = "released"
    PICKING = "picking"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class WaveShare(StrEnum):
    """What became of a shipment in its wave."""

    TO_PICK = "to_pick"
    PICKED = "picked"
    SHORT = "short"  # went on without what was not found
    REMOVED = "removed"


class ReturnStatus(StrEnum):
    """State of a return; `backend/returns/rules.py` says which may follow which."""

    AUTHORISED = "authorised"
    RECEIVED = "received"
    INSPECTED = "inspected"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Resolution(StrEnum):
    """What the customer gets for what came back."""

    REFUND = "refund"
    REPLACE = "replace"


class ControlKind(StrEnum):
    """What a manager may do to a location for a time."""

    CAP = "cap"  # another limit for assignments
    PAUSE_METHOD = "pause_method"  # no new work of one method
