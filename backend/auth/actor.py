"""Who is asking, what he may do and which locations he may see. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.enums import ActorKind, Permission, Role
from models.errors import DomainError, ErrorCode


@dataclass(frozen=True, slots=True)
class LocationScope:
    """The part of the network an actor sees. Both empty means all of it."""

    location_codes: frozenset[str] = frozenset()
    group_codes: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        """Whether there is no limit."""
        return not self.location_codes and not self.group_codes

    def covers(self, code: str, groups: frozenset[str]) -> bool:
        """Return whether a location with this code and these groups is inside."""
        return self.everything or code in self.location_codes or bool(self.group_codes & groups)


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf a transaction runs; `label` is what the audit trail shows."""

    kind: ActorKind
    label: str
    permissions: frozenset[Permission] = frozenset()
    scope: LocationScope = field(default_factory=LocationScope)
    user_id: int | None = None
    role: Role | None = None  # a person's

    def can(self, permission: Permission) -> bool:
        """Return whether the actor holds the permission (admin holds all)."""
        return permission in self.permissions or Permission.ADMIN in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise FORBIDDEN unless the actor holds the permission."""
        if not self.can(permission):
            raise DomainError(
                ErrorCode.FORBIDDEN,
                f"This needs the permission {permission.value}.",
                permission=permission.value,
            )


SYSTEM = Actor(ActorKind.SYSTEM, "system", frozenset(Permission))
