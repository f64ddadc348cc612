"""The `pickwatch` command: a list of what there is. Each command lives in `backend/commands/`."""

from __future__ import annotations

from backend.memory import loading

with loading():
    import typer
    from pydantic import ValidationError
    from pydantic_settings import SettingsError
    from sqlalchemy.exc import DBAPIError

    from backend.commands import availability, check, imports, links, people, replay, serve
    from backend.config import setting_faults
    from models.errors import DomainError

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
app.command()(availability.availability)
app.command()(serve.migrate)
app.add_typer(people.users, name="user")
app.add_typer(people.keys, name="key")
app.add_typer(links.links, name="links")
app.add_typer(imports.imports, name="import")
app.command()(check.check)
app.add_typer(replay.app, name="replay")


def main() -> None:
    """Entry point of the command; a setting, file or database that cannot be used is named in plain words."""
    try:
        app()
    except (ValidationError, SettingsError) as error:
        for line in setting_faults(error):
            typer.echo(line, err=True)
        typer.echo("docs/settings.md tells what each setting may be.", err=True)
        raise SystemExit(2) from None
    except DomainError as error:
        raise SystemExit(_plain(error.message)) from error
    except DBAPIError as error:
        words = str(error.orig).strip()
        empty = "no such table" in words or "does not exist" in words
        hint = "\nIs it up to date? `pickwatch migrate` makes it so." if empty else ""
        raise SystemExit(_plain(f"The database cannot be used: {words}{hint}")) from error
    except OSError as error:
        raise SystemExit(
            _plain(f"{error.strerror or error}" + (f": {error.filename}" if error.filename else ""))
        ) from error


def _plain(words: str) -> int:
    typer.echo(words, err=True)
    return 1


if __name__ == "__main__":
    main()
