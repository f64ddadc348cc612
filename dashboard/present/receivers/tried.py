"""How a test message fared, in words. Pure."""

from __future__ import annotations

from alerts.queries import DeliveryView
from dashboard import format as say
from dashboard.address import DeliveriesAddress
from dashboard.present.common import Reader
from dashboard.present.deliveries import PATH, STATE_WORDS
from dashboard.views.receivers import Tried
from models.enums import DeliveryStatus


def tried(one: DeliveryView, reader: Reader) -> Tried:
    """Return what became of it until now: what was answered, or what there is to wait for."""
    return Tried(
        delivery=one.id,
        state=one.status.value,
        word=STATE_WORDS[one.status],
        text=_text(one, reader),
        response=(one.tries[-1].response or "") if one.tries else "",
        href=DeliveriesAddress(subscription=one.subscription, id=one.id).href(PATH),
        waits=one.status in (DeliveryStatus.PENDING, DeliveryStatus.SENDING),
    )


def _text(one: DeliveryView, reader: Reader) -> str:
    last = one.tries[-1] if one.tries else None
    if last is None:
        return "It is on its way." if one.next_attempt_at else "It waits behind an earlier message."
    answer = f"Answer {last.status_code}" if last.status_code else "No answer"
    said = f"{answer} after {say.count(last.duration_ms, reader.locale)} ms."
    if one.status is not DeliveryStatus.DELIVERED and last.error:
        said += f" {last.error}"
    if one.status is DeliveryStatus.PENDING and one.next_attempt_at:
        said += f" Next try {say.relative(one.next_attempt_at, reader.sent_now)}."
    return said
