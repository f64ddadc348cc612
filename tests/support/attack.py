"""What the attacks share: a running program with two places and people who see one, the other, or both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reflex_base.registry import RegistrationContext

import dashboard.app
from backend import runtime
from backend.auth.people import NewUser, create_user
from backend.auth.service import COOKIE
from backend.config import Settings
from backend.context import Context
from backend.locations.service import put_locations
from backend.persistence.migrate import upgrade
from models.enums import Role
from tests.support.server import Program
from tests.support.shop import location
from tests.support.wire import ROOT

assert dashboard.app  # importing it registers every handler

PASSWORD = "correct horse"
MINE, OTHER = "My own corner shop", "FORBIDDEN-PLACE"
HANDLERS = RegistrationContext.get().event_handlers
OPEN_NETWORK = f"{ROOT}.dashboard___state___network____network_state.open"
FIND = f"{ROOT}.dashboard___state___network____network_state.find"
SHOW_VIEW = f"{ROOT}.dashboard___state___network____network_state.show_view"
REFUSED = f"{ROOT}.dashboard___guard____seat.refused_rx_state_"


@contextmanager
def database_of(site: Program) -> Iterator[Context]:
    """Yield a context on the program's own database, beside it."""
    ctx = runtime.build(Settings(database_url=f"sqlite:///{site.folder / 'pickwatch.db'}", var_dir=site.folder))
    try:
        yield ctx
    finally:
        ctx.engine.dispose()


def seed(ctx: Context) -> None:
    """Make the places S1 and S2; Carl is limited to S1, the others see both."""
    upgrade(ctx.engine)
    with ctx.uow() as uow:
        put_locations(uow, [location("S1", name=MINE, groups=("west",)), location("S2", name=OTHER, groups=("east",))])
        create_user(uow, NewUser("root", PASSWORD, Role.ADMIN))
        create_user(uow, NewUser("ann", PASSWORD, Role.MANAGER))
        create_user(uow, NewUser("carl", PASSWORD, Role.MANAGER, location_codes=["S1"]))
        create_user(uow, NewUser("vera", PASSWORD, Role.VIEWER))
        create_user(uow, NewUser("dora", PASSWORD, Role.VIEWER))


def cookie_of(site: Program, name: str) -> str:
    """Sign in and return the Cookie header of that session."""
    client = site.sign_in(name, PASSWORD)
    client.close()
    return f"{COOKIE}={client.cookies[COOKIE]}"


def words(updates: list[dict[str, Any]]) -> set[str]:
    """Return the names of what the browser was told to do."""
    return {event["name"] for update in updates for event in update.get("events") or ()}


def states(updates: list[dict[str, Any]]) -> dict[str, Any]:
    """Return all vars sent, but for the root state's, which only repeat what the connection said of itself."""
    deltas = (update.get("delta") or {} for update in updates)
    own = ((state, values) for delta in deltas for state, values in delta.items() if state != ROOT)
    return {f"{state}.{name}": value for state, values in own for name, value in values.items()}
