"""Building blocks of the request bodies: text, codes, instants, money, documents, with their bounds."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    Strict,
    StringConstraints,
)

MAX_ITEMS = 1_000
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)")
_MAX_DOCUMENT = 16_000


class Body(BaseModel):
    """A request body: unknown fields are faults, not noise."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


def _instant(value: Any) -> Any:
    if not isinstance(value, str | datetime) or (isinstance(value, str) and not _RFC3339.fullmatch(value)):
        raise ValueError("a time is written 2026-11-27T15:00:00Z (RFC 3339, with its offset)")
    return value


def _bounded(value: datetime) -> datetime:
    if not 1970 <= value.year <= 2200:
        raise ValueError("a time lies between the years 1970 and 2200")
    return value.astimezone(UTC)


def _minor(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError("money is a number or a decimal string, such as 19.99")
    if isinstance(value, str) and not re.fullmatch(r"\d{1,12}(\.\d{1,2})?", value):
        raise ValueError("money is written 19.99, with at most two decimals and not below zero")
    try:
        minor = Decimal(str(value)) * 100
    except InvalidOperation:
        raise ValueError("money is a number or a decimal string, such as 19.99") from None
    if not minor.is_finite() or minor != minor.to_integral_value() or not 0 <= minor < 10**14:
        raise ValueError("money has at most two decimals, is not below zero and below one trillion")
    return int(minor)


def _small(value: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(value)) > _MAX_DOCUMENT:
        raise ValueError(f"a document holds at most {_MAX_DOCUMENT} characters")
    return value


def show_instant(value: datetime) -> str:
    """Return an instant as RFC 3339 UTC."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


#: A code or SKU: no control characters, no slashes (it stands in addresses), no blank at either end.
Code = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=64,
        pattern=r"^[^\x00-\x20\x7f/\\](?:[^\x00-\x1f\x7f/\\]*[^\x00-\x20\x7f/\\])?$",
    ),
]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_bounded)]
ShownInstant = Annotated[datetime, PlainSerializer(show_instant, return_type=str)]
Units = Annotated[int, Strict(), Field(ge=1, le=1_000_000)]
Degrees = Annotated[float, Strict()]
Document = Annotated[dict[str, JsonValue], Field(max_length=100), AfterValidator(_small)]
Money = Annotated[
    int,
    BeforeValidator(_minor),
    Field(
        json_schema_extra={
            "type": ["string", "number"],
            "description": "Decimal string or number with at most two decimals.",
            "examples": ["19.99"],
        }
    ),
]


class ProblemFault(BaseModel):
    """One thing wrong; `pointer` is a JSON pointer into the body, or `#query/…`, `#path/…`, `#header/…`."""

    pointer: str
    code: str
    message: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it; media type application/problem+json."""

    type: str = Field(examples=["urn:pickwatch:problem:invalid"])
    title: str = Field(examples=["Invalid"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["1 fault in the request; nothing was changed."])
    code: str = Field(examples=["invalid"])
    errors: list[ProblemFault] = []


class Done(BaseModel):
    """How many items were taken."""

    count: int
