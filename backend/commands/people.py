"""`pickwatch user …` and `pickwatch key …`: accounts of people and credentials of programs, from the server's shell.

Whoever can run these can read the database anyway, so they act as the system. Passwords come from the terminal or
standard input, never as an argument, where other people on the machine could read them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from backend import runtime
from backend.auth import keys as key_service
from backend.auth import people
from backend.context import Context
from backend.persistence.migrate import upgrade
from models.enums import Permission, Role
from models.errors import DomainError

users = typer.Typer(help="People: add, list, disable, change a password.", no_args_is_help=True)
keys = typer.Typer(help="API keys of programs: add, list, revoke.", no_args_is_help=True)
console = Console(highlight=False)

Locations = Annotated[list[str] | None, typer.Option("--location", help="Limit to this location; may be repeated.")]
Groups = Annotated[list[str] | None, typer.Option("--group", help="Limit to this location group; may be repeated.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@users.command("add")
def add_user(
    username: Annotated[str, typer.Argument(help="What the person signs in with.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")] = Role.VIEWER,
    name: Annotated[str, typer.Option(help="The person's name, as shown.")] = "",
    location: Locations = None,
    group: Groups = None,
    password_stdin: FromStdin = False,  # a command line's flag
) -> None:
    """Make an account; the password is asked for, or read from standard input."""
    password = _password(password_stdin)
    new = people.NewUser(username, password, role, name, tuple(location or ()), tuple(group or ()))
    with _context() as ctx, ctx.uow() as uow:
        made = people.create_user(uow, new)
    typer.echo(f"{made.username} may sign in as {made.role}.")


@users.command("list")
def list_users() -> None:
    """Show all accounts."""
    table = Table("User", "Name", "Role", "Sees", "State")
    with _context() as ctx, ctx.read() as uow:
        for user in people.list_users(uow):
            sees = _sees(user.location_codes, user.group_codes)
            table.add_row(user.username, user.name, user.role, sees, "active" if user.active else "disabled")
    console.print(table)


@users.command("disable")
def disable_user(username: str) -> None:
    """Disable an account and end its sessions at once."""
    with _context() as ctx, ctx.uow() as uow:
        people.deactivate(uow, username)
    typer.echo(f"{username} is disabled and signed out everywhere.")


@users.command("password")
def change_password(username: str, password_stdin: FromStdin = False) -> None:
    """Set another password and end the person's sessions."""
    password = _password(password_stdin)
    with _context() as ctx, ctx.uow() as uow:
        people.set_password(uow, username, password)
    typer.echo(f"The password of {username} is changed; all sessions are ended.")


@keys.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="What it is for, for the audit trail.")],
    scope: Annotated[list[Permission], typer.Option("--scope", help="A permission it carries; may be repeated.")],
    location: Locations = None,
    group: Groups = None,
    days: Annotated[int | None, typer.Option(help="Days until it expires; without, it does not.")] = None,
) -> None:
    """Make an API key and print it, this once."""
    valid_for = timedelta(days=days) if days is not None else None
    new = key_service.NewApiKey(name, scope, tuple(location or ()), tuple(group or ()), valid_for)
    with _context() as ctx, ctx.uow() as uow:
        text = key_service.create_key(uow, new)
    typer.echo("Keep this key; it is shown only now:", err=True)
    typer.echo(text)  # alone on standard output, so that a script can take it


@keys.command("list")
def list_keys() -> None:
    """Show all keys, without their secrets."""
    table = Table("Key", "Prefix", "Scopes", "Sees", "Last used (UTC)", "State")
    with _context() as ctx, ctx.read() as uow:
        for key in key_service.list_keys(uow):
            used = key.used_at.strftime("%Y-%m-%d %H:%M") if key.used_at else "never"
            expires = f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else "active"
            sees = _sees(key.location_codes, key.group_codes)
            state = expires if key.active else "revoked"
            table.add_row(key.name, key.prefix, " ".join(key.scopes), sees, used, state)
    console.print(table)


@keys.command("revoke")
def revoke_key(name: str) -> None:
    """Make a key useless at once."""
    with _context() as ctx, ctx.uow() as uow:
        key_service.revoke_key(uow, name)
    typer.echo(f"The key {name} is revoked.")


@contextmanager
def _context(build: Callable[[], Context] = runtime.build) -> Iterator[Context]:
    ctx = build()
    try:
        upgrade(ctx.engine)
        yield ctx
    except DomainError as error:
        for line in (error.message, *(f"  {fault.pointer}: {fault.message}" for fault in error.faults)):
            typer.echo(line, err=True)
        raise typer.Exit(1) from error
    finally:
        ctx.engine.dispose()


def _password(from_stdin: bool) -> str:  # noqa: FBT001
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    text: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return text


def _sees(location_codes: list[str], group_codes: list[str]) -> str:
    return ", ".join([*group_codes, *location_codes]) or "everything"
