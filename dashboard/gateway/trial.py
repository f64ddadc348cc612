"""What the page Try an order asks. Nothing is reserved or written."""

from __future__ import annotations

from backend.auth.actor import Actor
from backend.orders.rules import NewOrder
from backend.persistence.uow import Uow
from backend.routing import strategies, suggestions, versions
from backend.routing.document import Strategy, parse_strategy
from backend.routing.suggestions import Suggestion
from backend.sla import queries
from backend.sla.views import LocationFilter
from dashboard.address.routing import TryAddress
from dashboard.gateway import kept
from dashboard.gateway.base import Asker, Door
from dashboard.present.routing import trial as say
from dashboard.present.routing import tried as asked
from dashboard.present.routing.goods import unreadable
from dashboard.views.trial import TryForm, TryScreen, WhyNot
from models.enums import Permission, StrategyStatus
from models.errors import DomainError, ErrorCode, not_found

MOST_OFFERED = 40


class TrialDoor(Door):
    """Orders that are only tried."""

    def try_form(self, asker: Asker) -> TryForm:
        """Return what the form offers: the active strategy and the newest drafts, and places to be near to."""
        asker.actor.require(Permission.ROUTING_READ)
        with self._context().read(asker.actor) as uow:
            drafts = versions.list_versions(uow, status=StrategyStatus.DRAFT, limit=MOST_OFFERED)
            places = queries.list_locations(uow, LocationFilter(), limit=500).items
            return asked.form(strategies.active(uow), kept.versions(drafts), places)

    def try_order(self, asker: Asker, address: TryAddress) -> TryScreen:
        """Return where the order of an address would go, and why the places that are looked for would not get it.

        INVALID names everything that cannot be read; NOT_FOUND for an order, place or version that is not there."""
        asker.actor.require(Permission.ROUTING_READ)
        with self._context().read(asker.actor) as uow:
            strategy, by = _strategy(uow, address.strategy)
            tried = _tried(uow, _order(uow, asker.actor, address), strategy)
            answer = say.trial(tried, self._reader(uow, asker), by=by, zone=_zone(uow, tried))
            return TryScreen(answer, say.found(tried, address.find))

    def why_not(self, asker: Asker, address: TryAddress) -> list[WhyNot]:
        """Return only the second half of `try_order`, for one who types."""
        return self.try_order(asker, address).why_not


def _tried(uow: Uow, order: NewOrder, strategy: Strategy) -> Suggestion:
    """Return where the order would go; what is wrong with it in its own words, as nothing was to be changed."""
    try:
        return suggestions.suggest(uow, order, strategy)
    except DomainError as error:
        raise (unreadable(error.faults) if error.code is ErrorCode.INVALID else error) from error


def _order(uow: Uow, actor: Actor, address: TryAddress) -> NewOrder:
    if address.order:
        actor.require(Permission.ORDERS_READ)
        return suggestions.again(uow, address.order)
    near = queries.location(uow, address.near) if address.near else None
    return asked.order(address, near)


def _zone(uow: Uow, tried: Suggestion) -> str:
    """Return the time zone of the first place that takes something."""
    first = next(iter(tried.decision.assignments), None)
    return queries.location(uow, first.place.code).time_zone if first else "UTC"


def _strategy(uow: Uow, key: str) -> tuple[Strategy, str]:
    """Return the version of "name:version" and what it is called, the active one for nothing."""
    if not key:
        active = strategies.active(uow)
        return active.strategy, f"{active.name}, version {active.version}, which is active"
    name, _, number = key.rpartition(":")
    found = versions.find_version(uow, name, int(number)) if number.isascii() and number.isdigit() else None
    if found is None:
        raise not_found("version", key)
    return parse_strategy(found.document), f"{found.name}, version {found.version}, {found.status}"
