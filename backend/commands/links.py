"""`pickwatch links …`: the secret with which links in messages are signed."""

from __future__ import annotations

from typing import Annotated

import typer

from backend import runtime
from backend.alerting.link_keys import rotate as rotate_keys
from backend.persistence.migrate import upgrade

links = typer.Typer(help="Links in messages: another secret to sign them with.", no_args_is_help=True)


@links.callback()
def _links() -> None:
    """Links in messages."""


@links.command("rotate")
def rotate(
    at_once: Annotated[
        bool, typer.Option("--at-once", help="Let no link that was sent until now work any more.")
    ] = False,
) -> None:
    """Sign links with another secret; those under way stay good until they are too old."""
    ctx = runtime.build()
    try:
        upgrade(ctx.engine)
        with ctx.uow() as uow:
            rotate_keys(uow, at_once=at_once)
    finally:
        ctx.engine.dispose()
    typer.echo(
        "Links are signed with another secret within half a minute." + (" Earlier ones are dead." if at_once else "")
    )
