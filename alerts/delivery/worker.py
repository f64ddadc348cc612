"""The service that sends webhooks: an event loop in a thread of its own, beside which any number of others may run.

It claims what is due (`claims.py`), sends it concurrently (`http.py`), and records what came of it (`record.py`), each
in its own short transaction. It may be killed at any point: a message that was claimed and not recorded is sent again.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from alerts.delivery.claims import Claim, claim, foreign_owners, release, renew_lease
from alerts.delivery.lanes import Lane, share
from alerts.delivery.ports import Ports, Transaction, WorkerSettings
from alerts.delivery.record import Attempted, record
from alerts.delivery.resend import Reminder, due_reminders, record_reminder, take_reminders
from alerts.delivery.retry import GOES_ON, Answer, Outcome
from alerts.delivery.senders import Senders
from alerts.delivery.transmit import Wire, remind, transmit
from alerts.delivery.turns import DueLane, due_lanes

log = logging.getLogger(__name__)
T = TypeVar("T")

_SWEEP_SECONDS = 1.0
_RENEW_SECONDS = 3.0
#: While more is on the way, what has ended waits so long for company: one transaction for many.
_GATHER_SECONDS = 0.03
_RANDOM = secrets.SystemRandom()


class DeliveryWorker:
    """`start()` begins sending, `wake()` says that something may be due, `stop()` ends after what is on its way."""

    def __init__(self, ports: Ports, settings: WorkerSettings) -> None:
        self._ports = ports
        self._settings = settings
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread = threading.Thread(target=self._main, name="webhooks", daemon=True)
        self._thread.start()
        self._ready.wait()

    def wake(self, at: datetime | None = None) -> None:
        """Look for due messages now; may be called from any thread, at any time."""
        self._call(self._woken_up)

    def stop(self) -> None:
        """Take nothing new, wait a few seconds for what is on its way, give back the rest."""
        self._call(self._end)
        if self._thread is not None:
            self._thread.join(self._settings.stop_seconds * 3)

    def _call(self, what: Callable[[], None]) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(what)
        except RuntimeError:  # it has just closed
            log.debug("signal after the delivery worker ended")

    def _woken_up(self) -> None:
        self._woken.set()

    def _end(self) -> None:
        self._stopping = True
        self._woken.set()

    def _main(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        # Names are resolved in these threads; as many as messages on the way, so that a dead name server delays no one.
        self._loop.set_default_executor(ThreadPoolExecutor(self._settings.concurrency, "webhook-dns"))
        self._woken = asyncio.Event()
        self._stopping = False
        self._tried: asyncio.Queue[Attempted] = asyncio.Queue()
        self._flying: dict[asyncio.Task[None], tuple[int, float]] = {}
        self._database = ThreadPoolExecutor(2, "webhook-db")
        self._senders = Senders(self._settings.limits, keep=self._settings.concurrency)
        self._ready.set()
        recorder = asyncio.create_task(self._record_all())
        keepers = [asyncio.create_task(self._keep_claims()), asyncio.create_task(self._keep_reminding())]
        try:
            while not self._stopping:
                await self._round()
        finally:
            for keeper in keepers:
                keeper.cancel()
            await self._wind_down(recorder)
            self._database.shutdown()

    async def _round(self) -> None:
        """Claim and start what is due, then sleep until something may be."""
        self._woken.clear()
        wait = self._settings.poll_seconds
        try:
            lanes = await self._in_db(self._peek)
            now = self._ports.now()
            due = [lane for lane in lanes if lane.earliest <= now]
            if due and await self._launch(due, now):
                return
            later = [(lane.earliest - now).total_seconds() for lane in lanes if lane.earliest > now]
            wait = min([wait, *later])
        except Exception:  # a database that went away comes back; what is due waits there
            log.exception("webhooks: cannot read what is due")
            wait = 1.0
        try:
            async with asyncio.timeout(max(wait, 0.001)):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _launch(self, due: list[DueLane], now: datetime) -> bool:
        total = self._settings.concurrency
        wanted = share([self._lane(lane) for lane in due], free=total - len(self._flying), total=total)
        if not wanted:
            return False
        owner = self._ports.owner
        troubled = {lane.subscription_id for lane in due if self._lane(lane).troubled}
        ahead = {id_: slots if id_ in troubled else slots * self._settings.ahead for id_, slots in wanted.items()}
        claims = await self._in_db(lambda: self._write(lambda tx: claim(tx.session, ahead, owner=owner, now=now)))
        for receiver, slots in wanted.items():
            mine = [message for message in claims if message.subscription_id == receiver]
            for chain in (mine[number::slots] for number in range(min(slots, len(mine)))):
                self._flying[asyncio.create_task(self._send_all(chain))] = (receiver, time.monotonic())
        return bool(claims)

    def _lane(self, lane: DueLane) -> Lane:
        began = [at for subscription_id, at in self._flying.values() if subscription_id == lane.subscription_id]
        hung = any(time.monotonic() - at > self._settings.hung_after_seconds for at in began)
        return Lane(lane.subscription_id, len(began), troubled=hung or lane.failing_since is not None)

    async def _send_all(self, chain: Sequence[Claim]) -> None:
        """Send messages of one receiver one after another; once it takes one badly, the rest is left for later."""
        for number, message in enumerate(chain):
            if (task := asyncio.current_task()) is not None:
                self._flying[task] = (message.subscription_id, time.monotonic())
            if await self._send(message) in GOES_ON and not self._stopping:
                continue
            now = self._ports.now()
            for spared in chain[number + 1 :]:
                self._tried.put_nowait(Attempted(spared, now, 0, Answer(Outcome.HELD)))
            return

    async def _send(self, message: Claim) -> Outcome:
        started_at, began = self._ports.now(), time.perf_counter()
        try:
            async with self._senders.borrow(message.subscription_id) as sender:
                wire = Wire(
                    sender, self._settings.limits, self._senders.tls, self._ports.source, started_at, self._ports.links
                )
                answer = await transmit(message, wire)
        except Exception as error:  # a bug of ours must not hold the message, and those behind it, for ever
            log.exception("webhooks: delivery %d failed", message.delivery_id)
            answer = Answer(Outcome.UNREACHABLE, error=f"Internal error: {type(error).__name__}.")
        took = int((time.perf_counter() - began) * 1000)
        self._tried.put_nowait(Attempted(message, started_at, took, answer))
        return answer.outcome

    async def _record_all(self) -> None:
        """Record attempts, as many in one transaction as have ended meanwhile; their slots are free after that."""
        while True:
            tried = [await self._tried.get()]
            if any(not task.done() for task in self._flying):
                await asyncio.sleep(_GATHER_SECONDS)
            while not self._tried.empty():
                tried.append(self._tried.get_nowait())
            await self._record(tried)
            for _ in tried:
                self._tried.task_done()
            self._flying = {task: since for task, since in self._flying.items() if not task.done()}
            self._woken.set()

    async def _record(self, tried: list[Attempted]) -> None:
        owner = self._ports.owner

        def write(tx: Transaction) -> None:
            record(tx, tried, owner=owner, now=self._ports.now(), jitter=_RANDOM.random)

        pause = 0.1
        while True:  # until it is stopped; then the claims run out and the messages are sent again
            try:
                return await self._in_db(lambda: self._write(write))
            except Exception:
                log.exception("webhooks: cannot record %d attempts yet", len(tried))
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)

    async def _keep_claims(self) -> None:
        """Renew our lease while messages are on the way, and give back what dead processes had claimed."""
        renewed = 0.0
        while True:
            try:
                await self._in_db(self._sweep)
                if self._flying and time.monotonic() - renewed > _RENEW_SECONDS:
                    await self._in_db(lambda: self._write(self._renew))
                    renewed = time.monotonic()
            except Exception:
                log.exception("webhooks: cannot look after claims")
            await asyncio.sleep(_SWEEP_SECONDS)

    async def _keep_reminding(self) -> None:
        """Send what fires again to tools that forget, once a minute, whichever process comes first."""
        while True:
            try:
                for reminder in await self._in_db(self._reminders):
                    await self._remind(reminder)
            except Exception:
                log.exception("webhooks: cannot send again what fires")
            await asyncio.sleep(_SWEEP_SECONDS)

    async def _remind(self, reminder: Reminder) -> None:
        answers = []
        async with self._senders.borrow(reminder.receiver_id) as sender:
            for request in reminder.requests:
                answers.append(answer := await remind(reminder.channel, request, sender))
                if answer.outcome is not Outcome.DELIVERED:
                    break
        now, receiver = self._ports.now(), reminder.receiver_id
        await self._in_db(lambda: self._write(lambda tx: record_reminder(tx, receiver, answers, now=now)))

    async def _wind_down(self, recorder: asyncio.Task[None]) -> None:
        flying = set(self._flying)
        if flying:
            await asyncio.wait(flying, timeout=self._settings.stop_seconds)
        for task in flying:
            task.cancel()
        try:
            async with asyncio.timeout(self._settings.stop_seconds):
                await self._tried.join()
            owner = self._ports.owner
            await self._in_db(lambda: self._write(lambda tx: release(tx.session, [owner], now=self._ports.now())))
        except Exception:
            log.exception("webhooks: stopped before everything was recorded; it is sent again")
        recorder.cancel()
        await self._senders.aclose()

    def _peek(self) -> list[DueLane]:
        with self._ports.read() as tx:
            return due_lanes(tx.session)

    def _reminders(self) -> list[Reminder]:
        now = self._ports.now()
        with self._ports.read() as tx:
            if not due_reminders(tx.session, now=now):
                return []
        return self._write(lambda tx: take_reminders(tx.session, now=now, business_now=tx.now))

    def _renew(self, tx: Transaction) -> None:
        renew_lease(tx.session, owner=self._ports.owner, now=self._ports.now())

    def _sweep(self) -> None:
        now = self._ports.now()
        with self._ports.read() as tx:
            gone = foreign_owners(tx.session, owner=self._ports.owner, now=now)
        if gone:
            released = self._write(lambda tx: release(tx.session, gone, now=now))
            log.warning("webhooks: %d messages of a worker that is gone are sent again", released)
            self.wake()

    def _write(self, what: Callable[[Transaction], T]) -> T:
        with self._ports.write() as tx:
            return what(tx)

    async def _in_db(self, what: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._database, what)
