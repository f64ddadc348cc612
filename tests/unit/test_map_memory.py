"""The map's short memory: many tabs that ask the same cost one answer, and nobody is given an old one."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from dashboard.netmap.payload import Body
from dashboard.netmap.source import MOST_ANSWERS, Memory


class Kitchen:
    """Makes answers and counts them; its clock stands until told."""

    def __init__(self) -> None:
        self.time = 100.0
        self.made = 0
        self.memory = Memory(lambda: self.time)

    def ask(self, key: str = "all", seconds: float = 5.0) -> str:
        def make() -> Body:
            self.made += 1
            return Body(b"", f"{key} {self.made}")

        return self.memory.recall(key, seconds=seconds, make=make).etag


def test_a_young_answer_is_given_again_and_an_old_one_made_anew() -> None:
    kitchen = Kitchen()
    assert [kitchen.ask(), kitchen.ask()] == ["all 1", "all 1"]
    kitchen.time += 5.1
    assert kitchen.ask() == "all 2"


def test_each_question_has_its_own_answer() -> None:
    kitchen = Kitchen()
    assert {kitchen.ask("west"), kitchen.ask("east")} == {"west 1", "east 2"}


def test_it_does_not_grow_without_end() -> None:
    kitchen = Kitchen()
    for number in range(MOST_ANSWERS + 1):
        kitchen.ask(str(number))
    made = kitchen.made
    kitchen.ask(str(MOST_ANSWERS))
    assert kitchen.made == made
    kitchen.ask("0")
    assert kitchen.made == made + 1


def test_those_who_ask_at_once_share_one_answer() -> None:
    memory = Memory()
    started, go_on, made = threading.Event(), threading.Event(), []

    def make() -> Body:
        made.append(1)
        started.set()
        go_on.wait(60)
        return Body(b"", "the one")

    with ThreadPoolExecutor(5) as pool:
        asking = [pool.submit(memory.recall, "all", seconds=60.0, make=make) for _ in range(5)]
        started.wait(60)
        go_on.set()
        assert {future.result().etag for future in asking} == {"the one"}
    assert len(made) == 1
