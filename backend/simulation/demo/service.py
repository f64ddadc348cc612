"""The demo network alive: a thread that lets it happen second by second while the program runs."""

from __future__ import annotations

import logging
import threading

from backend.context import Context
from backend.persistence.claims import hold_lease
from backend.simulation import facts

log = logging.getLogger(__name__)

_STEP_SECONDS = 1.0
_LEASE_SECONDS = 30.0
#: After a pause longer than this (the machine slept), the gap is lived through in strides.
GAP_SECONDS = 120.0
_RECALL_STEPS = 600
#: After a failure, before it begins again.
_PAUSE_SECONDS = 5.0


class DemoSimulator:
    """A service: `start` returns at once, `stop` when the thread has ended. Idle unless the network is the demo's."""

    def __init__(self, ctx: Context) -> None:
        """Prepare for `ctx`; nothing is read before `start`."""
        self._ctx = ctx
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, if this database holds the demo network."""
        with self._ctx.read() as uow:
            network = facts.read(uow, facts.NETWORK)
        if network.get("kind") != "demo":
            return
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, args=(int(network["seed"]),), name="demo", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the current step."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self, seed: int) -> None:
        while not self._stopped.is_set():
            try:
                self._live(seed)
            except Exception:  # the demo must not die of one bad moment; it begins again from the database
                log.exception("the demo network stumbled; it goes on in a moment")
                self._stopped.wait(_PAUSE_SECONDS)

    def _live(self, seed: int) -> None:
        if not self._leased():
            self._stopped.wait(_LEASE_SECONDS / 3)  # another process keeps the demo alive
            return
        from backend.simulation.demo.simulator import Simulator  # only now: most networks are real
        from backend.simulation.demo.warmup import catch_up

        simulator = Simulator(self._ctx, seed)
        reached = catch_up(self._ctx, simulator, now=self._ctx.clock.now(), show=lambda _: None)
        steps = 0
        while not self._stopped.wait(_STEP_SECONDS):
            now = self._ctx.clock.now()
            if (now - reached).total_seconds() > GAP_SECONDS:
                return
            steps += 1
            if steps % 10 == 0 and not self._leased():
                return
            if steps % _RECALL_STEPS == 0:
                simulator.recall(reached)
            simulator.step(reached, now)
            reached = now

    def _leased(self) -> bool:
        with self._ctx.uow() as uow:
            return hold_lease(uow, "demo network", seconds=_LEASE_SECONDS)
