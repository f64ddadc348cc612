"""When would it be there? For a shop, before there is an order."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from backend.api import faults
from backend.api.deps import Ctx, require
from backend.api.responses import WRITE
from backend.api.schemas.promises import PromiseIn, PromiseOut, show
from backend.auth.actor import Actor
from backend.routing import strategies, suggestions
from models.enums import Permission

router = APIRouter(tags=["promises"])

Reader = Annotated[Actor, Depends(require(Permission.ROUTING_READ))]


@router.post("/promises", responses=WRITE)
@faults.also(faults.orders)
def promise(body: PromiseIn, ctx: Ctx, actor: Reader) -> PromiseOut:
    """Return when an order would be there, part by part, from where it would go now; nothing is reserved."""
    with ctx.read(actor) as uow:
        found = suggestions.suggest(uow, body.to_input(), strategies.active(uow).strategy)
        return show(found, as_of=uow.now)
