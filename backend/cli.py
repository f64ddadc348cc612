"""The `pickwatch` command: a list of what there is. Each command lives in `backend/commands/`."""

from __future__ import annotations

import typer

from backend.commands import people, serve

app = typer.Typer(
    name="pickwatch",
    help="Shows which stores and warehouses keep their fulfilment promises, and which are about to break them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold secrets
)
app.command()(serve.up)
app.command()(serve.web)
app.command()(serve.worker)
app.command()(serve.migrate)
app.add_typer(people.users, name="user")
app.add_typer(people.keys, name="key")


def main() -> None:
    """Entry point of the installed command."""
    app()


if __name__ == "__main__":
    main()
