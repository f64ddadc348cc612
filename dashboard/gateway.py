"""THE door: everything pages learn from the backend, or ask of it, goes through here. Each function takes the actor,
opens one transaction, calls the same queries and services as the JSON API, and returns view dataclasses. They block:
states call them by `ask`, which runs them in a thread. No rule, no SQL, and nothing of Reflex's state in here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import ParamSpec, TypeVar

import reflex as rx

from backend import program
from backend.auth.actor import Actor
from backend.persistence.uow import Uow
from models.errors import DomainError

T = TypeVar("T")
P = ParamSpec("P")


class Trouble(Exception):
    """Something that the person should read: plain words, never a stack trace."""


async def ask(question: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a gateway function off the event loop; raises Trouble with the words of a DomainError."""

    def call() -> T:
        return question(*args, **kwargs)

    try:
        answer: T = await rx.run_in_thread(call)
    except DomainError as error:
        raise Trouble(words(error)) from error
    return answer


def words(error: DomainError) -> str:
    """Return what a person is told of a refusal: what is wrong, each fault on its own."""
    faults = [fault.message for fault in error.faults if fault.message not in error.message]
    return " ".join([error.message, *faults])


def reading(actor: Actor) -> AbstractContextManager[Uow]:
    """Open a read-only transaction of this person."""
    return program.current().read(actor)


def writing(actor: Actor) -> AbstractContextManager[Uow]:
    """Open a transaction that changes something in this person's name."""
    return program.current().uow(actor)


__all__ = ["Sequence", "Trouble", "ask", "reading", "words", "writing"]
