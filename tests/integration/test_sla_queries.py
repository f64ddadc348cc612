"""Lists, map points, queues and trends of SLA health: filtered, sorted, paged, and never outside the actor's scope."""

from __future__ import annotations

from backend.context import Context
from backend.sla import geo, history, queries
from backend.sla.views import Direction, LocationFilter, LocationSort, Shown


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
