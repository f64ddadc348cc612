"""What a form sends: its fields by name, and by the ids of their inputs, which may be null."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Value = Annotated[str, Field(max_length=500)] | None
Fields = Annotated[dict[Annotated[str, Field(max_length=100)], Value], Field(max_length=60)]


def texts(fields: dict[str, str | None]) -> dict[str, str]:
    """Return the fields that hold something."""
    return {name: value for name, value in fields.items() if value}
