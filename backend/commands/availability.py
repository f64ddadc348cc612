"""`pickwatch availability`: answer what may be promised, in a process of its own that outlives the database."""

from __future__ import annotations

import logging
import sys

import typer
import uvicorn
from rich.console import Console

from backend import runtime
from backend.availability.service import StockService, holding_everything
from backend.commands.start_checks import check_port
from backend.config import settings_from_environment

console = Console(highlight=False)

#: Answering must not wait long for the thread that takes over changes (Python's own: 0.005).
_SWITCH_SECONDS = 0.0005


def availability(
    port: int | None = typer.Option(None, min=1, max=65535, help="Port to listen on; PORT or 8000 otherwise."),
) -> None:
    """Answer /api/v1/availability only, from memory; it starts, and goes on, without the database."""
    from backend.api.availability_process import create  # loads the API's schemas, which other commands do without

    settings = settings_from_environment()
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    check_port(settings.host, settings.port)
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    ctx = holding_everything(runtime.build(settings))
    sys.setswitchinterval(_SWITCH_SECONDS)
    console.print(f"Pickwatch availability is starting on [bold]http://localhost:{settings.port}[/]")
    uvicorn.run(
        create(ctx, StockService(ctx)),
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        access_log=False,
        server_header=False,
        proxy_headers=settings.trusted_proxy_hops > 0,
        timeout_graceful_shutdown=3,
    )
