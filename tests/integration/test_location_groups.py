"""The group filter offers what one may see, and nothing else."""

from __future__ import annotations

from backend.auth.actor import SYSTEM, Actor, LocationScope
from backend.context import Context
from backend.locations.groups import group_codes
from models.enums import ActorKind, LocationKind
from models.tables import Location, LocationGroupMember


def add(ctx: Context, code: str, *groups: str) -> None:
    with ctx.uow() as uow:
        location = Location(
            code=code,
            name=code,
            kind=LocationKind.STORE,
            time_zone="America/Chicago",
            groups=list(groups),
            created_at=uow.now,
            updated_at=uow.now,
        )
        uow.session.add(location)
        uow.session.flush()
        assert location.id is not None
        uow.session.add_all(LocationGroupMember(location_id=location.id, group_code=group) for group in groups)


def test_each_group_is_offered_once_and_in_order(ctx: Context) -> None:
    add(ctx, "chi-1", "midwest", "stores")
    add(ctx, "nyc-1", "east", "stores")
    with ctx.read(SYSTEM) as uow:
        assert list(group_codes(uow)) == ["east", "midwest", "stores"]


def test_groups_outside_one_s_scope_are_not_named(ctx: Context) -> None:
    add(ctx, "chi-1", "midwest")
    add(ctx, "nyc-1", "east")
    actor = Actor(ActorKind.USER, "ann", scope=LocationScope(group_codes=frozenset({"midwest"})))
    with ctx.read(actor) as uow:
        assert list(group_codes(uow)) == ["midwest"]
