"""Several people at one shipment: however they split, pick, give back and reassign, no unit is lost or doubled."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from backend.context import Context
from backend.fulfillment import remainder, transfers
from backend.fulfillment import service as fulfillment
from backend.fulfillment.remainder import ShortLine
from backend.fulfillment.service import StepCommand
from backend.fulfillment.splitting import AskedLine
from backend.inventory import parts
from backend.inventory.parts import Part
from backend.jobs import routing as job
from backend.persistence.uow import Uow
from models.enums import ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import OrderLine, Shipment, ShipmentLine
from tests.concurrency.test_stock_races import assert_sound, together
from tests.support.races import wait_for_a_blocked_session
from tests.support.shop import NEW_YORK, location, open_shop, order, place, rows_of, stock_of


def units_of(ctx: Context) -> int:
    """Return the units of tea in shipments that were not cancelled, and of lines that wait or were given up."""
    alive = {row["id"] for row in rows_of(ctx, Shipment) if row["status"] != "cancelled"}
    return sum(row["quantity"] for row in rows_of(ctx, ShipmentLine) if row["shipment_id"] in alive)


def test_split_short_pick_reassign_and_reject_at_once_conserve_every_unit(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 60}, "NY": {"tea": 60}}, NY=location("NY", at=NEW_YORK))
    placed = place(ctx, *(order(f"A-{i}", lines={"tea": 5}) for i in range(8)))
    ids = [item.shipments[0].id for item in placed]

    def act(what: Callable[..., object], id_: int, *args: object, **more: object) -> Callable[[], object]:
        def go() -> object:
            with ctx.uow() as uow:
                return what(uow, id_, *args, **more)

        return go

    def pick(uow: Uow, id_: int) -> None:
        fulfillment.advance(uow, [StepCommand(id_, ShipmentStatus.PICKED)])

    def reject(uow: Uow, id_: int) -> None:
        fulfillment.reject(uow, [id_], reason="test")

    calls = [
        call
        for id_ in ids
        for call in (
            act(remainder.split, id_, [AskedLine("tea", 2)], reason="test"),
            act(remainder.split, id_, [AskedLine("tea", 1)], reason="test", to="NY"),
            act(remainder.short, id_, [ShortLine("tea", 2)], reason="test"),
            act(remainder.reject_part, id_, [AskedLine("tea", 1)], reason="test"),
            act(fulfillment.reassign, id_, "NY", reason="test"),
            act(pick, id_),
            act(reject, id_),
        )
    ]
    random.Random(11).shuffle(calls)
    refused = {error.code for error in together(calls) if isinstance(error, DomainError)}
    assert refused <= {ErrorCode.ILLEGAL_TRANSITION, ErrorCode.INVALID, ErrorCode.STALE, ErrorCode.CONFLICT}
    assert_sound(ctx)
    job.run(ctx)
    assert_sound(ctx)
    waits = sum(row["quantity"] for row in rows_of(ctx, OrderLine)) - units_of(ctx)
    assert waits >= 0
    assert stock_of(ctx) == (120, units_of(ctx))


def test_a_transfer_is_sent_received_and_called_back_at_once_and_its_units_end_in_one_place(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 40}, "NY": {"tea": 40}}, NY=location("NY", at=NEW_YORK))
    placed = place(ctx, *(order(f"A-{i}", lines={"tea": 3}) for i in range(6)))
    parents = [item.shipments[0].id for item in placed]
    with ctx.uow() as uow:
        sent = [transfers.transfer(uow, id_, [AskedLine("tea", 2)], reason="test", source="NY") for id_ in parents]

    def ship(uow: Uow, parent: int, id_: int) -> None:
        fulfillment.advance(uow, [StepCommand(id_, ShipmentStatus.SHIPPED)])

    def receive(uow: Uow, parent: int, id_: int) -> None:
        transfers.receive(uow, id_, [AskedLine("tea", 1)])

    def call_back(uow: Uow, parent: int, id_: int) -> None:
        fulfillment.cancel(uow, [id_], reason="test")

    def give_up(uow: Uow, parent: int, id_: int) -> None:
        fulfillment.cancel(uow, [parent], reason="test")

    def go(what: Callable[[Uow, int, int], None], parent: int, id_: int) -> None:
        with ctx.uow() as uow:
            what(uow, parent, id_)

    pairs = list(zip(parents, sent, strict=True))
    acts = [(what, *pair) for pair in pairs for what in (ship, receive, receive, call_back, give_up)]
    random.Random(3).shuffle(acts)
    together([lambda act=act: go(*act) for act in acts])  # type: ignore[misc]
    assert_sound(ctx)
    for id_ in sent:  # what was sent and not taken in yet arrives
        with contextlib.suppress(DomainError), ctx.uow() as uow:
            transfers.receive(uow, id_)
    assert_sound(ctx)
    states = {row["id"]: row["status"] for row in rows_of(ctx, Shipment)}
    arrived = {id_ for id_ in sent if states[id_] == "handed_over"}
    came = sum(row["quantity"] for row in rows_of(ctx, ShipmentLine) if row["shipment_id"] in arrived)
    lost = 2 * len(arrived) - came
    assert stock_of(ctx)[0] == 80 - lost
    assert all(states[id_] in {"handed_over", "cancelled"} for id_ in sent)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("second", ["split", "pick", "reassign"])
def test_who_comes_while_a_split_is_under_way_waits_and_sees_what_is_left(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    """Force the interleaving: the rival starts when the first has decided and has written nothing yet."""
    open_shop(ctx, {"CHI": {"tea": 9}, "NY": {"tea": 9}}, NY=location("NY", at=NEW_YORK))
    (placed,) = place(ctx, order(lines={"tea": 3}))
    parent = placed.shipments[0].id
    acts: dict[str, Callable[[Uow], object]] = {
        "split": lambda uow: remainder.split(uow, parent, [AskedLine("tea", 2)], reason="test"),
        "pick": lambda uow: fulfillment.advance(uow, [StepCommand(parent, ShipmentStatus.PICKED)]),
        "reassign": lambda uow: fulfillment.reassign(uow, parent, "NY", reason="test"),
    }

    def act(name: str) -> object:
        with ctx.uow() as uow:
            return acts[name](uow)

    real = parts.part_with
    with ThreadPoolExecutor(1) as pool:
        rival: list[Future[object]] = []

        def overtaken(uow: Uow, wanted: Sequence[Part]) -> None:
            if not rival:
                rival.append(pool.submit(act, second))
                wait_for_a_blocked_session(ctx)
            real(uow, wanted)

        monkeypatch.setattr(parts, "part_with", overtaken)
        child = act("split")
        error = rival[0].exception(timeout=60)
    assert (error is None) is (second != "split")  # one unit is left, which cannot be two
    units = {row["id"]: row["units"] for row in rows_of(ctx, Shipment)}
    assert units == {parent: 1, child: 2}
    assert stock_of(ctx) == (18, 3)
    assert_sound(ctx)
