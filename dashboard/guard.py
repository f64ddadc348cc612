"""Nobody runs an event handler that is not meant for him: deny by default, for every event of every websocket.

Any client can open the websocket under any token and name any public method of any State class, shown or not
(the first thing to know about this stack). So each handler carries a policy, and `Guard` checks
it before each run, background and chained events included, against the session cookie of that very connection.
Not here: checking arguments (`arguments.py`), how many events a second (`ratelimit.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar, cast
from urllib.parse import quote

import reflex as rx
from reflex.state import (
    BaseState,
    FrontendEventExceptionState,
    OnLoadInternalState,
    State,
    StateUpdate,
    UpdateVarsInternalState,
)
from reflex_base.event import Event, EventSpec
from reflex_base.registry import RegisteredEventHandler, RegistrationContext
from starlette.requests import cookie_parser

from backend import program
from backend.auth.actor import Actor
from backend.auth.service import COOKIE, actor_of_session
from backend.auth.tokens import digest
from dashboard.arguments import FRAMEWORKS, Refused, bounds_of, checked
from dashboard.ratelimit import RateLimit
from models.enums import Permission

log = logging.getLogger(__name__)


FORBIDDEN = "forbidden"


class Access(StrEnum):
    """Policies that are no permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


PUBLIC = Access.PUBLIC
SIGNED_IN = Access.SIGNED_IN
Policy = Permission | Access
Handler = TypeVar("Handler", bound=Callable[..., Any])

#: What Reflex's own JavaScript sends; everything else of the framework (`setvar` above all) is refused.
FRAMEWORK = {
    State: ("hydrate", "hydrate_and_load", "set_is_hydrated"),
    OnLoadInternalState: ("on_load_internal", "set_is_hydrated"),
    UpdateVarsInternalState: ("update_vars_internal",),
    FrontendEventExceptionState: ("handle_frontend_exception",),
}


def policy(needed: Policy) -> Callable[[Handler], Handler]:
    """Say who may run an event handler; stands below `@rx.event`, right above `def`."""

    def mark(handler: Handler) -> Handler:
        handler.__policy__ = needed  # type: ignore[attr-defined]
        return handler

    return mark


def policy_of(registered: RegisteredEventHandler) -> Policy | None:
    """Return who may run the handler; None: nobody."""
    function = registered.handler.fn
    owner = registered.states[0] if registered.states else None
    if owner is None or function.__name__ == "setvar":
        return None
    if owner in FRAMEWORK:
        return PUBLIC if function.__name__ in FRAMEWORK[owner] else None
    needed = getattr(function, "__policy__", None)
    return needed if isinstance(needed, Permission | Access) else None


def allowed(actor: Actor | None, needed: Policy | None) -> bool:
    """Return whether this person (None: nobody signed in) may run what needs `needed`."""
    if needed is None:
        return False
    if needed is PUBLIC:
        return True
    if actor is None:
        return False
    return needed is SIGNED_IN or actor.can(Permission(needed))


def session_token(state: BaseState) -> str:
    """Return the session cookie of the connection this state belongs to, empty when there is none."""
    return cookie_parser(state.router.headers.cookie or "").get(COOKIE, "")


async def actor_of(state: BaseState) -> Actor | None:
    """Return who is behind this state now, asked from the database each time: a disabled person is out at once."""
    token = session_token(state)
    if not token:
        return None
    actor: Actor | None = await rx.run_in_thread(lambda: actor_of_session(program.current(), token))
    return actor


class Seat(rx.State):
    """Which session sits at this browser tab's state, and what it was last told it may not do."""

    refused: str = ""  # shown by the shell until the next thing that is done
    _owner: str = ""

    @rx.event
    @policy(SIGNED_IN)
    def went_wrong(self) -> None:
        """Say that the last thing asked for failed; what failed stands in the log."""
        self.refused = "Something went wrong here. Nothing you see was lost. Try again, or reload the page."


def said_plainly(exception: Exception) -> EventSpec:
    """Log an error that no handler expected and tell the person; Reflex's own notice would need `eval`."""
    log.error("an event handler failed", exc_info=exception)
    return cast(EventSpec, cast(Any, Seat.went_wrong)())


class Guard(rx.Middleware):
    """Checks every event before it runs. `app.add_middleware(Guard(), index=0)`."""

    def __init__(self) -> None:
        self._rate = RateLimit(per_second=40, burst=80)

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Return None to let the event run, else what to tell the browser instead."""
        if not self._rate.allows(state.router.session.client_token):
            return StateUpdate()
        registered = RegistrationContext.get().event_handlers[event.name]
        actor = await actor_of(state)
        seat = await _seat(state, digest(session_token(state)) if actor else "")
        if not allowed(actor, policy_of(registered)):
            return await _turn_away(state, event, actor)
        try:
            bounds = FRAMEWORKS if registered.states[0] in FRAMEWORK else bounds_of(registered.handler.fn)
            arguments = checked(registered.handler.fn, event.payload, bounds=bounds)
        except Refused as reason:
            return await _refuse(state, event, str(reason), actor=actor)
        event.payload.clear()
        event.payload.update(arguments)
        if seat.refused:
            seat.refused = ""
        return None


async def _seat(state: BaseState, owner: str) -> Seat:
    """Forget everything when the session at this state has ended or is another one: what it showed was not for all."""
    seat = await state.get_state(Seat)
    if seat._owner and seat._owner != owner:
        state._get_root_state().reset()  # type: ignore[no-untyped-call]
    seat._owner = owner
    return seat


async def _turn_away(state: BaseState, event: Event, actor: Actor | None) -> StateUpdate:
    if actor is not None:
        return await _refuse(state, event, FORBIDDEN, actor=actor)
    target = f"/login?next={quote(state.router.url.path or '/', safe='/')}"
    return StateUpdate(delta=await _changes(state), events=Event.from_event_type([rx.redirect(target)]))


async def _refuse(state: BaseState, event: Event, reason: str, *, actor: Actor | None) -> StateUpdate:
    log.warning("refused event %s of %s: %s", event.name[:200], actor.label if actor else "nobody", reason)
    seat = await state.get_state(Seat)
    seat.refused = "You are not allowed to do that." if reason == FORBIDDEN else "That did not work. Reload the page."
    return StateUpdate(delta=await _changes(state))


async def _changes(state: BaseState) -> Any:
    """Return what the browser does not know yet, such as that its screen was emptied."""
    root = state._get_root_state()
    delta = await root._get_resolved_delta()
    root._clean()  # type: ignore[no-untyped-call]
    return delta
