"""Handing the work of a location to others from its page, and calling it back while nobody has begun it."""

from __future__ import annotations

from collections.abc import Mapping

from backend.fulfillment import bulk, handing
from backend.locations import queries as locations
from backend.persistence.uow import Uow
from dashboard.gateway.base import Asker, Door
from dashboard.gateway.places import near
from dashboard.present import handing as say_handing
from dashboard.views.controls import Done, HandedWork
from dashboard.views.forms import Form
from models.enums import Permission
from models.errors import Fault, invalid


class HandingDoor(Door):
    """Work that goes to others and comes back."""

    def handing_form(self, asker: Asker, *, location: str) -> Form:
        """Return the form for it; NOT_FOUND."""
        asker.actor.require(Permission.SHIPMENTS_WRITE)
        with self._context().read(asker.actor) as uow:
            here = locations.get(uow, location).location
            waiting = handing.how_many(uow, int(here.id or 0))
            return say_handing.form(near(uow, here, asker.locale), waiting, asker.locale)

    def hand_over(self, asker: Asker, given: Mapping[str, str], *, location: str) -> Done:
        """Hand over what was asked for, each shipment for itself; INVALID with a fault for each field, NOT_FOUND."""
        asker.actor.require(Permission.SHIPMENTS_WRITE)
        meant = say_handing.read(given)
        with self._context().read(asker.actor) as uow:
            here, to = locations.get(uow, location).location, _other(uow, meant.to, location)
            work = handing.untouched(uow, int(here.id or 0), meant.first, limit=meant.many)
            since = uow.now
        if not work:
            raise say_handing.nothing_here()
        ids = [each.shipment_id for each in work]
        done = bulk.hand_over(self._context(), asker.actor, ids, to=meant.to, reason=meant.reason)
        gone = {each.shipment_id for each in done if each.error is None}
        orders = tuple(sorted({each.order_id for each in work if each.shipment_id in gone}))
        undo = HandedWork(orders, meant.to, since) if gone else None
        return Done(say_handing.told(done, to), undo)

    def hand_back(self, asker: Asker, work: HandedWork, *, location: str) -> Done:
        """Call back what nobody has begun of work that went from this location."""
        asker.actor.require(Permission.SHIPMENTS_WRITE)
        with self._context().read(asker.actor) as uow:
            locations.get(uow, location)
            there = handing.handed(uow, work.orders, away_from=location, to=work.to, since=work.since)
        ids = [each.shipment_id for each in there]
        done = bulk.hand_over(self._context(), asker.actor, ids, to=location, reason="taken back")
        return Done(say_handing.told_back(done, len(work.orders)))


def _other(uow: Uow, code: str | None, here: str) -> str | None:
    """Return the name of the other location, None for any; INVALID when it cannot be that."""
    if code is None:
        return None
    found = locations.by_code(uow, [code]).get(code)
    if found is None or code == here:
        raise invalid([Fault("/to", "unknown_location", "Choose one of these.")])
    if found.closed_reason is not None:
        raise invalid([Fault("/to", "location_closed", f"{found.name} is closed until somebody reopens it.")])
    return found.name
