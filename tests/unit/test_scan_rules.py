"""What becomes of a scan, by its rules alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backend.catalog.codes import codes_of, forms
from backend.picking.rules import Asked, Known, Line, Work, decide, true_moment
from models.enums import ShipmentStatus
from models.floor import ScanResult

NOW = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)


def work(id_: int, **units: int) -> Work:
    """Return a shipment that was accepted: line ids are ten times its id and up."""
    lines = tuple(
        Line(id_ * 10 + at, id_, quantity, 0, 0, frozenset({sku})) for at, (sku, quantity) in enumerate(units.items())
    )
    return Work(id_, ShipmentStatus.ACCEPTED, held=False, lines=lines, hurry=(NOW, id_))


def told(
    *scans: Asked, works: tuple[Work, ...], known: Known | None = None
) -> list[tuple[ScanResult, int, int | None]]:
    outcomes = decide(scans, {one.id: one for one in works}, known or Known(codes={"tea", "cup", "mug"}))
    return [(one.result, one.units, one.shipment_id) for one in outcomes]


def test_units_go_to_who_is_in_most_hurry_and_never_beyond_what_is_needed() -> None:
    works = (work(2, tea=2), work(1, tea=1))
    scans = [Asked(f"s{number}", "tea", 1, (2, 1)) for number in range(4)]
    assert told(*scans, works=works) == [
        (ScanResult.PICKED, 1, 1),
        (ScanResult.PICKED, 1, 2),
        (ScanResult.PICKED, 1, 2),
        (ScanResult.EXTRA_ITEM, 0, 1),
    ]


def test_more_than_is_needed_gives_what_is_needed_and_says_so() -> None:
    assert told(Asked("s1", "tea", 5, (1,)), works=(work(1, tea=3),)) == [(ScanResult.EXTRA_ITEM, 3, 1)]


def test_what_is_another_product_is_told_from_what_is_none() -> None:
    scans = (Asked("s1", "mug", 1, (1,)), Asked("s2", "4006381333931", 1, (1,)))
    assert [one[0] for one in told(*scans, works=(work(1, tea=1),))] == [
        ScanResult.WRONG_ITEM,
        ScanResult.UNKNOWN_BARCODE,
    ]


def test_a_scan_told_twice_counts_once_and_is_undone_once() -> None:
    scans = [
        Asked("s1", "tea", 1, (1,)),
        Asked("s1", "tea", 1, (1,)),
        Asked("u1", "tea", -1, (1,), undoes="s1"),
        Asked("u2", "tea", -1, (1,), undoes="s1"),
    ]
    outcome = [(result, units) for result, units, _ in told(*scans, works=(work(1, tea=2),))]
    picked, undone = (ScanResult.PICKED, 1), (ScanResult.UNDONE, -1)
    assert outcome == [picked, picked, undone, (ScanResult.UNDONE, 0)]


def test_undoing_a_refused_scan_takes_nothing_from_others() -> None:
    """Kept while away: his tea was one too many meanwhile, so taking it back must not take another's."""
    scans = [
        Asked("theirs", "tea", 1, (1,)),
        Asked("mine", "tea", 1, (1,)),
        Asked("undo", "tea", -1, (1,), undoes="mine"),
    ]
    assert [units for _, units, _ in told(*scans, works=(work(1, tea=1),))] == [1, 0, 0]


@pytest.mark.parametrize(
    ("status", "held", "expected"),
    [
        (ShipmentStatus.PICKED, False, ScanResult.EXTRA_ITEM),
        (ShipmentStatus.PACKED, False, ScanResult.CLOSED),
        (ShipmentStatus.CANCELLED, False, ScanResult.CLOSED),
        (ShipmentStatus.ACCEPTED, True, ScanResult.CLOSED),
    ],
)
def test_nothing_is_added_to_what_is_not_picked_now(status: ShipmentStatus, held: bool, expected: ScanResult) -> None:
    known = work(1, tea=1)
    closed = Work(1, status, held, known.lines, known.hurry)
    assert told(Asked("s1", "tea", 1, (1,)), works=(closed,)) == [(expected, 0, 1)]
    assert told(Asked("s1", "tea", -1, (1,)), works=(closed,)) == [(ScanResult.CLOSED, 0, 1)]


def test_units_that_a_transfer_brings_cannot_be_picked_yet() -> None:
    line = Line(10, 1, quantity=3, awaited=2, picked=0, codes=frozenset({"tea"}))
    waiting = Work(1, ShipmentStatus.ACCEPTED, held=False, lines=(line,), hurry=(NOW, 1))
    assert told(Asked("s1", "tea", 2, (1,)), works=(waiting,)) == [(ScanResult.EXTRA_ITEM, 1, 1)]


def test_a_gtin_is_the_same_however_many_zeros_lead_it() -> None:
    assert codes_of("A-1", ["012345678905"]) >= {"A-1", "012345678905", "0012345678905", "00012345678905"}
    assert forms("0012345678905") == ("0012345678905", "012345678905", "00012345678905")
    assert forms("00012345") == ("00012345", "000000012345", "0000000012345", "00000000012345")
    assert forms("007") == ("007",)  # no GTIN: these zeros mean something


def test_a_device_is_not_believed_to_come_from_the_future_or_from_before_the_work() -> None:
    earliest, hour = NOW - timedelta(hours=2), timedelta(hours=1)
    said = [None, NOW + hour, NOW - hour, NOW - 5 * hour]
    assert [true_moment(one, earliest=earliest, now=NOW) for one in said] == [NOW, NOW, NOW - hour, earliest]
