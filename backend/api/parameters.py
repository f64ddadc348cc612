"""Query parameters that a call does not have are refused, as unknown fields of a body are: `?stauts=late` must not
answer everything. What a call has is what its route declares; nothing is said anywhere a second time."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query as QueryParameter
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

#: A validator is told the values and nothing of the request they came with.
_DECLARED: ContextVar[tuple[str, ...]] = ContextVar("the query parameters of the route at hand")


async def _declare(request: Request) -> None:
    if request.query_params:
        fields = get_flat_params(request.scope["route"].dependant)
        _DECLARED.set(tuple(field.alias for field in fields if isinstance(field.field_info, QueryParameter)))


class _Asked(BaseModel):
    """All query parameters of a request. A fault here is found with all others, after who asks is known."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _are_declared(cls, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        declared = _DECLARED.get() if asked else ()
        has = f"this call has {', '.join(declared)}" if declared else "this call has none"
        faults = [
            InitErrorDetails(
                type=PydanticCustomError("extra_forbidden", "There is no such parameter; {has}.", {"has": has}),
                loc=(name,),
                input=value,
            )
            for name, value in asked.items()
            if name not in declared
        ]
        if faults:
            raise ValidationError.from_exception_data("query", faults)
        return asked


async def known_parameters(_told: Annotated[None, Depends(_declare)], _asked: Annotated[_Asked, Query()]) -> None:
    """Depend on this where routers are put together: it holds for every route below."""
