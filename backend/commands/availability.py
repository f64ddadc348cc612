"""`pickwatch availability`: answer what may be promised, in a process of its own that outlives the database.

It is served by granian, which reads HTTP outside of Python: that is half the processor time of an answer.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

import typer
from rich.console import Console

from backend import runtime
from backend.availability.service import StockService, holding_everything
from backend.commands.start_checks import check_port
from backend.config import Settings, settings_from_environment
from backend.memory import loading

console = Console(highlight=False)

#: Answering must not wait long for the thread that takes over changes (Python's own: 0.005): an answer takes the
#: interpreter several times, each as long as this, while that thread is at work.
_SWITCH_SECONDS = 0.0001


def availability(
    port: int | None = typer.Option(None, min=1, max=65535, help="Port to listen on; PORT or 8000 otherwise."),
) -> None:
    """Answer /api/v1/availability only, from memory; it starts, and goes on, without the database."""
    settings = settings_from_environment()
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    check_port(settings.host, settings.port)
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sys.setswitchinterval(_SWITCH_SECONDS)
    console.print(f"Pickwatch availability is starting on [bold]http://localhost:{settings.port}[/]")
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    with loading():  # other commands do without all this
        from granian.constants import HTTPModes, Interfaces
        from granian.server.embed import Server

        from backend.api.availability_process import create

    ctx = holding_everything(runtime.build(settings))
    server = Server(
        create(ctx, StockService(ctx)),
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    await server.serve()
