"""Lists, map points, queues and trends of SLA health: filtered, sorted, paged, and never outside the actor's scope."""

from __future__ import annotations

from datetime import timedelta

from backend.auth.actor import Actor, LocationScope
from backend.clock import ManualClock
from backend.context import Context
from backend.sla import geo, history, queries, service
from backend.sla.tick import tick
from backend.sla.views import Direction, LocationFilter, LocationSort, Shown
from models.enums import ActorKind, Permission
from tests.support.sla import SHIP_100, add_location, open_shipment


def test_an_empty_network_is_a_valid_answer(ctx: Context) -> None:
    everything = LocationFilter(status=list(Shown), method="ship", group="tx", kind="store", search="100%")
    with ctx.read() as uow:
        for filters in (LocationFilter(), everything):
            assert queries.summary(uow, filters=filters).locations == 0
            assert geo.geo_points(uow, filters) == []
            assert geo.geo_changes(uow, uow.now, filters) == []
            for sort in LocationSort:
                for direction in Direction:
                    page = queries.list_locations(uow, filters, sort=sort, direction=direction)
                    assert (page.items, page.total, page.next) == ((), 0, None)
        assert history.trend(uow) == []
        assert history.transitions(uow) == []


def test_lists_sort_worst_first_and_page(ctx: Context) -> None:
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        places = {code: add_location(uow, code) for code in ("GOOD", "IDLE", "LATE", "RISK")}
        for code, minutes in (("GOOD", 0), ("GOOD", 0), ("LATE", 100), ("RISK", 80)):
            open_shipment(uow, places[code], placed_at=uow.now - timedelta(minutes=minutes))

    def codes(sort: LocationSort, direction: Direction = Direction.ASCENDING) -> list[str]:
        with ctx.read() as uow:
            return [view.code for view in queries.list_locations(uow, sort=sort, direction=direction).items]

    assert codes(LocationSort.WORST) == ["LATE", "RISK", "GOOD", "IDLE"]
    assert codes(LocationSort.WORST, Direction.DESCENDING) == ["IDLE", "GOOD", "RISK", "LATE"]
    assert codes(LocationSort.CODE, Direction.DESCENDING) == ["RISK", "LATE", "IDLE", "GOOD"]
    assert codes(LocationSort.OPEN, Direction.DESCENDING) == ["GOOD", "LATE", "RISK", "IDLE"]
    with ctx.read() as uow:
        page = queries.list_locations(uow, offset=1, limit=2)
        assert ([view.code for view in page.items], page.total, page.next) == (["RISK", "GOOD"], 4, 3)
        assert queries.list_locations(uow, offset=3, limit=2).next is None
        assert [view.code for view in queries.list_locations(uow, LocationFilter(search="la")).items] == ["LATE"]
        assert queries.list_locations(uow, LocationFilter(search="%")).total == 0
        assert queries.list_locations(uow, LocationFilter(method="ship")).total == 4


def test_the_map_has_every_place_with_coordinates_and_then_only_what_changed(ctx: Context, clock: ManualClock) -> None:
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        chicago = add_location(uow, "CHI", groups=["midwest"])
        add_location(uow, "BOS", groups=["east"])
        add_location(uow, "NOWHERE", latitude=None, longitude=None)
        open_shipment(uow, chicago)
    since = clock.now()
    clock.advance(timedelta(minutes=100))
    with ctx.uow() as uow:
        tick(uow, now=uow.now)
    scope = LocationScope(group_codes=frozenset({"east"}))
    ann = Actor(ActorKind.USER, "ann", frozenset({Permission.NETWORK_READ}), scope)
    with ctx.read() as uow:
        assert [(p.code, p.grade, p.counts.open) for p in geo.geo_points(uow)] == [
            ("BOS", "compliant", 0),
            ("CHI", "non_compliant", 1),
        ]
        assert [p.code for p in geo.geo_changes(uow, since + timedelta(seconds=1))] == ["CHI"]
        assert geo.geo_changes(uow, clock.now() + timedelta(seconds=1)) == []
    with ctx.read(ann) as uow:
        assert [p.code for p in geo.geo_points(uow)] == ["BOS"]
        assert geo.geo_changes(uow, since) == []
        assert history.transitions(uow) == []
        assert queries.summary(uow).open == 0
