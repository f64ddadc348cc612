"""What a manager does to a location: caps, pauses, blocks, each taken back as easily."""

from __future__ import annotations

from collections.abc import Mapping

from backend.controls import queries, service
from backend.inventory import blocks
from backend.inventory.blocks import NewBlock
from backend.locations import queries as locations
from backend.persistence.uow import Uow
from dashboard.gateway.base import Asker, Door
from dashboard.present import control_forms
from dashboard.present.common import Reader
from dashboard.present.control_forms import ControlAction
from dashboard.views.controls import Running
from models.enums import Permission
from models.errors import not_found

#: Blocks told on a location's page; all of them stand on the Inventory page.
BLOCKS = 20


class ControlsDoor(Door):
    """What is in force at a location, and how that changes."""

    def control(self, asker: Asker, action: ControlAction, given: Mapping[str, str], *, location: str) -> None:
        """Carry out what was typed into a form; INVALID with a fault for each field, NOT_FOUND."""
        asker.actor.require(_NEEDED[action])
        with self._context().uow(asker.actor) as uow:
            zone = locations.get(uow, location).location.time_zone
            meant = control_forms.read(action, given, zone)
            if isinstance(meant, NewBlock):
                blocks.block(uow, location, [meant])
            else:
                service.put(uow, location, meant)

    def take_back(self, asker: Asker, key: str, *, location: str) -> None:
        """End what is in force, by its key; NOT_FOUND when it is not any more."""
        kind, _, name = key.partition("/")
        block = kind == "block"
        asker.actor.require(_NEEDED[ControlAction.BLOCK if block else ControlAction.CAP])
        with self._context().uow(asker.actor) as uow:
            if block:
                blocks.lift(uow, location, name)
            elif name.isdecimal() and len(name) < 19:
                service.take_back(uow, location, int(name))
            else:
                raise not_found("control", name)


def in_force(uow: Uow, asker: Asker, location: str, zone: str, reader: Reader) -> list[Running]:
    """Return what is in force at a location, as far as the actor may see it."""
    seen = blocks.listing(uow, location, limit=BLOCKS) if asker.actor.can(Permission.INVENTORY_READ) else []
    return control_forms.running(queries.running(uow, location), seen, zone, reader)


_NEEDED = {
    ControlAction.CAP: Permission.LOCATIONS_WRITE,
    ControlAction.PAUSE: Permission.LOCATIONS_WRITE,
    ControlAction.BLOCK: Permission.INVENTORY_WRITE,
}
