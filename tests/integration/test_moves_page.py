"""What does not go as planned, done from a page: what is offered, its forms, what became of it. On both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from backend.auth.actor import SYSTEM, Actor, LocationScope
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.offers import Move
from backend.fulfillment.rules import StepCommand
from backend.invariants import violations
from backend.inventory import service as inventory
from backend.inventory.service import StockCount
from backend.locations.service import close_location
from backend.sla.definitions import ensure_defaults
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from models.enums import ActorKind, Method, Permission, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import Order, Shipment, ShipmentLine, StockBlock
from tests.support.picking import record, scan
from tests.support.shop import DENVER, NEW_YORK, location, open_shop, order, place, row_counts, rows_of

BOSS = Asker(SYSTEM, AMERICAN)
READER = Asker(Actor(ActorKind.USER, "rita", frozenset({Permission.ORDERS_READ})), AMERICAN)
FULFILLER = Actor(
    ActorKind.USER,
    "ann",
    frozenset({Permission.ORDERS_READ, Permission.SHIPMENTS_WRITE}),
    LocationScope(location_codes=frozenset({"CHI"})),
)
WHY = {"reason": "not_found"}


@pytest.fixture
def gateway(ctx: Context) -> Iterator[Gateway]:
    with ctx.uow() as uow:
        ensure_defaults(uow)
    stock = {"CHI": {"tea": 9, "cup": 9}, "NY": {"tea": 3, "cup": 9}, "DEN": {"tea": 9}}
    open_shop(ctx, stock, NY=location("NY", at=NEW_YORK), DEN=location("DEN", at=DENVER))
    yield Gateway(lambda: ctx)
    with ctx.read() as uow:
        assert violations(uow) == []


def shipment(ctx: Context, external_id: str = "A-1", **changes: object) -> int:
    """Open a shipment of three teas and a cup in Chicago."""
    return place(ctx, order(external_id, lines={"tea": 3, "cup": 1}, **changes))[0].shipments[0].id


def do(gateway: Gateway, id_: int, move: Move, given: dict[str, str] | None = None, asker: Asker = BOSS) -> str:
    version = gateway.moves(asker, id_).version
    return gateway.carry_out_move(asker, id_, move, given or {}, version=version)


def offered(gateway: Gateway, id_: int, asker: Asker = BOSS) -> list[str]:
    return [one.move for one in gateway.moves(asker, id_).choices]


def units(ctx: Context) -> dict[int, dict[str, int]]:
    """Return the units of each shipment that was not cancelled, by SKU."""
    alive = {row["id"] for row in rows_of(ctx, Shipment) if row["status"] != "cancelled"}
    found: dict[int, dict[str, int]] = {}
    for row in rows_of(ctx, ShipmentLine):
        if row["shipment_id"] in alive:
            found.setdefault(row["shipment_id"], {})[row["sku"]] = row["quantity"]
    return found


def defaults(gateway: Gateway, id_: int, move: Move) -> dict[str, str]:
    form, _ = gateway.move_form(BOSS, id_, move)
    return {one.name: one.value for one in form.fields}


def test_what_is_in_hand_goes_on_and_the_rest_is_routed_at_once(gateway: Gateway, ctx: Context) -> None:
    id_ = shipment(ctx)
    assert defaults(gateway, id_, Move.SPLIT) == {"units-0": "0", "units-1": "0", "to": "", **WHY}
    record(ctx, scan("tea", shipment_id=id_), scan("cup", shipment_id=id_))
    given = defaults(gateway, id_, Move.SPLIT)
    assert given == {"units-0": "2", "units-1": "0", "to": "", **WHY}
    assert do(gateway, id_, Move.SPLIT, given) == "2 units go elsewhere: 2 to Store NY."
    assert units(ctx) == {id_: {"tea": 1, "cup": 1}, id_ + 1: {"tea": 2}}
    assert [(row["product_id"], row["until_count"]) for row in rows_of(ctx, StockBlock)] == [(2, True)]


def test_what_a_count_did_not_find_is_filled_in(gateway: Gateway, ctx: Context) -> None:
    id_ = shipment(ctx)
    with ctx.uow() as uow:
        inventory.count(uow, [StockCount("CHI", "tea", 1)])
    assert defaults(gateway, id_, Move.SPLIT)["units-0"] == "2"
    assert defaults(gateway, id_, Move.TRANSFER)["units-0"] == "2"


def test_units_part_here_and_to_a_named_place(gateway: Gateway, ctx: Context) -> None:
    id_ = shipment(ctx)
    here = {"units-0": "1", "units-1": "0", "to": "@here", "reason": "no_time"}
    assert do(gateway, id_, Move.SPLIT, here) == "1 unit stays here, as shipment 2. The rest goes on."
    there = {"units-0": "1", "units-1": "1", "to": "NY", "reason": "no_time"}
    assert do(gateway, id_, Move.SPLIT, there) == "2 units go to Store NY, as shipment 3. The rest goes on."
    assert units(ctx) == {1: {"tea": 1}, 2: {"tea": 1}, 3: {"tea": 1, "cup": 1}}


def test_what_no_location_has_is_said_to_wait(gateway: Gateway, ctx: Context) -> None:
    id_ = shipment(ctx)
    with ctx.uow() as uow:
        for code in ("NY", "DEN"):
            close_location(uow, code, reason="flood")
    given = {"units-0": "2", "units-1": "0", "to": "", "reason": "no_time"}
    words = do(gateway, id_, Move.SPLIT, given)
    assert words == "2 units are given back. No location has 2 of them now: they wait until one does."
    assert units(ctx) == {id_: {"tea": 1, "cup": 1}}


def test_who_sees_one_store_only_is_told_that_it_went_elsewhere(gateway: Gateway, ctx: Context) -> None:
    id_, ann = shipment(ctx), Asker(FULFILLER, AMERICAN)
    given = {"units-0": "2", "units-1": "0", "to": "", "reason": "no_time"}
    words = do(gateway, id_, Move.SPLIT, given, ann)
    assert words == "2 units go elsewhere: 2 to another location, outside your part of the network."
    form, _ = gateway.move_form(ann, id_, Move.REASSIGN)
    assert (form.fields, form.button) == ([], "")
    assert do(gateway, id_, Move.REJECT, {"reason": "no_time"}, ann).startswith("2 units go elsewhere")


def test_what_is_missing_is_sent_by_the_quickest_or_by_whom_one_names(gateway: Gateway, ctx: Context) -> None:
    id_ = shipment(ctx)
    given = {"units-0": "2", "units-1": "0", "source": "", "reason": "no_time"}
    words = "sends 2 units, as shipment 2. Until then this one waits, and its clocks stand still."
    assert do(gateway, id_, Move.TRANSFER, given) == f"Store NY {words}"
    assert "transfer" in offered(gateway, id_)
    assert "reassign" not in offered(gateway, id_)
    more = {**given, "units-0": "1", "source": "DEN"}
    assert do(gateway, id_, Move.TRANSFER, more).startswith("Store DEN sends 1 unit")
    waits = {row["id"]: row["waiting_for"] for row in rows_of(ctx, Shipment)}
    assert waits == {1: "transfer", 2: None, 3: None}
    assert offered(gateway, 2) == ["reject", "hold", "cancel"]


def test_the_whole_shipment_moves_waits_stops_and_ends(gateway: Gateway, ctx: Context) -> None:
    first, second, third = (shipment(ctx, f"A-{number}") for number in range(3))
    assert do(gateway, first, Move.REASSIGN, {"to": "NY", "reason": "two are ill"}) == "It goes on at Store NY."
    assert do(gateway, first, Move.HOLD, {"reason": "the customer asked"}).startswith("On hold")
    assert offered(gateway, first) == ["reassign", "backorder", "release", "cancel"]
    assert do(gateway, first, Move.RELEASE).startswith("Released")
    assert do(gateway, second, Move.BACKORDER, WHY).startswith("It waits for stock")
    assert do(gateway, third, Move.CANCEL, {"reason": "the customer asked"}).startswith("Cancelled")
    assert {row["status"] for row in rows_of(ctx, Order)} == {"routed", "backordered", "cancelled"}
    assert offered(gateway, third) == []


def test_given_back_it_goes_on_elsewhere(gateway: Gateway, ctx: Context) -> None:
    id_ = place(ctx, order("A-1", lines={"tea": 2}))[0].shipments[0].id
    assert do(gateway, id_, Move.REJECT, {"reason": "no_time"}) == "2 units go elsewhere: 2 to Store NY."
    assert units(ctx) == {id_ + 1: {"tea": 2}}


def test_the_last_step_is_taken_back(gateway: Gateway, ctx: Context) -> None:
    id_ = shipment(ctx)
    assert "undo" not in offered(gateway, id_)
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(id_, ShipmentStatus.PACKED)])
    assert gateway.moves(BOSS, id_).choices[-2].word == "Take back: Pack"
    assert "split" not in offered(gateway, id_)
    assert do(gateway, id_, Move.UNDO) == "Taken back: Pack."
    assert rows_of(ctx, Shipment)[0]["status"] == "open"


ASKED = [
    (Move.SPLIT, {"units-0": "x", "units-1": "-1", "to": "MARS"}, {"units-0", "units-1", "to", "reason"}),
    (Move.SPLIT, {"units-0": "0", "units-1": "0", "to": "", **WHY}, {"units-0"}),
    (Move.SPLIT, {"units-0": "4", "units-1": "2", "to": "", **WHY}, {"units-0", "units-1"}),
    (Move.SPLIT, {"units-0": "3", "units-1": "1", "to": "", **WHY}, {"lines"}),
    (Move.SPLIT, {"units-0": "0", "units-1": "2", "to": "@here", **WHY}, {"units-1"}),
    (Move.TRANSFER, {"units-0": "x", "units-1": "0", "source": "CHI"}, {"units-0", "source", "reason"}),
    (Move.TRANSFER, {"units-0": "4", "units-1": "0", "source": "", **WHY}, {"units-0"}),
    (Move.TRANSFER, {"units-0": "3", "units-1": "1", "source": "DEN", **WHY}, set()),  # Denver has no cups
    (Move.REASSIGN, {"to": "CHI"}, {"to", "reason"}),
    (Move.REASSIGN, {"to": "DEN", "reason": "ill"}, set()),
    (Move.REJECT, {"reason": "mood"}, {"reason"}),
    (Move.BACKORDER, {}, {"reason"}),
    (Move.HOLD, {"reason": "x" * 201}, {"reason"}),
    (Move.CANCEL, {"reason": "  "}, {"reason"}),
]


@pytest.mark.parametrize(("move", "given", "fields"), ASKED)
def test_every_fault_stands_at_its_field_and_nothing_changes(
    gateway: Gateway, ctx: Context, move: Move, given: dict[str, str], fields: set[str]
) -> None:
    id_ = shipment(ctx)
    before = row_counts(ctx), rows_of(ctx, Shipment), units(ctx)
    with pytest.raises(DomainError) as refused:
        do(gateway, id_, move, given)
    if fields:
        assert {fault.pointer.rpartition("/")[2] for fault in refused.value.faults} == fields
    assert (row_counts(ctx), rows_of(ctx, Shipment), units(ctx)) == before


@pytest.mark.parametrize("move", list(Move))
def test_who_may_not_or_saw_another_version_changes_nothing(gateway: Gateway, ctx: Context, move: Move) -> None:
    id_ = shipment(ctx)
    if move is Move.RELEASE:
        do(gateway, id_, Move.HOLD, {"reason": "flood"})
    if move is Move.UNDO:
        with ctx.uow() as uow:
            fulfillment.advance(uow, [StepCommand(id_, ShipmentStatus.ACCEPTED)])
    given = {"units-0": "1", "units-1": "0", "to": "NY" if move is Move.REASSIGN else "", "source": "", **WHY}
    before = row_counts(ctx), rows_of(ctx, Shipment), units(ctx)
    seen = gateway.moves(BOSS, id_).version
    for asker, version, code in ((READER, seen, ErrorCode.FORBIDDEN), (BOSS, seen + 1, ErrorCode.STALE)):
        with pytest.raises(DomainError) as refused:
            gateway.carry_out_move(asker, id_, move, given, version=version)
        assert refused.value.code is code
    for ask in (lambda: gateway.moves(READER, id_), lambda: gateway.move_form(READER, id_, Move.SPLIT)):
        with pytest.raises(DomainError, match="permission"):
            ask()
    assert (row_counts(ctx), rows_of(ctx, Shipment), units(ctx)) == before


def test_another_ones_shipment_is_not_there(gateway: Gateway, ctx: Context) -> None:
    id_ = shipment(ctx)
    stranger = Asker(replace(FULFILLER, scope=LocationScope(location_codes=frozenset({"NY"}))), AMERICAN)
    assert offered(gateway, id_, stranger) == []
    with pytest.raises(DomainError) as refused:
        gateway.move_form(stranger, id_, Move.SPLIT)
    assert refused.value.code is ErrorCode.NOT_FOUND
    with pytest.raises(DomainError) as refused:
        gateway.carry_out_move(stranger, id_, Move.CANCEL, {"reason": "x"}, version=1)
    assert refused.value.code is ErrorCode.NOT_FOUND
    assert rows_of(ctx, Shipment)[0]["status"] == "open"


def test_an_order_page_offers_it_to_who_may(gateway: Gateway, ctx: Context) -> None:
    id_ = shipment(ctx, method=Method.DELIVERY)
    shown = gateway.order(BOSS, 1).shipments[0].moves
    assert (shown.shipment, [one.move for one in shown.choices][:2]) == (id_, ["split", "transfer"])
    assert gateway.order(READER, 1).shipments[0].moves.choices == []
