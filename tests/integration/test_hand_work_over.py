"""Work handed to others from the Location page, planned waves let go there, and both taken back. On both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from backend.auth.actor import SYSTEM, Actor
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.invariants import violations
from backend.jobs import routing
from backend.locations.service import close_location, put_locations
from backend.persistence.bulk import table_of
from backend.sla.definitions import ensure_defaults
from backend.waves import service as waves
from dashboard.address import LocationAddress
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from dashboard.views.controls import HandedWork, PlannedWave, ReleasedWave
from models.enums import ActorKind, Method, Permission
from models.errors import DomainError, ErrorCode
from models.tables import Location, Shipment, StockBlock
from tests.support.shop import NEW_YORK, location, open_shop, order, place, row_counts, rows_of
from tests.support.stock import balance_of
from tests.support.waves import open_aisles, plan, statuses, wait_for_picking

BOSS = Asker(SYSTEM, AMERICAN)
READER = Asker(Actor(ActorKind.USER, "rita", frozenset({Permission.NETWORK_READ})), AMERICAN)
HAND = {"many": "9", "first": "urgent", "to": "", "reason": "two people are ill"}
SHIPMENT = table_of(Shipment)


@pytest.fixture
def gateway(ctx: Context) -> Iterator[Gateway]:
    with ctx.uow() as uow:
        ensure_defaults(uow)
    yield Gateway(lambda: ctx)
    with ctx.read() as uow:
        assert violations(uow) == []


def four_in_chicago(ctx: Context, elsewhere: int) -> list[int]:
    """Open four shipments of one tea in Chicago; New York has so many too."""
    open_shop(ctx, {"CHI": {"tea": 20}, "NY": {"tea": elsewhere}}, NY=location("NY", at=NEW_YORK))
    return [each.shipments[0].id for each in place(ctx, *(order(f"A-{index}") for index in range(4)))]


def where(ctx: Context) -> list[str]:
    """Return where the work is: the location of each shipment that was not cancelled."""
    known = {row["id"]: row["code"] for row in rows_of(ctx, Location)}
    return [known[row["location_id"]] for row in rows_of(ctx, Shipment) if row["status"] != "cancelled"]


def change(ctx: Context, id_: int, **values: object) -> None:
    with ctx.uow() as uow:
        uow.session.execute(sa.update(SHIPMENT).where(SHIPMENT.c.id == id_).values(**values))


def test_what_others_can_take_goes_and_comes_back(gateway: Gateway, ctx: Context) -> None:
    first, *_ = four_in_chicago(ctx, elsewhere=2)
    done = gateway.hand_over(BOSS, HAND | {"many": "3", "to": "NY"}, location="CHI")
    assert done.words == "2 handed to Store NY. 1 stays: no stock there."
    assert where(ctx) == ["NY", "NY", "CHI", "CHI"]
    change(ctx, first, claimed_by="ben")  # somebody in New York goes on with it
    assert isinstance(done.undo, HandedWork)
    back = gateway.hand_back(BOSS, done.undo, location="CHI")
    assert back.words == "1 taken back. 1 stays: begun elsewhere, or without a place yet."
    assert where(ctx) == ["NY", "CHI", "CHI", "CHI"]
    assert back.undo is None


def test_routing_finds_a_place_for_each_and_it_comes_back(gateway: Gateway, ctx: Context) -> None:
    four_in_chicago(ctx, elsewhere=9)
    done = gateway.hand_over(BOSS, HAND | {"many": "2", "first": "calm"}, location="CHI")
    assert done.words == "2 given to routing, which finds a place for each."
    assert routing.run(ctx) is None
    assert sorted(where(ctx)) == ["CHI", "CHI", "NY", "NY"]
    assert isinstance(done.undo, HandedWork)
    assert gateway.hand_back(BOSS, done.undo, location="CHI").words == "2 taken back."
    assert where(ctx) == ["CHI"] * 4


def test_what_is_begun_or_collected_here_stays(gateway: Gateway, ctx: Context) -> None:
    claimed, held, free, _ = four_in_chicago(ctx, elsewhere=9)
    place(ctx, order("P-1", method=Method.PICKUP, pickup_location="CHI"))
    change(ctx, claimed, claimed_by="ann")
    with ctx.uow() as uow:
        fulfillment.hold(uow, [held], reason="the customer asked")
    assert "begun 2 shipments here" in gateway.handing_form(BOSS, location="CHI").explain
    assert gateway.hand_over(BOSS, HAND | {"to": "NY"}, location="CHI").words == "2 handed to Store NY."
    assert next(row["id"] for row in rows_of(ctx, Shipment) if row["location_id"] == 2) == free
    with pytest.raises(DomainError) as refused:
        gateway.hand_over(BOSS, HAND, location="CHI")
    assert [fault.pointer for fault in refused.value.faults] == ["/many"]
    assert "nothing to hand over" in gateway.handing_form(BOSS, location="CHI").explain


def test_the_nearest_open_locations_are_offered(gateway: Gateway, ctx: Context) -> None:
    four_in_chicago(ctx, elsewhere=0)
    with ctx.uow() as uow:
        put_locations(uow, [location("EVA", at=(42.04, -87.69)), location("SHUT")])
        close_location(uow, "SHUT", reason="flood")
    form = gateway.handing_form(BOSS, location="CHI")
    (options,) = [field.options for field in form.fields if field.name == "to"]
    assert options == [
        ("", "Wherever routing finds best"),
        ("EVA", "Store EVA, 18 km"),
        ("NY", "Store NY, 1,144 km"),
    ]


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"many": "some", "first": "blue", "reason": ""}, {"many", "first", "reason"}),
        ({**HAND, "many": "0"}, {"many"}),
        ({**HAND, "many": "101"}, {"many"}),
        ({**HAND, "to": "CHI"}, {"to"}),
        ({**HAND, "to": "MOON"}, {"to"}),
        ({**HAND, "to": "SHUT"}, {"to"}),
    ],
)
def test_faults_stand_at_their_fields_and_nothing_goes(
    gateway: Gateway, ctx: Context, given: dict[str, str], fields: set[str]
) -> None:
    four_in_chicago(ctx, elsewhere=9)
    with ctx.uow() as uow:
        put_locations(uow, [location("SHUT")])
        close_location(uow, "SHUT", reason="flood")
    before = row_counts(ctx), where(ctx)
    with pytest.raises(DomainError) as refused:
        gateway.hand_over(BOSS, given, location="CHI")
    assert {fault.pointer.rpartition("/")[2] for fault in refused.value.faults} == fields
    assert (row_counts(ctx), where(ctx)) == before


def shown(gateway: Gateway, asker: Asker = BOSS) -> list[PlannedWave]:
    return gateway.location(asker, "CHI", LocationAddress()).waves


def test_a_planned_wave_is_let_go_and_taken_back_until_somebody_picks_it(gateway: Gateway, ctx: Context) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}, {"tea": 2, "soap": 1}])
    plan(ctx)
    (wave,) = shown(gateway)
    assert (wave.number, wave.text, wave.late) == (1, "2 shipments, 4 units", False)
    assert wave.start.startswith("Begin in ")
    assert wave.start.endswith("in Chicago) at the latest")
    released = gateway.release_wave(BOSS, wave.key, version=wave.version, location="CHI")
    assert released.words == "Wave 1 is released: it can be picked."
    assert (statuses(ctx), shown(gateway)) == (["released"], [])
    with pytest.raises(DomainError) as stale:
        gateway.release_wave(BOSS, wave.key, version=wave.version, location="CHI")
    assert stale.value.code is ErrorCode.STALE
    assert isinstance(released.undo, ReleasedWave)
    gateway.unrelease_wave(BOSS, released.undo, location="CHI")
    assert statuses(ctx) == ["cancelled"]
    plan(ctx)
    (again,) = shown(gateway)
    gone = gateway.release_wave(BOSS, again.key, version=again.version, location="CHI")
    with ctx.uow() as uow:
        waves.begin(uow, again.key)
    assert isinstance(gone.undo, ReleasedWave)
    with pytest.raises(DomainError) as picking:
        gateway.unrelease_wave(BOSS, gone.undo, location="CHI")
    assert picking.value.code is ErrorCode.STALE
    assert statuses(ctx) == ["cancelled", "picking"]


def test_who_may_not_sees_no_waves_and_does_nothing(gateway: Gateway, ctx: Context) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}])
    (wave_id,) = plan(ctx)
    before = row_counts(ctx)
    screen = gateway.location(READER, "CHI", LocationAddress())
    assert (screen.waves, screen.may_hand) == ([], False)
    work = HandedWork((1,), None, ctx.clock.now())
    for asked in (
        lambda: gateway.handing_form(READER, location="CHI"),
        lambda: gateway.hand_over(READER, HAND, location="CHI"),
        lambda: gateway.hand_back(READER, work, location="CHI"),
        lambda: gateway.release_wave(READER, wave_id, version=1, location="CHI"),
        lambda: gateway.unrelease_wave(READER, ReleasedWave(wave_id, 1), location="CHI"),
    ):
        with pytest.raises(DomainError) as refused:
            asked()
        assert refused.value.code is ErrorCode.FORBIDDEN
    releaser = replace(READER, actor=replace(READER.actor, permissions=frozenset({Permission.WAVES_WRITE})))
    with pytest.raises(DomainError) as elsewhere:
        gateway.release_wave(releaser, wave_id, version=1, location="NY")
    assert elsewhere.value.code is ErrorCode.NOT_FOUND
    assert row_counts(ctx) == before


def test_a_reason_that_reads_like_a_code_does_nothing_to_stock(gateway: Gateway, ctx: Context) -> None:
    four_in_chicago(ctx, elsewhere=9)
    before = balance_of(ctx).on_hand
    gateway.hand_over(BOSS, HAND | {"many": "1", "reason": "sold_out"}, location="CHI")
    gateway.hand_over(BOSS, HAND | {"many": "1", "reason": "not_found"}, location="CHI")
    routing.run(ctx)
    assert sorted(where(ctx)) == ["CHI", "CHI", "NY", "NY"]
    assert (balance_of(ctx).on_hand, rows_of(ctx, StockBlock)) == (before, [])
