"""A server of its own for the page bench: a throw-away network of N locations, told by lines on stdin what to change.

`recolour N` gives N locations another colour in one transaction and prints the epoch seconds at which it was
committed; `quit` ends it. The first line printed is `ready PORT COOKIE`.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import uvicorn

from backend import program, runtime
from backend.auth.people import NewUser, create_user
from backend.auth.sessions import sign_in
from backend.config import Settings
from backend.jobs.relay import JOB as RELAY
from backend.persistence.migrate import upgrade
from bench.network import recolour, seed
from models.enums import Role

PASSWORD = "a long enough passphrase"


def main(count: int, port: int, folder: Path) -> None:
    """Serve a network of `count` locations on `port` until told to quit."""
    url = f"sqlite:///{folder / 'bench.db'}"
    ctx = runtime.build(Settings(database_url=url, var_dir=folder, port=port))
    upgrade(ctx.engine)
    seed(ctx, count)
    with ctx.uow() as uow:
        create_user(uow, NewUser("bench", PASSWORD, Role.VIEWER))
    cookie = sign_in(ctx, "bench", PASSWORD, address="127.0.0.1").token
    program.configure(program.Program(ctx, jobs=(RELAY,)))
    from dashboard.serve import create

    server = uvicorn.Server(uvicorn.Config(create, factory=True, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    print("ready", port, cookie, flush=True)
    for line in sys.stdin:
        word, *rest = line.split()
        if word == "quit":
            break
        if word == "recolour":
            print(recolour(ctx, int(rest[0])), flush=True)
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
