"""What lies where while waves are planned: every wave takes away what it picks, so no unit is planned twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from backend.waves.facts import NOWHERE, PickLine, PickTask, Supply

#: What may stand for one another: an item set aside at a stop, or (stop None) the item from any stop of the supply.
Good = tuple[int, str | None]


class Stock:
    """Stops with their goods. Lines with a stop of their own bring their stock along; the others share the supply."""

    def __init__(self, supply: Supply | None, tasks: Iterable[PickTask]) -> None:
        self._shared = supply is not None
        self.at: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.where: defaultdict[int, list[str]] = defaultdict(list)
        self._numbers: dict[Good, int] = {}
        self._needs: dict[int, Counter[int]] = {}
        for stop, items in sorted((supply or {}).items()):
            for item, units in sorted(items.items()):
                if units > 0:
                    self._put(stop, self._number((item, None)), units)
        set_aside: Counter[tuple[str, int]] = Counter()
        for task in tasks:
            for line in task.lines:
                own = self._own_stop(line)
                if own is not None:
                    set_aside[own, self.good(line)] += line.units
        for (stop, good), units in sorted(set_aside.items()):
            self._put(stop, good, units)
        self._free = Counter({good: sum(self.at[stop][good] for stop in stops) for good, stops in self.where.items()})

    def _put(self, stop: str, good: int, units: int) -> None:
        self.at[stop][good] += units
        self.where[good].append(stop)

    def _own_stop(self, line: PickLine) -> str | None:
        if line.stop is not None:
            return line.stop
        return None if self._shared else NOWHERE

    def _number(self, good: Good) -> int:
        return self._numbers.setdefault(good, len(self._numbers))

    def good(self, line: PickLine) -> int:
        """Return the number of what the line asks for."""
        return self._number((line.item, self._own_stop(line)))

    def needs(self, task: PickTask) -> Counter[int]:
        """Return what the task asks for: good → units. Not to be changed."""
        needs = self._needs.get(task.task_id)
        if needs is None:
            needs = self._needs[task.task_id] = Counter()
            for line in task.lines:
                needs[self.good(line)] += line.units
        return needs

    def promise(self, task: PickTask) -> PickLine | None:
        """Set aside what the task needs; return its first line that there is not enough for, and set aside nothing."""
        needs = self.needs(task)
        for line in task.lines:
            if needs[self.good(line)] > self._free[self.good(line)]:
                return line
        self._free.subtract(needs)
        return None

    def stops_with(self, goods: Iterable[int]) -> list[str]:
        """Return the stops that still have any of these."""
        return sorted({stop for good in goods for stop in self.where[good] if self.at[stop][good] > 0})

    def take(self, line: PickLine, stops: Collection[str]) -> list[tuple[str, int]]:
        """Take the line from these stops: (stop, units), as few stops as its stock allows."""
        good, left = self.good(line), line.units
        here = sorted((stop for stop in self.where[good] if stop in stops), key=lambda stop: -self.at[stop][good])
        whole = [stop for stop in here if self.at[stop][good] >= left]
        taken = []
        for stop in whole[-1:] or here:  # the fullest stays for those that need much
            units = min(left, self.at[stop][good])
            if units > 0:
                self.at[stop][good] -= units
                left -= units
                taken.append((stop, units))
        return taken
