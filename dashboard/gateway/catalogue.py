"""What the page Event types asks."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.catalogue import catalogue
from dashboard.address.receivers import CatalogueAddress
from dashboard.gateway.base import Asker, Door, Row
from dashboard.present.receivers import catalogue as say
from dashboard.views.receivers import CatalogueScreen
from models.enums import Permission


class CatalogueDoor(Door):
    """Every type of event."""

    def catalogue(self, asker: Asker, address: CatalogueAddress) -> CatalogueScreen:
        """Return the page as its address asks for it."""
        asker.actor.require(Permission.EVENTS_READ)
        return say.screen(list(catalogue().values()), address, asker.locale)

    def every_event_type(self, asker: Asker, address: CatalogueAddress) -> Iterator[list[Row]]:
        """Yield the whole list for a file."""
        asker.actor.require(Permission.EVENTS_READ)
        yield [say.sheet_row(one) for one in say.found(list(catalogue().values()), address)]
