"""What each role may do, and what a limit to some locations takes away. Pure; the one place that says so."""

from __future__ import annotations

from backend.auth.actor import LocationScope
from models.enums import Permission, Role

_READ = frozenset(
    {
        Permission.NETWORK_READ,
        Permission.ORDERS_READ,
        Permission.INVENTORY_READ,
        Permission.ROUTING_READ,
        Permission.EVENTS_READ,
        Permission.SUBSCRIPTIONS_READ,
        Permission.ALERTS_READ,
        Permission.CHANNELS_READ,
    }
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.MANAGER: _READ
    | {
        Permission.SLA_WRITE,
        Permission.SHIPMENTS_WRITE,
        Permission.ORDERS_WRITE,
        Permission.INVENTORY_WRITE,
        Permission.LOCATIONS_WRITE,
        Permission.ROUTING_WRITE,
        Permission.WAVES_WRITE,
        Permission.RETURNS_WRITE,
        Permission.WORKFLOWS_WRITE,
        Permission.ALERTS_WRITE,
        Permission.POLICIES_WRITE,
    },
    Role.FULFILLER: frozenset(
        {Permission.NETWORK_READ, Permission.ORDERS_READ, Permission.INVENTORY_READ, Permission.SHIPMENTS_WRITE}
    ),
    Role.VIEWER: frozenset(
        {Permission.NETWORK_READ, Permission.INVENTORY_READ, Permission.EVENTS_READ, Permission.ALERTS_READ}
    ),
}

#: These change or show things that no location owns; whoever is limited to some locations cannot hold them.
NETWORK_WIDE = frozenset(
    {
        Permission.ADMIN,
        Permission.SLA_WRITE,
        Permission.PRODUCTS_WRITE,
        Permission.ROUTING_WRITE,
        Permission.WORKFLOWS_WRITE,
        Permission.POLICIES_WRITE,
        Permission.CHANNELS_READ,
        Permission.CHANNELS_WRITE,
    }
)


def permissions_of(role: Role, scope: LocationScope) -> frozenset[Permission]:
    """Return what a person with this role may do inside his part of the network."""
    held = ROLE_PERMISSIONS[role]
    return held if scope.everything else held - NETWORK_WIDE
