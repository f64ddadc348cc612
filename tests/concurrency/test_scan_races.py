"""Two people, one wave: whatever the order of their scans and however often their handhelds send them again, every unit
is picked exactly once."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session

from backend.auth.actor import Actor
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.picking import service
from backend.picking.service import ScanIn, ScanOutcome
from models.enums import ActorKind, Permission
from models.errors import DomainError, ErrorCode
from models.floor import ScanResult
from models.tables import Scan, ShipmentLine
from tests.concurrency.test_stock_races import assert_sound, together
from tests.support.picking import picked, record, results, scan, shelves, statuses, to_pick, wave_of
from tests.support.shop import rows_of

SKUS = ("tea", "cup", "mug", "pot", "jar")
PEOPLE = [Actor(ActorKind.USER, name, frozenset({Permission.SHIPMENTS_WRITE})) for name in ("ann", "ben")]


@pytest.fixture
def shop(ctx: Context) -> Context:
    shelves(ctx, **dict.fromkeys(SKUS, 2000))
    return ctx


def handheld(ctx: Context, person: Actor, scans: list[ScanIn], seed: int) -> Counter[str]:
    """Send scans in batches as a handheld on a bad network does: answers get lost, so that batches are sent again,
    together with later ones, sometimes by two connections at once."""
    rnd, waiting, given = random.Random(seed), list(scans), Counter[str]()

    def send(batch: list[ScanIn]) -> list[ScanOutcome] | None:
        try:
            return record(ctx, *batch, by=person)
        except DomainError as error:
            if error.code not in (ErrorCode.CONFLICT, ErrorCode.STALE):
                raise
            return None  # the same scans at the same moment: they stay in the queue

    with ThreadPoolExecutor(2) as lines:
        while waiting:
            batch = waiting[: rnd.choice((1, 1, 1, 5, 40))]
            twice = rnd.random() < 0.1
            answers = [future.result() for future in [lines.submit(send, batch) for _ in range(1 + twice)]]
            if rnd.random() < 0.2 or not any(answers):
                continue  # the answer was lost on its way: all of it stays in the queue
            del waiting[: len(batch)]
            for one in next(filter(None, answers)):
                given[one.outcome.result] += max(0, one.outcome.units)
    return given


def test_two_on_one_wave_with_five_hundred_scans_each_pick_every_unit_once(shop: Context) -> None:
    rnd = random.Random(7)
    lines = [{sku: rnd.randint(1, 6) for sku in rnd.sample(SKUS, 3)} for _ in range(80)]
    ids = to_pick(shop, *lines)
    wave = wave_of(shop, ids)
    needed = [sku for one in lines for sku, units in one.items() for _ in range(units)]
    assert 800 < len(needed) < 1000  # both together scan more than is needed: nobody knows what the other has taken
    rnd.shuffle(needed)
    spare = [rnd.choice(SKUS) for _ in range(1000 - len(needed))]
    codes = [*needed, *spare]
    rnd.shuffle(codes)
    scans = [[scan(f"BAR-{sku}", wave_id=wave) for sku in codes[at::2]] for at in range(2)]
    runs: list[Callable[[], object]] = [
        lambda at=at: handheld(shop, PEOPLE[at], scans[at], seed=at)  # type: ignore[misc]
        for at in range(2)
    ]
    given = together(runs)
    assert all(isinstance(one, Counter) for one in given), given
    assert {row["id"]: row["quantity"] for row in rows_of(shop, ShipmentLine)} == {
        row["id"]: row["picked"] for row in rows_of(shop, ShipmentLine)
    }
    assert set(statuses(shop).values()) == {"picked"}
    kept = rows_of(shop, Scan)
    assert len(kept) == 1000
    assert sum(row["units"] for row in kept) == len(needed)
    assert {row["actor"] for row in kept if row["units"]} == {"ann", "ben"}
    assert_sound(shop)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_looks_while_another_picks_waits_and_sees_it(shop: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Force the interleaving: the last unit is picked by one, who has not committed when the other scans it."""
    (id_,) = to_pick(shop, {"tea": 1, "cup": 1})
    holding, done = threading.Event(), threading.Event()
    commit = Session.commit

    def slow_commit(self: Session) -> None:
        if threading.current_thread().name.startswith("first"):
            holding.set()
            assert not done.wait(timeout=0.5)  # the other must wait for us
        commit(self)

    monkeypatch.setattr(Session, "commit", slow_commit)

    def second() -> list[tuple[ScanResult, int]]:
        assert holding.wait(timeout=30)
        found = results(shop, scan("tea", shipment_id=id_))
        done.set()
        return found

    with ThreadPoolExecutor(1, thread_name_prefix="first") as one, ThreadPoolExecutor(1) as other:
        theirs = other.submit(second)
        assert one.submit(results, shop, scan("tea", shipment_id=id_)).result(timeout=60) == [(ScanResult.PICKED, 1)]
        assert theirs.result(timeout=60) == [(ScanResult.EXTRA_ITEM, 0)]
    assert picked(shop) == {id_: {"tea": 1, "cup": 0}}


def test_the_same_scan_from_many_connections_is_kept_once(shop: Context) -> None:
    first, second = to_pick(shop, {"tea": 9}, {"tea": 9})
    wave = wave_of(shop, [first, second])
    one = scan("tea", wave_id=wave)
    found = together([lambda: record(shop, one) for _ in range(12)])
    assert {type(item) for item in found} <= {list, DomainError}
    assert sum(row["units"] for row in rows_of(shop, Scan)) == 1
    assert sum(row["picked"] for row in rows_of(shop, ShipmentLine)) == 1


def test_picking_cancelling_and_holding_at_once_deadlocks_nobody_and_loses_nothing(shop: Context) -> None:
    ids = to_pick(shop, *[{"tea": 2, "cup": 1} for _ in range(12)])
    wave = wave_of(shop, ids)
    rnd = random.Random(5)

    def pick(number: int) -> object:
        mine = random.Random(number)
        with shop.uow(PEOPLE[number % 2]) as uow:
            return service.record(uow, [scan(mine.choice(("tea", "cup")), wave_id=wave) for _ in range(4)])

    def stop(number: int) -> None:
        with shop.uow() as uow:
            (fulfillment.cancel if number % 2 else fulfillment.hold)(uow, [ids[number]], reason="test")

    calls: list[Callable[[], object]] = [lambda n=n: pick(n) for n in range(12)]  # type: ignore[misc]
    calls += [lambda n=n: stop(n) for n in range(6)]  # type: ignore[misc]
    rnd.shuffle(calls)
    refused = [item for item in together(calls) if isinstance(item, DomainError)]
    assert {error.code for error in refused} <= {ErrorCode.STALE}
    gained = Counter(row["shipment_line_id"] for row in rows_of(shop, Scan) for _ in range(row["units"]))
    assert {row["id"]: row["picked"] for row in rows_of(shop, ShipmentLine) if row["picked"]} == dict(gained)
    assert_sound(shop)
