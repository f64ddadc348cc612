"""The hub tells every open tab soon, once for many changes, and lets no tab hold up another. No real time is waited
for: its pace is all zeros here, or so long that only a signal can be the cause."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from dashboard.hub import Hub, Pace, Pulse, Reply

NEVER = 3600.0
ON_SIGNAL = Pace(gather=0, poll=NEVER, beat=NEVER, rest=0)


class World:
    """A feed, and tabs that remember what they were told."""

    def __init__(self) -> None:
        self.version = 1
        self.asked = 0
        self.down = False
        self.told: dict[str, list[int]] = {}
        self.gone: set[str] = set()
        self.broken: set[str] = set()
        self.slow: dict[str, asyncio.Event] = {}

    async def newest(self) -> Pulse:
        self.asked += 1
        if self.down:
            raise ConnectionError("no database")
        return Pulse(self.version, datetime(2026, 11, 27, tzinfo=UTC))

    async def push(self, token: str, pulse: Pulse) -> Reply:
        if token in self.gone:
            return Reply.GONE
        if token in self.broken:
            raise RuntimeError("this tab's query failed")
        if token in self.slow:
            await self.slow[token].wait()
        self.told.setdefault(token, []).append(pulse.version)
        return Reply.TOLD


@asynccontextmanager
async def running(world: World, pace: Pace = ON_SIGNAL) -> AsyncIterator[Hub]:
    hub = Hub(newest=world.newest, push=world.push, pace=pace)
    task = asyncio.create_task(hub.run())
    await asyncio.sleep(0)
    try:
        yield hub
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 what is waited for happens in plain functions
            await asyncio.sleep(0.001)


async def settled() -> None:
    """Let everything that can run without a new cause run."""
    for _ in range(50):
        await asyncio.sleep(0)


def test_every_tab_hears_of_a_change() -> None:
    async def story() -> None:
        world = World()
        async with running(world) as hub:
            hub.add("a")
            hub.add("b")
            await until(lambda: world.told == {"a": [1], "b": [1]})
            world.version = 2
            hub.wake()
            await until(lambda: world.told == {"a": [1, 2], "b": [1, 2]})

    asyncio.run(story())


def test_many_changes_at_once_are_told_once() -> None:
    async def story() -> None:
        world = World()
        async with running(world) as hub:
            hub.add("a")
            await until(lambda: "a" in world.told)
            for version in range(2, 500):
                world.version = version
                hub.wake()
            await until(lambda: world.told["a"][-1] == 499)
            await settled()
            assert world.told["a"] == [1, 499]

    asyncio.run(story())


def test_a_slow_tab_delays_nobody_and_then_hears_only_the_newest() -> None:
    async def story() -> None:
        world = World()
        world.slow["slow"] = asyncio.Event()
        async with running(world) as hub:
            hub.add("slow")
            hub.add("quick")
            for version in range(1, 6):
                world.version = version
                hub.wake()
                await until(lambda version=version: world.told.get("quick", [0])[-1] == version)  # type: ignore[misc]
            assert "slow" not in world.told
            world.slow["slow"].set()
            await until(lambda: len(world.told.get("slow", [])) == 2)
            assert world.told["slow"] == [1, 5]

    asyncio.run(story())


def test_a_tab_that_is_gone_is_forgotten_and_may_come_back() -> None:
    async def story() -> None:
        world = World()
        world.gone.add("a")
        async with running(world) as hub:
            hub.add("a")
            await until(lambda: hub.tabs == 0)
            world.gone.clear()
            hub.add("a")
            world.version = 2
            hub.wake()
            await until(lambda: world.told.get("a") == [2])

    asyncio.run(story())


def test_one_tabs_failure_is_its_own_and_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        world = World()
        world.broken.add("bad")
        async with running(world) as hub:
            hub.add("bad")
            hub.add("good")
            await until(lambda: world.told.get("good") == [1])
            world.broken.clear()
            world.version = 2
            hub.wake()
            await until(lambda: world.told == {"good": [1, 2], "bad": [2]})

    asyncio.run(story())
    assert "telling a tab failed" in caplog.text


def test_without_tabs_it_asks_nothing() -> None:
    async def story() -> None:
        world = World()
        async with running(world, Pace(gather=0, poll=0, beat=0, rest=0)):
            await settled()
            assert world.asked == 0

    asyncio.run(story())


def test_what_another_process_wrote_is_seen_without_a_signal() -> None:
    async def story() -> None:
        world = World()
        async with running(world, Pace(gather=0, poll=0.001, beat=NEVER, rest=0)) as hub:
            hub.add("a")
            await until(lambda: world.told.get("a") == [1])
            world.version = 7
            await until(lambda: world.told["a"] == [1, 7])

    asyncio.run(story())


def test_a_quiet_tab_hears_that_all_is_well() -> None:
    async def story() -> None:
        world = World()
        async with running(world, Pace(gather=0, poll=0.001, beat=0, rest=0)) as hub:
            hub.add("a")
            await until(lambda: Counter(world.told.get("a", []))[1] >= 3)

    asyncio.run(story())


def test_it_survives_the_database_being_away(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        world = World()
        world.down = True
        async with running(world, Pace(gather=0, poll=0.001, beat=NEVER, rest=0)) as hub:
            hub.add("a")
            await until(lambda: world.asked >= 2)
            world.down = False
            await until(lambda: world.told.get("a") == [1])

    asyncio.run(story())
    assert "cannot read how far" in caplog.text
