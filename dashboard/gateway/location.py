"""What a location's page asks."""

from __future__ import annotations

from collections.abc import Iterator

from backend.events.deliveries import list_deliveries
from backend.events.queries import recent_events
from backend.locations import queries as locations
from backend.sla import history, queries
from backend.sla.rulebook import rulebook
from dashboard.address import PAGE_SIZE, LocationAddress
from dashboard.gateway.alerts import open_at
from dashboard.gateway.base import BATCH, Asker, Door, Row, offsets
from dashboard.gateway.controls import in_force
from dashboard.gateway.release import planned
from dashboard.present import location as say_location
from dashboard.present import sheet
from dashboard.present.events import TOLD
from dashboard.present.trend import Charts, charts
from dashboard.views.location import LocationScreen
from models.enums import Permission

EVENTS = 40  # more than are told: some add nothing
TOLD_ABOUT = 10


class LocationDoor(Door):
    """One location."""

    def location(self, asker: Asker, code: str, address: LocationAddress) -> LocationScreen:
        """Return a location's page as its address asks for it; NOT_FOUND when there is none that the actor may see."""
        with self._context().read(asker.actor) as uow:
            view = queries.location(uow, code)
            reader = self._reader(uow, asker)
            facts = say_location.Facts(
                view=view,
                hours=locations.get(uow, code).location.hours,
                thresholds=rulebook(uow).of(view.groups)[1],
                queue=history.queue(uow, code, address.filter, offset=address.offset, limit=PAGE_SIZE),
                queued=history.queue_length(uow, code, address.filter),
                events=recent_events(uow, location_id=view.id, types=TOLD, limit=EVENTS),
                deliveries=list_deliveries(uow, location=code, limit=TOLD_ABOUT)
                if asker.actor.can(Permission.SUBSCRIPTIONS_READ)
                else None,
                running=in_force(uow, asker, code, view.time_zone, reader),
                orders=asker.actor.can(Permission.ORDERS_READ),
                may_control=asker.actor.can(Permission.LOCATIONS_WRITE),
                may_hand=asker.actor.can(Permission.SHIPMENTS_WRITE) and asker.actor.can(Permission.LOCATIONS_WRITE),
                waves=planned(uow, asker, code, reader),
                alerts=open_at(uow, asker, code),
            )
            return say_location.screen(facts, address, reader)

    def trend(self, asker: Asker, code: str, hours: int) -> Charts:
        """Return a location's chart over the last hours, for each theme; NOT_FOUND as above."""
        with self._context().read(asker.actor) as uow:
            zone = queries.location(uow, code).time_zone
            points = history.trend(uow, code=code, hours=hours, points=200)
        return charts(points, zone)

    def every_shipment(self, asker: Asker, code: str, address: LocationAddress) -> Iterator[list[Row]]:
        """Yield the whole queue of a location, in batches; NOT_FOUND when the actor may not see it."""
        for offset in offsets():
            with self._context().read(asker.actor) as uow:
                items = history.queue(uow, code, address.filter, offset=offset, limit=BATCH)
            yield [sheet.shipment(item) for item in items]
            if len(items) < BATCH:
                return
