"""How a state asks the gateway: in a thread, as the person of this very connection, with errors in plain words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import reflex as rx

from dashboard.format import locale_of
from dashboard.gateway import Asker, Gateway, door
from dashboard.guard import actor_of
from models.errors import DomainError, ErrorCode, Fault

T = TypeVar("T")


class Trouble(Exception):
    """Something the person should read: plain words, never a stack trace. `code` and `faults` are the backend's, when
    it refused."""

    def __init__(self, message: str, code: ErrorCode | None = None, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.faults = tuple(faults)


async def ask(state: rx.State, question: Callable[[Gateway, Asker], T]) -> T:
    """Return the gateway's answer; raises Trouble when it refuses, or when nobody is signed in any more."""
    actor = await actor_of(state)
    if actor is None:
        raise Trouble("You have been signed out. Reload the page to sign in.")
    asker = Asker(actor, locale_of(state.router.headers.accept_language or ""))
    try:
        answer: T = await rx.run_in_thread(lambda: question(door(), asker))
    except DomainError as error:
        raise Trouble(words(error), error.code, error.faults) from error
    return answer


def words(error: DomainError) -> str:
    """Return what a person is told of a refusal: what is wrong, each fault on its own."""
    faults = [fault.message for fault in error.faults if fault.message not in error.message]
    return " ".join([error.message, *faults])
