"""THE door: what pages learn from the backend, or ask of it, goes through here. Each method takes the actor, opens one
transaction, calls the same queries and services as the JSON API, and returns view dataclasses. They block: states
call them by `dashboard/state/asking.py`, which runs them in a thread. No rule and no SQL in here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from alerts.queries import DeliveryView
from backend import program
from backend.auth.actor import Actor
from backend.auth.first_start import DemoAccount, demo_accounts
from backend.clock import system_now
from backend.context import Context
from backend.events.deliveries import count_deliveries, get_delivery, list_deliveries, replay_delivery
from backend.events.queries import recent_events
from backend.events.subscriptions import list_subscriptions
from backend.locations import queries as locations
from backend.locations.groups import group_codes
from backend.persistence.uow import Uow
from backend.sla import history, queries
from backend.sla.rulebook import rulebook
from backend.sla.views import LocationFilter, LocationView
from dashboard.address import PAGE_SIZE, DeliveriesAddress, LocationAddress, NetworkAddress
from dashboard.format import Locale
from dashboard.present import deliveries as say_deliveries
from dashboard.present import location as say_location
from dashboard.present import network as say_network
from dashboard.present import sheet
from dashboard.present.common import Reader
from dashboard.present.events import TOLD
from dashboard.present.trend import Charts, charts
from dashboard.views import DeliveriesScreen, Hit, LocationScreen, NetworkScreen
from models.enums import Permission
from models.errors import DomainError

Row = tuple[sheet.Cell, ...]

HITS = 8
BATCH = 1000
EVENTS = 40  # more than are told: some add nothing
TOLD_ABOUT = 10
TREND_HOURS = 6


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: what he may see, and how he writes numbers."""

    actor: Actor
    locale: Locale


class Gateway:
    """The door of the running program; tests put another in its place with `use`."""

    def __init__(self, context: Callable[[], Context]) -> None:
        self._context = context

    def network(self, asker: Asker, address: NetworkAddress, *, keep: Sequence[str] = ()) -> NetworkScreen:
        """Return the Network page as its address asks for it; `keep` are codes on screen that must be told of too.

        Rows come in the order of now, then those of `keep` that no longer belong on this page.
        """
        with self._context().read(asker.actor) as uow:
            page = queries.list_locations(
                uow,
                address.filter,
                sort=address.sort,
                direction=address.direction,
                offset=address.offset,
                limit=PAGE_SIZE,
            )
            chosen, rules = _found(uow, address.at), rulebook(uow)
            gone = set(keep) - {view.code for view in page.items}
            return say_network.screen(
                summary=queries.summary(uow, filters=replace(address.filter, status=())),
                page=page,
                gone=queries.list_locations(uow, LocationFilter(codes=sorted(gone))).items if gone else (),
                trend=history.trend(uow, hours=TREND_HOURS, points=120),
                chosen=chosen,
                thresholds=rules.of(chosen.groups if chosen else ())[1],
                rule=rules.of((address.group,))[1],
                groups=group_codes(uow),
                address=address,
                reader=self._reader(uow, asker),
            )

    def location(self, asker: Asker, code: str, address: LocationAddress) -> LocationScreen:
        """Return a location's page as its address asks for it; NOT_FOUND when there is none that the actor may see."""
        with self._context().read(asker.actor) as uow:
            view = queries.location(uow, code)
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
            )
            return say_location.screen(facts, address, self._reader(uow, asker))

    def trend(self, asker: Asker, code: str, hours: int) -> Charts:
        """Return a location's chart over the last hours, for each theme; NOT_FOUND as above."""
        with self._context().read(asker.actor) as uow:
            zone = queries.location(uow, code).time_zone
            points = history.trend(uow, code=code, hours=hours, points=200)
        return charts(points, zone)

    def deliveries(self, asker: Asker, address: DeliveriesAddress) -> DeliveriesScreen:
        """Return the Deliveries page as its address asks for it."""
        asker.actor.require(Permission.SUBSCRIPTIONS_READ)
        with self._context().read(asker.actor) as uow:
            which = address.subscription or None
            facts = say_deliveries.Facts(
                deliveries=list_deliveries(
                    uow,
                    statuses=(address.status,) if address.status else (),
                    subscription=which,
                    limit=PAGE_SIZE,
                    offset=address.offset,
                ),
                counts=count_deliveries(uow, subscription=which),
                subscriptions=[one.code for one in list_subscriptions(uow)],
                opened=_opened(uow, address.id),
                may_replay=asker.actor.can(Permission.SUBSCRIPTIONS_WRITE),
            )
            return say_deliveries.screen(facts, address, self._reader(uow, asker))

    def replay(self, asker: Asker, delivery_id: int) -> None:
        """Send a message again, under the same id; NOT_FOUND, FORBIDDEN or CONFLICT in plain words."""
        asker.actor.require(Permission.SUBSCRIPTIONS_WRITE)
        with self._context().uow(asker.actor) as uow:
            replay_delivery(uow, delivery_id)

    def every_location(self, asker: Asker, address: NetworkAddress) -> Iterator[list[Row]]:
        """Yield the whole list of the Network page for a file, in batches; each batch is a transaction of its own."""
        for offset in _offsets():
            with self._context().read(asker.actor) as uow:
                page = queries.list_locations(
                    uow,
                    address.filter,
                    sort=address.sort,
                    direction=address.direction,
                    offset=offset,
                    limit=BATCH,
                )
            yield [sheet.location(view) for view in page.items]
            if page.next is None:
                return

    def every_shipment(self, asker: Asker, code: str, address: LocationAddress) -> Iterator[list[Row]]:
        """Yield the whole queue of a location, in batches; NOT_FOUND when the actor may not see it."""
        for offset in _offsets():
            with self._context().read(asker.actor) as uow:
                items = history.queue(uow, code, address.filter, offset=offset, limit=BATCH)
            yield [sheet.shipment(item) for item in items]
            if len(items) < BATCH:
                return

    def every_delivery(self, asker: Asker, address: DeliveriesAddress) -> Iterator[list[Row]]:
        """Yield the whole list of the Deliveries page, newest first, in batches."""
        asker.actor.require(Permission.SUBSCRIPTIONS_READ)
        for offset in _offsets():
            with self._context().read(asker.actor) as uow:
                found = list_deliveries(
                    uow,
                    statuses=(address.status,) if address.status else (),
                    subscription=address.subscription or None,
                    limit=BATCH,
                    offset=offset,
                )
            yield [sheet.delivery(one) for one in found]
            if len(found) < BATCH:
                return

    @staticmethod
    def _reader(uow: Uow, asker: Asker) -> Reader:
        return Reader(uow.now, asker.locale, system_now())

    def demo_accounts(self) -> list[DemoAccount]:
        """Return whom the sign-in page offers: nobody unless this is the demo network. Public, so no one asks."""
        return demo_accounts(self._context())

    def search(self, asker: Asker, text: str) -> list[Hit]:
        """Return the locations whose name or code contains `text`, worst first."""
        with self._context().read(asker.actor) as uow:
            found = queries.list_locations(uow, LocationFilter(search=text), limit=HITS)
            return [say_network.hit(view) for view in found.items]


def _offsets() -> Iterator[int]:
    return count(0, BATCH)


def _found(uow: Uow, code: str) -> LocationView | None:
    """Return the location, or None when there is none that the actor may see."""
    if not code:
        return None
    found = queries.list_locations(uow, LocationFilter(codes=[code]), limit=1).items
    return found[0] if found else None


def _opened(uow: Uow, delivery_id: int) -> DeliveryView | None:
    """Return the message with its attempts, or None when there is none that the actor may see."""
    if not delivery_id:
        return None
    try:
        return get_delivery(uow, delivery_id)
    except DomainError:
        return None


_door = Gateway(program.current)


def door() -> Gateway:
    """Return the door in use."""
    return _door


def use(gateway: Gateway) -> None:
    """Put another door in its place; for tests."""
    global _door
    _door = gateway
