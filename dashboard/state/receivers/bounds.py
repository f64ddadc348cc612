"""How much the forms about receivers may carry."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dashboard.arguments import Bounds

#: Lists of addresses, and addresses that are secrets, are longer than other forms' fields.
FORM = Bounds(text=20_000, values=200)
Given = Annotated[
    dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=20_000)] | None], Field(max_length=60)
]
