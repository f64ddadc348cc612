"""`pickwatch up`, `web` and `worker`: prepare the database, then run until stopped."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import typer
import uvicorn
from rich.console import Console
from sqlalchemy.exc import OperationalError

from backend import runtime
from backend.alerting import policies
from backend.auth.first_start import ensure_admin, ensure_demo_accounts, is_demo
from backend.clock import Clock
from backend.commands.start_checks import alone, check_port
from backend.config import PROJECT_ROOT, Settings, settings_from_environment
from backend.context import Context
from backend.jobs.scheduler import Scheduler, all_jobs
from backend.persistence.migrate import one_at_a_time, upgrade
from backend.priority import step_back
from backend.program import Program, configure
from backend.promise import edits as promise
from backend.routing import strategies
from backend.simulation.demo.apart import bring_up
from backend.sla.service import ensure_defaults

BUILT_UI = PROJECT_ROOT / ".web" / "build" / "client" / "index.html"
console = Console(highlight=False)

#: Answering must not wait long for the threads that commit and read (Python's own: 0.005).
_SWITCH_SECONDS = 0.0005


def up(
    demo: bool = typer.Option(False, "--demo", help="Fill a new database with the demo network and keep it alive."),  # noqa: FBT001
    empty: bool = typer.Option(False, "--empty", help="Start a new database empty (the default)."),  # noqa: FBT001
    port: int | None = typer.Option(None, min=1, max=65535, help="Port to listen on; PORT or 8000 otherwise."),
) -> None:
    """Run everything in one process: pages, API, jobs, and the demo network if asked."""
    if demo and empty:
        raise typer.BadParameter("--demo and --empty exclude each other.")
    with serving(settings_from_environment(), port=port) as ctx:
        prepare(ctx)
        if demo or _holds_demo(ctx):  # a demo network started without its flag still has a gap to live through
            if code := bring_up(ctx):
                raise typer.Exit(code)
            with ctx.uow() as uow:
                ensure_demo_accounts(uow)
        serve(Program(ctx, jobs=all_jobs(), services=runtime.services))


def web(
    port: int | None = typer.Option(None, min=1, max=65535, help="Port to listen on; PORT or 8000 otherwise."),
) -> None:
    """Run the pages and the API only; `pickwatch worker` does the work, in this or another machine."""
    with serving(settings_from_environment(), port=port) as ctx:
        serve(Program(prepare(ctx), services=runtime.reading))


def worker() -> None:
    """Run the jobs and the webhook deliveries only. Any number of workers may run side by side."""
    ctx = runtime.build()
    step_back(ctx.settings.worker_nice)
    with alone(ctx.engine):
        prepare(ctx)
        scheduler = Scheduler(ctx, all_jobs(), runtime.working(ctx))
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        scheduler.start()
        console.print("Pickwatch worker is running. Stop it with Ctrl-C.")
        stopped.wait()
        scheduler.stop()


def migrate() -> None:
    """Bring the database to the newest schema."""
    migrated(runtime.build())
    console.print("The database is up to date.")


@contextmanager
def serving(settings: Settings, *, port: int | None, clock: Clock | None = None) -> Iterator[Context]:
    """Yield the context of a server on `port` (or the setting's), which stands in its links too; raises CONFLICT, and
    has touched no data yet, when the port is taken or another server runs on the same SQLite file."""
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    check_port(settings.host, settings.port)
    ctx = runtime.build(settings, clock=clock)
    with alone(ctx.engine):
        yield ctx


def prepare(ctx: Context) -> Context:
    """Return the context, its database migrated, with the default rules and an administrator."""
    logging.basicConfig(
        level=settings_from_environment().log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    migrated(ctx)
    with one_at_a_time(ctx.engine):
        with ctx.uow() as uow:
            ensure_defaults(uow)
            strategies.ensure_defaults(uow)
            promise.ensure_defaults(uow)
            policies.ensure_defaults(uow)
        password = ensure_admin(ctx)
    if password:
        console.print(f"\nFirst start. Sign in as [bold]admin[/] with the password [bold]{password}[/]")
        console.print("It is shown only this once; `pickwatch user password admin` sets another.\n")
    return ctx


def serve(program: Program) -> None:
    """Serve the built UI and the API until stopped; exit with a plain message when the UI is not built."""
    if not BUILT_UI.exists():
        console.print("The UI is not built yet: run [bold]make setup[/] once.")
        raise typer.Exit(1)
    configure(program)
    sys.setswitchinterval(_SWITCH_SECONDS)
    settings = program.context.settings
    console.print(f"Pickwatch is starting. Open [bold]http://localhost:{settings.port}[/]")
    sys.stdout.flush()
    uvicorn.run(
        "dashboard.serve:create",
        factory=True,
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        access_log=False,  # websocket addresses carry session tokens
        server_header=False,
        proxy_headers=settings.trusted_proxy_hops > 0,
        timeout_keep_alive=65,  # longer than clients keep theirs: a busy loop must not hang up on a request on its way
        timeout_graceful_shutdown=3,
    )


def _holds_demo(ctx: Context) -> bool:
    with ctx.read() as uow:
        return is_demo(uow)


def migrated(ctx: Context) -> None:
    """Bring the database to the newest schema; exit with a plain message when it cannot be reached."""
    _reachable(ctx)
    upgrade(ctx.engine)


def _reachable(ctx: Context) -> None:
    try:
        with ctx.engine.connect():
            return
    except OperationalError as error:
        console.print(f"The database cannot be reached ({ctx.engine.url.render_as_string(hide_password=True)}):")
        console.print(str(error.orig).strip())
        raise typer.Exit(1) from error
