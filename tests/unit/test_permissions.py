"""What each role may do, as a table to be read by people."""

from __future__ import annotations

import pytest

from backend.auth.actor import Actor, LocationScope
from backend.auth.permissions import permissions_of
from models.enums import ActorKind, Permission, Role
from models.errors import DomainError, ErrorCode

EVERYWHERE = LocationScope()
TABLE = """
                      admin manager fulfiller viewer
network:read          yes   yes     yes       yes
orders:read           yes   yes     yes       -
events:read           yes   yes     -         yes
subscriptions:read    yes   yes     -         -
shipments:write       yes   yes     yes       -
orders:write          yes   yes     -         -
inventory:read        yes   yes     yes       yes
inventory:write       yes   yes     -         -
routing:read          yes   yes     -         -
routing:write         yes   yes     -         -
waves:write           yes   yes     -         -
returns:write         yes   yes     -         -
workflows:write       yes   yes     -         -
locations:write       yes   yes     -         -
sla:write             yes   yes     -         -
products:write        yes   -       -         -
subscriptions:write   yes   -       -         -
alerts:read           yes   yes     -         yes
alerts:write          yes   yes     -         -
policies:write        yes   yes     -         -
channels:read         yes   yes     -         -
channels:write        yes   -       -         -
admin                 yes   -       -         -
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CASES = [
    (Role(role), Permission(word), cell == "yes")
    for word, *cells in ROWS[1:]
    for role, cell in zip(ROWS[0], cells, strict=True)
]


@pytest.mark.parametrize(("role", "permission", "expected"), CASES)
def test_a_role_may_do_what_the_table_says(role: Role, permission: Permission, expected: bool) -> None:
    assert (permission in permissions_of(role, EVERYWHERE)) is expected


def test_the_table_names_every_role_and_permission() -> None:
    assert {role for role, _, _ in CASES} == set(Role)
    assert {permission for _, permission, _ in CASES} == set(Permission)


@pytest.mark.parametrize("scope", [LocationScope(frozenset({"S1"})), LocationScope(group_codes=frozenset({"west"}))])
def test_whoever_is_limited_to_a_part_cannot_change_what_the_whole_network_shares(scope: LocationScope) -> None:
    lost = permissions_of(Role.MANAGER, EVERYWHERE) - permissions_of(Role.MANAGER, scope)
    rules = {Permission.SLA_WRITE, Permission.ROUTING_WRITE, Permission.WORKFLOWS_WRITE, Permission.POLICIES_WRITE}
    assert lost == {*rules, Permission.CHANNELS_READ}
    assert Permission.ADMIN not in permissions_of(Role.ADMIN, scope)


def test_a_missing_permission_is_named() -> None:
    actor = Actor(ActorKind.USER, "vera", permissions_of(Role.VIEWER, EVERYWHERE))
    with pytest.raises(DomainError) as refused:
        actor.require(Permission.ORDERS_WRITE)
    assert refused.value.code is ErrorCode.FORBIDDEN
    assert "orders:write" in refused.value.message
