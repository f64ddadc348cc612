"""Every event handler that a browser could call says who may, and checks what it is given."""

from __future__ import annotations

import inspect
from typing import Any, get_type_hints

import pytest
import reflex as rx
from fastapi.routing import iter_route_contexts
from reflex.state import State
from reflex_base.registry import RegisteredEventHandler, RegistrationContext

import dashboard.app
from dashboard.arguments import parameters_of
from dashboard.guard import FRAMEWORK, PUBLIC, policy_of
from models.enums import Permission
from tests.api.test_every_route_has_a_policy import unguarded

assert dashboard.app  # importing it registers every state


def ours() -> dict[str, RegisteredEventHandler]:
    """Return the handlers of our own states."""
    return {
        name: handler
        for name, handler in RegistrationContext.get().event_handlers.items()
        if handler.states[0].__module__.startswith("dashboard.") and handler.handler.fn.__name__ != "setvar"
    }


def faults(handlers: dict[str, RegisteredEventHandler]) -> list[str]:
    """Return what is wrong with the handlers."""
    found = []
    for name, registered in handlers.items():
        function = registered.handler.fn
        if policy_of(registered) is None:
            found.append(f"{name} has no policy: nobody can call it")
        hints = get_type_hints(function)
        for parameter in list(inspect.signature(function).parameters.values())[1:]:
            if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
                found.append(f"{name} takes any arguments")
            elif hints.get(parameter.name, Any) is Any:
                found.append(f"{name} does not say what {parameter.name} is")
    return found


def test_every_handler_has_a_policy_and_typed_arguments() -> None:
    handlers = ours()
    assert handlers
    assert faults(handlers) == []
    assert all(parameters_of(handler.handler.fn) is not None for handler in handlers.values())


def test_only_the_sign_in_page_is_public() -> None:
    public = {name for name, handler in ours().items() if policy_of(handler) is PUBLIC}
    assert public == {"reflex___state____state.dashboard___state___login____login.open"}


def test_of_reflexs_own_handlers_only_those_its_pages_need_are_open() -> None:
    opened = {
        handler.handler.fn.__qualname__
        for handler in RegistrationContext.get().event_handlers.values()
        if not handler.states[0].__module__.startswith("dashboard.") and policy_of(handler) is not None
        if handler.states[0] in FRAMEWORK
    }
    assert opened == {
        "State.hydrate",
        "State.hydrate_and_load",
        "State.set_is_hydrated",
        "OnLoadInternalState.on_load_internal",
        "OnLoadInternalState.set_is_hydrated",
        "UpdateVarsInternalState.update_vars_internal",
        "FrontendEventExceptionState.handle_frontend_exception",
    }


def test_setvar_is_closed_on_every_state() -> None:
    setvars = [h for h in RegistrationContext.get().event_handlers.values() if h.handler.fn.__name__ == "setvar"]
    assert len(setvars) >= len({handler.states for handler in ours().values()})
    assert [policy_of(handler) for handler in setvars] == [None] * len(setvars)


def test_no_state_keeps_anything_in_the_browsers_storage() -> None:
    """`update_vars_internal` lets a browser set exactly those vars, so nothing that matters may be one."""
    stored = [
        f"{state.get_full_name()}.{name}"
        for state in RegistrationContext.get().base_states.values()
        for name in state.get_fields()
        if state._is_client_storage(name)
    ]
    assert stored == []


def test_no_shared_state_is_used() -> None:
    assert [s for s in RegistrationContext.get().base_states.values() if issubclass(s, rx.SharedState)] == []


def test_nothing_is_uploaded_through_reflex() -> None:
    paths = {getattr(route, "path", "") for route in dashboard.app.app._api.routes}  # type: ignore[union-attr]
    assert not {path for path in paths if "upload" in path}
    assert paths <= {"/ping", "/_health", "/_event", ""}


def test_every_route_beside_the_api_has_a_policy_too() -> None:
    ours = {route.path for route in iter_route_contexts(dashboard.app.api.routes)}
    assert any(str(path).startswith("/ui/") for path in ours)
    assert unguarded(dashboard.app.api.routes) == []


@pytest.fixture
def careless() -> Any:
    """Register a state as someone in a hurry would write it, and forget it again."""
    context = RegistrationContext.get()
    before = dict(context.event_handlers)
    substates = set(context.get_substates(State))

    class Careless(rx.State):
        @rx.event
        def forgotten(self) -> None: ...

        def helper(self, user_id: int) -> None: ...

        @rx.event
        def loose(self, value, **more: Any) -> None: ...  # type: ignore[no-untyped-def]

    Careless.loose.fn.__policy__ = Permission.ADMIN
    yield {name: handler for name, handler in context.event_handlers.items() if name not in before}
    for name in set(context.event_handlers) - set(before):
        del context.event_handlers[name]
    context.base_states.pop(Careless.get_full_name())
    context.get_substates(State).intersection_update(substates)


def test_a_careless_handler_would_be_found(careless: dict[str, RegisteredEventHandler]) -> None:
    found = "\n".join(faults({name: h for name, h in careless.items() if not name.endswith("setvar")}))
    assert "forgotten has no policy" in found
    assert "helper has no policy" in found
    assert "loose does not say what value is" in found
    assert "loose takes any arguments" in found
