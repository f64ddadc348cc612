"""A server of its own for the page bench: a throw-away network of N locations, told by lines on stdin what to change.

`recolour N` gives N locations another colour in one transaction and prints the epoch seconds at which it was
committed; `quit` ends it. The first line printed is `ready PORT COOKIE`.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from pathlib import Path

import sqlalchemy as sa
import uvicorn
from sqlmodel import col

from backend import program, runtime
from backend.auth.people import NewUser, create_user
from backend.auth.sessions import sign_in
from backend.config import Settings
from backend.context import Context
from backend.jobs.relay import JOB as RELAY
from backend.persistence.migrate import upgrade
from models.enums import Compliance, LocationKind, Role
from models.events import EventType
from models.tables import Location, LocationGroupMember, LocationHealth

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


def seed(ctx: Context, count: int) -> None:
    """Put `count` locations on the map of the contiguous United States, most of them compliant."""
    chance = random.Random(7)
    with ctx.uow() as uow:
        now = uow.now
        places = [
            {
                "id": number,
                "code": f"L{number:05}",
                "name": f"Store {number}",
                "kind": (LocationKind.STORE if number % 9 else LocationKind.WAREHOUSE).value,
                "latitude": chance.uniform(26, 48.5),
                "longitude": chance.uniform(-123, -72),
                "time_zone": "America/Chicago",
                "methods": ["ship", "pickup"],
                "hours": {},
                "daily_limit": {},
                "groups": ["west" if number % 2 else "east"],
                "attributes": {},
                "data_seen_at": now,
                "version": 1,
                "created_at": now,
                "updated_at": now,
            }
            for number in range(1, count + 1)
        ]
        uow.session.execute(sa.insert(Location), places)
        uow.session.execute(
            sa.insert(LocationGroupMember),
            [{"location_id": place["id"], "group_code": place["groups"][0]} for place in places],
        )
        uow.session.execute(
            sa.insert(LocationHealth),
            [
                {
                    "location_id": place["id"],
                    "compliant": chance.randrange(0, 60),
                    "at_risk": chance.randrange(0, 4),
                    "non_compliant": 0,
                    "grade": chance.choices([grade.value for grade in Compliance], [80, 13, 7])[0],
                    "since": now,
                    "changed_at": now,
                }
                for place in places
            ],
        )


def recolour(ctx: Context, count: int) -> float:
    """Give `count` locations, the first by code, the next colour; return the epoch seconds of the commit."""
    with ctx.uow() as uow:
        rows = uow.session.execute(
            sa.select(col(Location.id), col(Location.code), col(LocationHealth.grade))
            .join(LocationHealth, col(LocationHealth.location_id) == col(Location.id))
            .order_by(col(Location.code))
            .limit(count)
        ).all()
        order = list(Compliance)
        for row in rows:
            grade = order[(Compliance(row.grade).severity + 1) % len(order)]
            uow.session.execute(
                sa.update(LocationHealth)
                .where(col(LocationHealth.location_id) == row.id)
                .values(grade=grade.value, compliant=5, at_risk=3, non_compliant=2, since=uow.now, changed_at=uow.now)
            )
            uow.record(
                EventType.SLA_LOCATION_CHANGED,
                subject=f"location/{row.code}",
                data={"location": row.code, "from": row.grade, "to": grade.value},
                location_id=row.id,
            )
    return time.time()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
