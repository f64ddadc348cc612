"""What the Hand-over page asks."""

from __future__ import annotations

from datetime import timedelta

from alerts.notes import notes_since
from alerts.silences import SilenceState
from backend.alerting import handover, silences
from dashboard.address.hand_over import HandOverAddress
from dashboard.gateway.base import Asker, Door
from dashboard.present.alerts import hand_over as say_hand_over
from dashboard.views.hand_over import HandOverScreen
from models.enums import Permission

#: Alerts named of those that are over: nobody reads more before his shift.
NAMED = 50
#: How long before the shift a note still tells the next one something of an alert that is open.
_NOTES = timedelta(days=3)


class HandOverDoor(Door):
    """What the next shift has to know."""

    def shift(self, asker: Asker, address: HandOverAddress) -> HandOverScreen:
        """Return the Hand-over page as its address asks for it."""
        asker.actor.require(Permission.ALERTS_READ)
        with self._context().read(asker.actor) as uow:
            begun = uow.now - timedelta(hours=address.hours)
            shift = handover.gather(uow, since=begun)
            facts = say_hand_over.Facts(
                open=[one for one in shift.open if one.muted is None],
                waiting_count=shift.counts.nobody,
                over=shift.resolved[:NAMED],
                over_count=shift.counts.resolved,
                silences=silences.listing(uow, (SilenceState.ACTIVE, SilenceState.PENDING)),
                notes=notes_since(uow.session, begun - _NOTES),
            )
            return say_hand_over.screen(facts, address, self._reader(uow, asker))
