"""`pickwatch availability`: answer what may be promised, in a process of its own that outlives the database.

One thread reads, answers and writes (`backend/api/availability_line.py`); another one follows the stock.
"""

from __future__ import annotations

import logging
import sys
from functools import partial
from typing import Any, cast

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
    _serve(settings)


def _serve(settings: Settings) -> None:
    with loading():  # other commands do without all this
        import uvicorn

        from backend.api.availability import Desk
        from backend.api.availability_line import Line
        from backend.api.availability_process import create

    ctx = holding_everything(runtime.build(settings))
    desk = Desk(lambda: ctx)
    uvicorn.run(
        create(ctx, StockService(ctx), desk),
        host=settings.host,
        port=settings.port,
        http=cast("Any", partial(Line, desk)),
        ws="none",
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=65,  # as in `serve.py`
        timeout_graceful_shutdown=3,
    )
