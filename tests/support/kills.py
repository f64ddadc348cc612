"""A worker that is killed with SIGKILL again and again while alerts open and resolve: what a receiver saw of it."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import sqlalchemy as sa

from backend.context import Context
from models.alerting import NoticeKind
from models.enums import DeliveryStatus
from models.tables import Delivery
from tests.support.channels import notice, tell
from tests.support.events import relay
from tests.support.ports import eventually
from tests.support.receiver import Receiver
from tests.support.server import Program

KEYS = 10


@dataclass(frozen=True)
class Seen:
    """What was told (uid → its key and whether it is a resolve), and the uids in the order of their arrival."""

    told: dict[str, tuple[str, bool]]
    arrived: list[str]

    @property
    def lost(self) -> set[str]:
        """Return what never arrived."""
        return set(self.told) - set(self.arrived)

    @property
    def strange(self) -> set[str]:
        """Return ids that nobody told."""
        return set(self.arrived) - set(self.told)

    @property
    def early(self) -> list[str]:
        """Return resolves that came before their trigger."""
        order = list(self.told)
        trigger = {uid: order[index - 1] for index, uid in enumerate(order) if self.told[uid][1]}
        return [
            uid for uid in trigger if uid in self.arrived and uid in self.arrived[: self.arrived.index(trigger[uid])]
        ]


def tell_and_kill(ctx: Context, worker: Program, receiver: Receiver, *, code: str, kills: int, seed: int) -> Seen:
    """Open and resolve alerts on a channel, kill the running worker at a random moment each time, start it anew, and
    return what arrived once everything is delivered."""
    dice, told = random.Random(seed), {}
    for kill in range(kills):
        before = len(receiver.received)
        for number in range(KEYS):
            key = f"K{number}"
            pair = tell(ctx, *(notice(kind, key, code) for kind in (NoticeKind.OPENED, NoticeKind.RESOLVED)))
            told.update({pair[0]: (key, False), pair[1]: (key, True)})
        relay(ctx)
        eventually(lambda before=before: len(receiver.received) > before, what=f"a message after kill {kill}")
        time.sleep(dice.uniform(0, 0.2))
        worker.kill()
        worker.start()
    eventually(lambda: _all_delivered(ctx), seconds=120, what=f"all deliveries; {worker.log}")
    return Seen(told, [request.headers["webhook-id"] for request in receiver.received])


def _all_delivered(ctx: Context) -> bool:
    with ctx.read() as uow:
        statuses = set(uow.session.execute(sa.select(Delivery.status).distinct()).scalars())
    return statuses == {DeliveryStatus.DELIVERED.value}
