"""Two who plan the same location at once: every shipment in one wave at most, numbers without a gap."""

from __future__ import annotations

import threading
from collections import Counter

from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.waves import keeping, service
from backend.waves.planning import Ask, preview
from backend.waves.settings import WaveSettings
from models.errors import DomainError, ErrorCode
from models.tables import PickWave, WaveShipment
from tests.support.shop import rows_of
from tests.support.waves import inside, open_aisles, wait_for_picking


def test_planners_at_once_share_the_shipments(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1}] * 24)
    together = threading.Barrier(4)
    failed: list[BaseException] = []

    def planner(size: int) -> None:
        try:
            together.wait(60)
            with ctx.uow() as uow:
                service.plan(uow, Ask("CHI", settings=WaveSettings(max_shipments=size)))
        except DomainError as error:
            if error.code is not ErrorCode.CONFLICT:
                failed.append(error)
        except BaseException as error:  # seen by the test, not by the thread
            failed.append(error)

    threads = [threading.Thread(target=planner, args=(size,)) for size in (3, 5, 7, 24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failed == []
    numbers = sorted(row["number"] for row in rows_of(ctx, PickWave))
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(Counter(row["shipment_id"] for row in rows_of(ctx, WaveShipment)).values()) == {1}
    assert {row["shipment_id"] for row in rows_of(ctx, WaveShipment)} == set(ids)
    assert None not in inside(ctx).values()


def test_who_was_held_between_plan_and_keeping_is_not_in_the_wave(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1}, {"rye": 1}, {"soap": 1}])
    with ctx.read() as reader:
        made = preview(reader, Ask("CHI"))
    with ctx.uow() as uow:
        fulfillment.hold(uow, [ids[1]], reason="call")
    with ctx.uow() as uow:
        (wave,) = keeping.keep(uow, made)
        assert (wave.shipments, wave.units, wave.stops) == (2, 2, 2)
    assert inside(ctx) == {ids[0]: wave.id, ids[1]: None, ids[2]: wave.id}
