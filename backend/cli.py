"""The `pickwatch` command: a list of what there is. Each command lives in `backend/commands/`."""

from __future__ import annotations

from backend.memory import loading

with loading():
    import typer
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from backend.commands import check, imports, people, replay, serve
    from backend.config import setting_faults

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
app.add_typer(imports.imports, name="import")
app.command()(check.check)
app.add_typer(replay.app, name="replay")


def main() -> None:
    """Entry point of the installed command; a setting that cannot be used is named in plain words."""
    try:
        app()
    except (ValidationError, SettingsError) as error:
        for line in setting_faults(error):
            typer.echo(line, err=True)
        typer.echo("docs/settings.md tells what each setting may be.", err=True)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
