"""Answers of another thread reach whoever awaits them on the event loop."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

import pytest

from backend.api.mail import Mail


def test_each_answer_and_each_error_goes_to_its_own_call() -> None:
    async def ask() -> list[object]:
        mail = Mail()
        asked: list[Future[int]] = [Future() for _ in range(200)]
        waiting = [mail.of(future) for future in asked]

        def answer() -> None:
            for number, future in enumerate(asked):
                if number % 10:
                    future.set_result(number)
                else:
                    future.set_exception(ValueError(number))

        thread = threading.Thread(target=answer)
        thread.start()
        given = await asyncio.gather(*waiting, return_exceptions=True)
        thread.join()
        return [each.args[0] if isinstance(each, ValueError) else each for each in given]

    assert asyncio.run(ask()) == list(range(200))


def test_who_gives_up_waiting_neither_stops_the_work_nor_holds_up_others() -> None:
    async def ask() -> None:
        mail = Mail()
        left, stays = Future[int](), Future[int]()
        gone, waits = mail.of(left), mail.of(stays)
        gone.cancel()
        left.set_result(1)
        stays.set_result(2)
        assert await waits == 2
        with pytest.raises(asyncio.CancelledError):
            await gone

    asyncio.run(ask())


def test_what_was_answered_before_is_there_at_once_and_a_loop_that_ended_is_left_alone() -> None:
    late = Future[int]()

    async def ask() -> int:
        done = Future[int]()
        done.set_result(7)
        mail = Mail()
        mail.of(late)
        assert mail.is_here()
        return await mail.of(done)

    assert asyncio.run(ask()) == 7
    late.set_result(1)


def test_an_answer_that_was_called_off_does_not_strand_those_behind_it() -> None:
    async def ask() -> None:
        mail = Mail()
        off, stays = Future[int](), Future[int]()
        gone, waits = mail.of(off), mail.of(stays)
        off.cancel()
        stays.set_result(2)
        assert await waits == 2
        with pytest.raises(asyncio.CancelledError):
            await gone

    asyncio.run(ask())
