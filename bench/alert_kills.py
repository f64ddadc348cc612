"""`kill -9` at a hundred random moments while alerts open and resolve: what a signed webhook saw of it. PostgreSQL."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from backend import runtime
from backend.config import Settings
from backend.persistence.migrate import upgrade
from bench.harness import Figure
from tests.support.channels import make_channel
from tests.support.databases import TestDatabase
from tests.support.kills import tell_and_kill
from tests.support.receiver import Answer, Receiver
from tests.support.server import Program

KILLS = 100


def run() -> Iterator[Figure]:
    """Yield how many notices never arrived, how many ids nobody knew, and how many resolves came first."""
    with TestDatabase() as database, tempfile.TemporaryDirectory() as folder, Receiver() as receiver:
        url = database.url.render_as_string(hide_password=False)
        ctx = runtime.build(Settings(database_url=url, webhook_allowed_hosts=["127.0.0.1"]))
        upgrade(ctx.engine)
        receiver.always(Answer(hang=0.02))
        make_channel(ctx, "ops", url=receiver.url)
        hosts = {"DATABASE_URL": url, "PICKWATCH_WEBHOOK_ALLOWED_HOSTS": '["127.0.0.1"]'}
        with Program("worker", folder=Path(folder), **hosts) as worker:
            seen = tell_and_kill(ctx, worker, receiver, code="ops", kills=KILLS, seed=100)
        ctx.engine.dispose()
    note = f"{len(seen.told):,} notices told, {len(seen.arrived):,} requests arrived, {KILLS} kills"
    yield Figure("notices that never arrived", [len(seen.lost)], "", 0, note)
    yield Figure("ids that nobody told", [len(seen.strange)], "", 0)
    yield Figure("resolves before their trigger", [len(seen.early)], "", 0)
