"""The one exception type of the domain. How it looks over HTTP is `backend/api/errors.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ErrorCode(StrEnum):
    """Stable codes that programs may rely on."""

    NOT_FOUND = "not_found"
    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    UNAUTHENTICATED = "unauthenticated"
    CONFLICT = "conflict"
    STALE = "stale_version"
    ILLEGAL_TRANSITION = "illegal_transition"
    IDEMPOTENCY_MISMATCH = "idempotency_key_reused"
    IDEMPOTENCY_RUNNING = "idempotency_key_running"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    UNAVAILABLE = "unavailable"
    TARGET_REFUSED = "target_refused"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input: `pointer` is a JSON pointer into the request body."""

    pointer: str
    code: str
    message: str


class DomainError(Exception):
    """A refusal the caller can act on. Raising it rolls the transaction back: nothing changes."""

    def __init__(self, code: ErrorCode, message: str, *, faults: Sequence[Fault] = (), **context: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.faults = tuple(faults)
        self.context = context


def not_found(what: str, key: object) -> DomainError:
    """Return the error for a thing that is not there, or that the actor may not know of."""
    return DomainError(ErrorCode.NOT_FOUND, f"There is no {what} {key!s}.", what=what, key=str(key))


def invalid(faults: Sequence[Fault], *, code: ErrorCode = ErrorCode.INVALID) -> DomainError:
    """Return the error that names every fault of a refused input."""
    many = "faults" if len(faults) != 1 else "fault"
    return DomainError(code, f"{len(faults)} {many} in the request; nothing was changed.", faults=faults)
