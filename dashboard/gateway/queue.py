"""What the Work queue asks, and how somebody takes work from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.fulfillment import queue
from backend.fulfillment import service as fulfillment
from backend.fulfillment.queue import Place
from backend.persistence.uow import Uow
from dashboard.address import PAGE_SIZE, QueueAddress
from dashboard.gateway.base import BATCH, Asker, Door, Row, offsets
from dashboard.present import queue as say_queue
from dashboard.views.queue import QueueScreen
from models.enums import Permission
from models.errors import DomainError, ErrorCode


class QueueDoor(Door):
    """The work queue."""

    def queue(self, asker: Asker, address: QueueAddress, *, keep: Sequence[int] = ()) -> QueueScreen | None:
        """Return the Work queue as its address asks for it, None when the actor sees no location at all; NOT_FOUND for
        a location he does not see. `keep` are shipments on screen that must be told of too."""
        asker.actor.require(Permission.SHIPMENTS_WRITE)
        with self._context().read(asker.actor) as uow:
            places = queue.places(uow)
            if not places:
                return None
            place = _place(uow, address, places)
            works = queue.find(uow, place, address.filter, offset=address.offset, limit=PAGE_SIZE)
            gone = set(keep) - {work.id for work in works}
            facts = say_queue.Facts(
                place=place,
                places=places,
                works=works,
                kept=queue.by_ids(uow, place, gone) if gone else (),
                counts=queue.counts(uow, place, address.method),
            )
            return say_queue.screen(facts, address, self._reader(uow, asker))

    def every_work(self, asker: Asker, address: QueueAddress) -> Iterator[list[Row]]:
        """Yield the whole queue for a file, in batches; NOT_FOUND for a location the actor does not see."""
        asker.actor.require(Permission.SHIPMENTS_WRITE)
        for offset in offsets():
            with self._context().read(asker.actor) as uow:
                place = queue.place_of(uow, address.location)
                works = queue.find(uow, place, address.filter, offset=offset, limit=BATCH)
            yield [say_queue.line(work) for work in works]
            if len(works) < BATCH:
                return

    def take_work(self, asker: Asker, shipment_id: int) -> None:
        """Take a shipment into one's hands; CONFLICT when somebody else was quicker."""
        asker.actor.require(Permission.SHIPMENTS_WRITE)
        with self._context().uow(asker.actor) as uow:
            fulfillment.claim(uow, [shipment_id])

    def take_next(self, asker: Asker, address: QueueAddress) -> int:
        """Take the most urgent shipment that is in nobody's hands, and return it; NOT_FOUND when there is none."""
        asker.actor.require(Permission.SHIPMENTS_WRITE)
        with self._context().uow(asker.actor) as uow:
            place = queue.place_of(uow, address.location)
            found = queue.next_free(uow, place, address.method)
            if found is None:
                raise DomainError(ErrorCode.NOT_FOUND, "Everything is in somebody's hands.")
            fulfillment.claim(uow, [found])
            return found

    def let_go(self, asker: Asker, shipment_id: int) -> None:
        """Let a shipment go again."""
        asker.actor.require(Permission.SHIPMENTS_WRITE)
        with self._context().uow(asker.actor) as uow:
            fulfillment.unclaim(uow, [shipment_id])


def _place(uow: Uow, address: QueueAddress, places: Sequence[Place]) -> Place:
    """Return the location asked for; without one, that which needs people most."""
    return queue.place_of(uow, address.location) if address.location else places[0]
