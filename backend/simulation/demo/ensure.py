"""Make the demo network where there is none, and live through the hours it has missed; called by `__main__.py`."""

from __future__ import annotations

import sqlalchemy as sa
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from sqlmodel import col

from backend.context import Context
from backend.simulation import facts
from backend.simulation.demo import mishaps, rarities
from backend.simulation.demo.simulator import Simulator
from backend.simulation.demo.warmup import LIVED, catch_up, seed_network
from backend.simulation.past import at_instant
from models.errors import DomainError, ErrorCode
from models.tables import Location

DEFAULT_SEED = 20261127


def ensure_demo(ctx: Context, *, seed: int = DEFAULT_SEED) -> None:
    """Seed the demo network into an empty database, and live through the hours until now; show progress on a terminal.

    Raises CONFLICT when the database holds another network. Call it before jobs run: they would judge the past by now.
    """
    with ctx.read() as uow:
        network = facts.read(uow, facts.NETWORK)
        taken = not network and uow.session.scalar(sa.select(col(Location.id)).limit(1)) is not None
    if taken or network.get("kind", "demo") != "demo":
        raise DomainError(
            ErrorCode.CONFLICT,
            "This database holds another network already; start the demo on an empty one (see DATABASE_URL).",
        )
    now = ctx.clock.now()
    if not network:
        past, _ = at_instant(ctx, now - LIVED)
        with past.uow() as uow:
            seed_network(uow, seed, now=now)
    simulator = Simulator(ctx, int(network.get("seed", seed)))
    with Progress(
        TextColumn("Bringing the demo network up to now"), BarColumn(), TaskProgressColumn(), transient=True
    ) as bar:
        task = bar.add_task("demo", total=1.0)
        catch_up(ctx, simulator, now=now, show=lambda share: bar.update(task, completed=share))
    if not network:
        with ctx.uow() as uow:
            rarities.place_orders(uow)
        mishaps.happen(ctx)
