"""Scans on a real database: kept once, units picked once, steps done by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.auth.actor import Actor, LocationScope
from backend.context import Context
from backend.fulfillment import remainder
from backend.fulfillment import service as fulfillment
from backend.fulfillment.remainder import ShortLine
from backend.fulfillment.service import StepCommand
from backend.picking import queries, service
from models.enums import ActorKind, Permission, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.events import EventType
from models.floor import ScanResult, WaveStatus
from models.tables import Event, Scan, Shipment, ShipmentLine
from tests.support.picking import picked, record, results, scan, shelves, statuses, to_pick, wave_of
from tests.support.shop import row_counts, rows_of

ANN = Actor(ActorKind.USER, "ann", frozenset({Permission.SHIPMENTS_WRITE}))
BEN = Actor(ActorKind.USER, "ben", frozenset({Permission.SHIPMENTS_WRITE}))


@pytest.fixture
def shop(ctx: Context) -> Context:
    shelves(ctx, tea=50, cup=50, mug=50)
    return ctx


def types(ctx: Context) -> list[str]:
    return [row["type"] for row in rows_of(ctx, Event) if row["type"].startswith("shipment.")]


def test_the_first_scan_accepts_and_claims_the_last_one_completes_the_pick(shop: Context) -> None:
    (id_,) = to_pick(shop, {"tea": 2, "cup": 1})
    assert [one.outcome.result for one in record(shop, scan("BAR-tea", shipment_id=id_), by=ANN)] == [ScanResult.PICKED]
    row = rows_of(shop, Shipment)[0]
    assert (row["status"], row["claimed_by"], row["version"]) == ("accepted", "ann", 4)
    record(shop, scan("tea", shipment_id=id_), by=BEN)  # the SKU is a code too; somebody else may help
    assert statuses(shop) == {id_: "accepted"}
    record(shop, scan("BAR-cup", shipment_id=id_), by=BEN)
    assert statuses(shop) == {id_: "picked"}
    assert picked(shop) == {id_: {"tea": 2, "cup": 1}}
    assert rows_of(shop, Shipment)[0]["claimed_by"] == "ann"
    assert types(shop)[-2:] == [EventType.SHIPMENT_ACCEPTED, EventType.SHIPMENT_PICKED]


def test_all_at_once_is_accepted_and_picked_in_one_call(shop: Context) -> None:
    (id_,) = to_pick(shop, {"tea": 3})
    assert results(shop, scan("tea", shipment_id=id_, units=3)) == [(ScanResult.PICKED, 3)]
    assert types(shop)[-2:] == [EventType.SHIPMENT_ACCEPTED, EventType.SHIPMENT_PICKED]


def test_what_is_not_of_this_shipment_is_said_and_kept_and_changes_nothing(shop: Context) -> None:
    (id_,) = to_pick(shop, {"tea": 1, "cup": 1})
    before = rows_of(shop, Shipment), rows_of(shop, ShipmentLine)
    scans = [scan(code, shipment_id=id_) for code in ("BAR-mug", "4006381333931", "mug")]
    wrong, unknown = (ScanResult.WRONG_ITEM, 0), (ScanResult.UNKNOWN_BARCODE, 0)
    assert results(shop, *scans) == [wrong, unknown, wrong]
    assert (rows_of(shop, Shipment), rows_of(shop, ShipmentLine)) == before
    assert [row["result"] for row in rows_of(shop, Scan)] == [result.value for result, _ in (wrong, unknown, wrong)]


def test_the_same_scans_again_change_nothing_and_are_answered_alike(shop: Context) -> None:
    (id_,) = to_pick(shop, {"tea": 2})
    scans = [scan("tea", shipment_id=id_), scan("tea", shipment_id=id_), scan("tea", shipment_id=id_)]
    first = record(shop, *scans)
    before = row_counts(shop), rows_of(shop, Shipment), picked(shop)
    for again in (scans, scans[1:], [*reversed(scans)]):
        answers = {one.outcome.scan_id: one for one in record(shop, *again)}
        assert all(one.again for one in answers.values())
        assert {one.outcome for one in answers.values()} <= {one.outcome for one in first}
    assert (row_counts(shop), rows_of(shop, Shipment), picked(shop)) == before


def test_an_id_of_another_scan_is_refused_and_nothing_of_the_call_is_kept(shop: Context) -> None:
    one, other = to_pick(shop, {"tea": 2}, {"cup": 2})
    record(shop, scan("tea", shipment_id=one, scan_id="same-scan"))
    before = row_counts(shop), picked(shop)
    with pytest.raises(DomainError) as refused:
        record(shop, scan("cup", shipment_id=other), scan("cup", shipment_id=other, scan_id="same-scan"))
    assert refused.value.code is ErrorCode.CONFLICT
    assert [fault.pointer for fault in refused.value.faults] == ["/1/scan_id"]
    assert (row_counts(shop), picked(shop)) == before


def test_everything_wrong_with_a_call_is_named_at_once(shop: Context) -> None:
    (id_,) = to_pick(shop, {"tea": 1})
    with pytest.raises(DomainError) as shapes:
        record(shop, scan("tea", scan_id="twice"), scan("tea", shipment_id=id_, scan_id="twice", units=0))
    assert {fault.pointer for fault in shapes.value.faults} == {"/0", "/1/scan_id", "/1/units"}
    elsewhere = Actor(ActorKind.USER, "eve", ANN.permissions, LocationScope(frozenset({"NY"})))
    strange = [scan("tea", shipment_id=id_), scan("tea", wave_id=77), scan("tea", shipment_id=999)]
    with pytest.raises(DomainError) as missing:
        record(shop, *strange, by=elsewhere)
    assert [fault.pointer for fault in missing.value.faults] == ["/0/shipment_id", "/1/wave_id", "/2/shipment_id"]
    assert rows_of(shop, Scan) == []


def test_a_scan_is_taken_back(shop: Context) -> None:
    (id_,) = to_pick(shop, {"tea": 2, "cup": 1})
    mine = scan("tea", shipment_id=id_)
    undo = scan("tea", shipment_id=id_, units=-1, undoes=mine.scan_id)
    assert results(shop, mine, undo) == [(ScanResult.PICKED, 1), (ScanResult.UNDONE, -1)]
    later = [scan("tea", shipment_id=id_, units=-1, undoes=mine.scan_id), scan("tea", shipment_id=id_, units=-1)]
    assert results(shop, *later) == [(ScanResult.UNDONE, 0), (ScanResult.UNDONE, 0)]
    assert picked(shop) == {id_: {"tea": 0, "cup": 0}}


def test_a_held_or_cancelled_shipment_takes_no_scan(shop: Context) -> None:
    held, gone = to_pick(shop, {"tea": 1}, {"tea": 1})
    with shop.uow() as uow:
        fulfillment.hold(uow, [held], reason="address")
        fulfillment.cancel(uow, [gone], reason="customer")
    closed = (ScanResult.CLOSED, 0)
    assert results(shop, scan("tea", shipment_id=held), scan("tea", shipment_id=gone)) == [closed, closed]
    assert statuses(shop) == {held: "open", gone: "cancelled"}


def test_what_was_kept_while_away_happened_then(shop: Context, clock: object) -> None:
    (id_,) = to_pick(shop, {"tea": 2})
    with shop.read() as uow:
        now = uow.now
    clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    record(
        shop,
        scan("tea", shipment_id=id_, at=now - timedelta(days=3)),
        scan("tea", shipment_id=id_, at=now + timedelta(minutes=20)),
    )
    row = rows_of(shop, Shipment)[0]
    assert (row["accepted_at"], row["picked_at"]) == (now, now + timedelta(minutes=20))


def test_in_a_wave_a_unit_goes_to_the_slot_that_needs_it_first(shop: Context) -> None:
    ids = to_pick(shop, {"tea": 1, "cup": 1}, {"tea": 2}, {"mug": 1})
    wave = wave_of(shop, ids)
    outcomes = record(shop, *[scan("BAR-tea", wave_id=wave) for _ in range(4)])
    assert [(one.outcome.result, one.slot) for one in outcomes] == [
        (ScanResult.PICKED, 1),
        (ScanResult.PICKED, 2),
        (ScanResult.PICKED, 2),
        (ScanResult.EXTRA_ITEM, 1),
    ]
    assert statuses(shop) == dict(zip(ids, ("accepted", "picked", "open"), strict=True))


def test_in_a_wave_a_unit_goes_where_somebody_put_it_while_it_is_needed_there(shop: Context) -> None:
    first, second = to_pick(shop, {"tea": 1}, {"tea": 1})
    wave = wave_of(shop, [first, second])
    outcomes = record(shop, *[scan("tea", wave_id=wave, shipment_id=second) for _ in range(3)])
    assert [(one.outcome.result, one.outcome.units, one.slot) for one in outcomes] == [
        (ScanResult.PICKED, 1, 2),
        (ScanResult.PICKED, 1, 1),  # another has put his there meanwhile: the answer says where this one goes
        (ScanResult.EXTRA_ITEM, 0, 2),
    ]


def test_what_no_shipment_of_a_wave_needs_is_kept_without_one(shop: Context) -> None:
    wave = wave_of(shop, to_pick(shop, {"tea": 1}))
    assert results(shop, scan("mug", wave_id=wave), scan("nothing", wave_id=wave)) == [
        (ScanResult.WRONG_ITEM, 0),
        (ScanResult.UNKNOWN_BARCODE, 0),
    ]
    assert [row["shipment_id"] for row in rows_of(shop, Scan)] == [None, None]


@pytest.mark.parametrize("status", [WaveStatus.PLANNED, WaveStatus.CLOSED, WaveStatus.CANCELLED])
def test_a_wave_that_is_not_picked_takes_no_scan(shop: Context, status: WaveStatus) -> None:
    wave = wave_of(shop, to_pick(shop, {"tea": 1}), status=status)
    assert results(shop, scan("tea", wave_id=wave)) == [(ScanResult.CLOSED, 0)]


def test_scans_in_a_wave_and_by_shipment_share_the_units(shop: Context) -> None:
    first, second = to_pick(shop, {"tea": 1}, {"tea": 1})
    wave = wave_of(shop, [first, second])
    assert results(shop, scan("tea", shipment_id=first), scan("tea", wave_id=wave), scan("tea", wave_id=wave)) == [
        (ScanResult.PICKED, 1),
        (ScanResult.PICKED, 1),
        (ScanResult.EXTRA_ITEM, 0),
    ]
    assert set(statuses(shop).values()) == {ShipmentStatus.PICKED.value}


def test_a_pick_list_is_in_walking_order_and_names_every_code(shop: Context) -> None:
    (id_,) = to_pick(shop, {"tea": 2, "cup": 1})
    record(shop, scan("cup", shipment_id=id_))
    with shop.read() as uow:
        found = queries.of_shipment(uow, id_)
        assert [(line.sku, line.quantity, line.picked, line.codes) for line in found.lines] == [
            ("tea", 2, 0, ("BAR-tea", "tea")),
            ("cup", 1, 1, ("BAR-cup", "cup")),
        ]
        assert [one.code for one in queries.scans_of(uow, id_)] == ["cup"]
    elsewhere = Actor(ActorKind.USER, "eve", ANN.permissions, LocationScope(frozenset({"NY"})))
    with shop.read(elsewhere) as uow:
        for ask in (queries.of_shipment, queries.scans_of):
            with pytest.raises(DomainError):
                ask(uow, id_)


def test_taking_back_the_last_unit_takes_back_the_pick_step_once(shop: Context) -> None:
    (id_,) = to_pick(shop, {"tea": 2})
    last = scan("tea", shipment_id=id_)
    record(shop, scan("tea", shipment_id=id_), last)
    assert statuses(shop) == {id_: "picked"}
    undo = scan("tea", shipment_id=id_, units=-1, undoes=last.scan_id)
    assert results(shop, undo) == [(ScanResult.UNDONE, -1)]
    assert (statuses(shop), picked(shop)) == ({id_: "accepted"}, {id_: {"tea": 1}})
    record(shop, scan("tea", shipment_id=id_))
    for again in (undo, scan("tea", shipment_id=id_, units=-1, undoes=last.scan_id)):
        record(shop, again)  # told again, or once more: what is complete stays so
    assert (statuses(shop), picked(shop)) == ({id_: "picked"}, {id_: {"tea": 2}})
    assert types(shop)[-3:] == [EventType.SHIPMENT_PICKED, EventType.SHIPMENT_UNDONE, EventType.SHIPMENT_PICKED]


def test_what_was_packed_is_not_opened_by_taking_a_scan_back(shop: Context) -> None:
    (id_,) = to_pick(shop, {"tea": 1})
    one = scan("tea", shipment_id=id_)
    record(shop, one)
    with shop.uow() as uow:
        fulfillment.advance(uow, [StepCommand(id_, ShipmentStatus.PACKED)])
    assert results(shop, scan("tea", shipment_id=id_, units=-1, undoes=one.scan_id)) == [(ScanResult.CLOSED, 0)]
    assert statuses(shop) == {id_: "packed"}


def test_a_short_pick_completes_what_has_all_the_rest(shop: Context) -> None:
    (id_,) = to_pick(shop, {"tea": 2, "cup": 1})
    record(shop, scan("tea", shipment_id=id_, units=2))
    with shop.uow() as uow:
        remainder.short(uow, id_, [ShortLine("cup", 1)], reason="not there")
        service.complete(uow, [id_])
    assert statuses(shop)[id_] == "picked"
    (other,) = to_pick(shop, {"tea": 2})
    with shop.uow() as uow:
        service.complete(uow, [other])  # nothing was picked of it
    assert statuses(shop)[other] == "open"
