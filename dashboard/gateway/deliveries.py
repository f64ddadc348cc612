"""What the Deliveries page asks, and sending a message again."""

from __future__ import annotations

from collections.abc import Iterator

from backend.channels.service import list_channels
from backend.events.deliveries import count_deliveries, get_delivery, list_deliveries, replay_delivery
from backend.events.subscriptions import list_subscriptions
from backend.persistence.uow import Uow
from dashboard.address import PAGE_SIZE, DeliveriesAddress
from dashboard.gateway.base import BATCH, Asker, Door, Row, if_there, offsets
from dashboard.present import deliveries as say_deliveries
from dashboard.present import sheet
from dashboard.views.deliveries import DeliveriesScreen
from models.alerting import ReceiverKind
from models.enums import Permission


class DeliveriesDoor(Door):
    """Webhook messages."""

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
                receivers=_receivers(uow),
                opened=if_there(lambda: get_delivery(uow, address.id)) if address.id else None,
                may_replay=asker.actor.can(Permission.SUBSCRIPTIONS_WRITE),
            )
            return say_deliveries.screen(facts, address, self._reader(uow, asker))

    def replay(self, asker: Asker, delivery_id: int) -> None:
        """Send a message again, under the same id; NOT_FOUND, FORBIDDEN or CONFLICT in plain words."""
        asker.actor.require(Permission.SUBSCRIPTIONS_WRITE)
        with self._context().uow(asker.actor) as uow:
            replay_delivery(uow, delivery_id)

    def every_delivery(self, asker: Asker, address: DeliveriesAddress) -> Iterator[list[Row]]:
        """Yield the whole list of the Deliveries page, newest first, in batches."""
        asker.actor.require(Permission.SUBSCRIPTIONS_READ)
        for offset in offsets():
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


def _receivers(uow: Uow) -> list[tuple[str, ReceiverKind]]:
    """Return code and kind of all that the actor may see messages to: channels first."""
    channels = list_channels(uow) if uow.actor.can(Permission.CHANNELS_READ) else []
    subscriptions = [(one.code, ReceiverKind.SUBSCRIPTION) for one in list_subscriptions(uow)]
    return [*((one.code, one.kind) for one in channels), *subscriptions]
