"""Who could take what is left of an order, in one scenario: the holders of its SKUs, less those that are left out.

The work grows with the locations that hold something of the order, never with the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from backend.routing.facts import LineFacts, Network, OrderFacts, Place, Supply
from backend.routing.fields import Env
from backend.routing.geometry import Vector, direction
from backend.routing.prepare import Memo, Prepared, ReadyScenario
from backend.routing.room import Loads, Room, room
from backend.routing.words import Out

Holding = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """What a scenario found of who has everything: of these candidates, with this left of the order."""

    ids: set[int]
    wanted: Mapping[int, int]
    full: set[int]
    lacking: list[tuple[int, list[tuple[int, int]]]]
    without: list[tuple[int, list[int]]]


@dataclass(slots=True)
class Job:
    """An order on its way through its scenarios: `left` by line number, and what locations `took` of it so far."""

    order: OrderFacts
    network: Network
    prepared: Prepared
    loads: Loads
    given: Place | None
    left: dict[int, int]
    most_shipments: int
    most_per_line: int
    took: dict[int, dict[int, int]] = field(default_factory=dict)  # location id → line number → units
    env: Env = field(init=False)
    here: Vector | None = field(init=False)
    shares_products: bool = field(init=False)  # whether two lines are of one product
    last_look: Look | None = None
    supply: Supply | None = None  # what the location that the order is for waits for

    def __post_init__(self) -> None:
        """Work out once what every scenario asks."""
        self.env = Env(self.order)
        self.here = direction(self.order.latitude, self.order.longitude)
        self.shares_products = len({line.product_id for line in self.order.lines}) < len(self.order.lines)

    @property
    def more_shipments(self) -> int:
        """Return how many more locations may be asked."""
        return self.most_shipments - len(self.took)

    def line(self, number: int) -> LineFacts:
        """Return a line by its number."""
        return self.order.lines[number]

    def takers(self, number: int) -> list[int]:
        """Return who took something of a line."""
        return [id_ for id_, units in self.took.items() if number in units]


@dataclass(slots=True)
class Pool:
    """Candidates of a scenario: `ids`, and by line number what each has of it (`holdings`); who is out, and why."""

    memo: Memo
    ids: set[int]
    asked: int
    holdings: dict[int, Holding]
    rooms: dict[int, Room] = field(default_factory=dict)
    out: dict[str, list[int]] = field(default_factory=dict)
    stopped: list[tuple[int, str, list[int]]] = field(default_factory=list)  # line number, reason, who may not take it

    def drop(self, ids: Iterable[int], reason: str) -> None:
        """Take candidates out, with the reason."""
        gone = sorted(ids)
        if gone:
            self.out.setdefault(reason, []).extend(gone)
            self.ids.difference_update(gone)


def gather(job: Job, ready: ReadyScenario) -> Pool:
    """Return the candidates of a scenario for what is left of an order; its filters are `sieve.py`."""
    blocked: dict[int, set[int]] = {}  # by line number
    holdings = {number: _holding(job, number, ready, blocked) for number in job.left}
    ids = set().union(*holdings.values())
    all_blocked = set().union(*blocked.values()) - ids if blocked else set()
    if job.given is not None:
        ids = {job.given.location_id} - all_blocked
    memo = job.prepared.memo(ready, job.order.method)
    if unmet := ids.difference(memo.ok, memo.out):
        memo.learn(unmet, job.network, ready, job.order)
    pool = Pool(memo, ids.difference(memo.out), len(ids), holdings)
    if len(pool.ids) != len(ids):
        _tell_out(pool, ids)
    if blocked:
        _tell_blocked(pool, blocked, all_blocked)
    if memo.clashes:
        for id_ in ids & memo.clashes.keys():
            job.env.clashes |= memo.clashes[id_]
    pool.drop(job.order.refused_by & pool.ids, Out.REFUSED)
    if memo.limited:
        _within_limits(job, pool)
    if job.more_shipments <= 0:
        pool.ids &= job.took.keys()
    return pool


def _holding(job: Job, number: int, ready: ReadyScenario, blocked: dict[int, set[int]]) -> Holding:
    """Return what each location has of a line, less what is blocked there and what this order took already."""
    line = job.line(number)
    if not job.order.stock_matters:
        ids = job.network.places if job.given is None else (job.given.location_id,)
        return dict.fromkeys(ids, line.quantity)
    holding = job.network.stock.holders(line.product_id, job.order)
    if job.given is not None:
        units = holding.get(job.given.location_id, 0)
        holding = {job.given.location_id: units} if units else {}
    if ready.scenario.guards.blocks and (stopped := job.prepared.blocked.get(line.product_id)):
        gone = stopped.intersection(holding)
        if gone:
            blocked[number] = gone
            holding = {id_: units for id_, units in holding.items() if id_ not in gone}
    if job.took:
        holding = _untaken(job, number, holding)
    return holding


def _untaken(job: Job, number: int, holding: Holding) -> Holding:
    """Take off what this order took; a line that is shared by as many as may share it goes nowhere else."""
    product = job.line(number).product_id
    same = [other for other, line in enumerate(job.order.lines) if line.product_id == product]
    takers = job.takers(number)
    closed = len(takers) >= job.most_per_line
    left = {
        id_: units - sum(job.took[id_].get(other, 0) for other in same) if id_ in job.took else units
        for id_, units in holding.items()
        if not closed or id_ in takers
    }
    return {id_: units for id_, units in left.items() if units > 0}


def _tell_out(pool: Pool, ids: set[int]) -> None:
    reasons = pool.memo.out
    for id_ in sorted(ids & reasons.keys()):
        if reasons[id_]:
            pool.out.setdefault(reasons[id_], []).append(id_)


def _tell_blocked(pool: Pool, blocked: Mapping[int, set[int]], everywhere: set[int]) -> None:
    """Tell who is left with nothing by blocks, and who with less."""
    pool.asked += len(everywhere)
    if everywhere:
        pool.out[Out.BLOCKED] = sorted(everywhere)
    for number, ids in sorted(blocked.items()):
        if partly := sorted(ids & pool.ids):
            pool.stopped.append((number, Out.BLOCKED, partly))


def _within_limits(job: Job, pool: Pool) -> None:
    """Take out who may be given no more; remember how much the others may."""
    memo, loads = pool.memo, job.loads
    anew = pool.ids & memo.limited.keys() & {*job.took, *loads.changed}
    steady = pool.ids - anew
    full = steady & memo.full
    pool.rooms = {id_: memo.rooms[id_] for id_ in steady & memo.rooms.keys()}
    for id_ in anew:
        place = memo.limited[id_]
        left = _rest_of_room(job, place) if id_ in job.took else room(place, loads.of(place))
        if left is None:
            full.add(id_)
        elif left.is_bounded:
            pool.rooms[id_] = left
    pool.drop(full, Out.LIMIT)


def _rest_of_room(job: Job, place: Place) -> Room | None:
    left = room(place, job.loads.of(place))
    for number, units in job.took[place.location_id].items():
        left = None if left is None else left.less(job.line(number), units)
    return left
