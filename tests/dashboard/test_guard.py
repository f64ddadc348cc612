"""Who may run which handler: the rule itself. That it stands before every event is `tests/e2e/test_attack.py`."""

from __future__ import annotations

import pytest

from backend.auth.actor import Actor
from dashboard.guard import PUBLIC, SIGNED_IN, Policy, allowed, policy
from models.enums import ActorKind, Permission

VIEWER = Actor(ActorKind.USER, "vera", frozenset({Permission.NETWORK_READ}))
ADMIN = Actor(ActorKind.USER, "root", frozenset({Permission.ADMIN}))


@pytest.mark.parametrize(
    ("actor", "needed", "expected"),
    [
        (None, None, False),
        (VIEWER, None, False),
        (ADMIN, None, False),  # no policy: nobody, whoever he is
        (None, PUBLIC, True),
        (VIEWER, PUBLIC, True),
        (None, SIGNED_IN, False),
        (VIEWER, SIGNED_IN, True),
        (None, Permission.NETWORK_READ, False),
        (VIEWER, Permission.NETWORK_READ, True),
        (VIEWER, Permission.ORDERS_READ, False),
        (VIEWER, Permission.ADMIN, False),
        (ADMIN, Permission.ORDERS_WRITE, True),
    ],
)
def test_allowed(actor: Actor | None, needed: Policy | None, expected: bool) -> None:
    assert allowed(actor, needed) is expected


def test_a_policy_stays_with_the_function_it_is_written_on() -> None:
    @policy(Permission.ADMIN)
    def handler(self: object) -> None: ...

    assert handler.__policy__ is Permission.ADMIN
