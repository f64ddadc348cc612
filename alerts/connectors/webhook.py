"""A signed webhook: Standard Webhooks 1.0 around a CloudEvents 1.0 document, as integrators' subscriptions get them.

While the secret is being changed a message carries two signatures. Source: domain notes F7, F8. What an answer means is
`alerts/delivery/retry.py`: a receiver of ours is tried again on the schedule, whatever it says but 410.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from alerts.connectors.base import Ask, ChannelFacts, HttpRequest, Pace, Reply, Request, Sending, Verdict
from alerts.connectors.judging import words
from alerts.connectors.settings import Configured, address_faults
from alerts.connectors.text import encode
from alerts.connectors.wording import fit, links
from alerts.delivery.retry import Outcome, outcome_of
from alerts.delivery.signing import headers, key_of, sign
from alerts.envelope import CONTENT_TYPE, EventFacts, cloud_event
from alerts.notice import Notice
from models.alerting import ReceiverKind
from models.errors import Fault

#: What every intermediary forwards (CloudEvents 1.0, size limits).
MAX_BYTES = 64 * 1024


class Webhook(Configured):
    """Tells a program of yours."""

    kind = ReceiverKind.WEBHOOK
    title = "Signed webhook"
    url: Ask | None = Ask("Address", "Where messages are posted to.")
    secret: Ask | None = Ask(
        "Signing secret", "whsec_ and 24 to 64 bytes in base64; made for you when left empty.", False
    )
    pace: Pace | None = None

    def faults(
        self, url: str, secret: str | None, config: Mapping[str, Any], *, allowed_hosts: Collection[str] = ()
    ) -> list[Fault]:
        """Return what is wrong with a channel's settings."""
        found = [*address_faults(url, allowed_hosts=allowed_hosts, required=True), *self.form.faults(config)]
        if secret is not None:
            try:
                key_of(secret)
            except ValueError as error:
                found.append(Fault("/secret", "bad_secret", str(error)))
        return found

    def where(self, channel: ChannelFacts) -> str:
        """Return the address."""
        parts = urlsplit(channel.url)
        return f"{parts.hostname or ''}{parts.path}"

    def build(self, notice: Notice, channel: ChannelFacts, sending: Sending) -> Request | None:
        """Return the signed message."""
        body = encode(_document(notice, sending))
        timestamp = int(sending.now.timestamp())
        signed = headers(channel.secret, message_id=sending.message_id, timestamp=timestamp, body=body)
        if channel.previous_secret:
            old = sign(channel.previous_secret, message_id=sending.message_id, timestamp=timestamp, body=body)
            signed["webhook-signature"] += f" {old}"
        return HttpRequest("POST", channel.url, {"content-type": CONTENT_TYPE, **signed}, body, about="message")

    def judge(self, notice: Notice, channel: ChannelFacts, sending: Sending, sent: Request, reply: Reply) -> Verdict:
        """Return what the reply means."""
        outcome = outcome_of(reply.status)
        if outcome is Outcome.DELIVERED:
            return Verdict(outcome)
        error = words(channel, reply, tool="The receiver")
        return Verdict(outcome, error=error, retry_after=reply.headers.get("retry-after"))


def _document(notice: Notice, sending: Sending) -> dict[str, Any]:
    """Return the event with the links of this message; of one that is too long, less."""
    event = sending.event
    told = fit(notice)
    follow = {link.text.lower(): link.url for link in links(told, sending) if link.text in ("Acknowledge", "Resolve")}
    data = {**told.data(), "links": follow}
    whole = _event(event, data, sending)
    if len(encode(whole)) <= MAX_BYTES:
        return whole
    return _event(event, {**data, "facts": {}, "problems": [], "left_out": True}, sending)


def _event(event: EventFacts, data: dict[str, Any], sending: Sending) -> dict[str, Any]:
    return cloud_event(EventFacts(event.uid, event.type, event.subject, event.at, data), sending.source)


CONNECTOR = Webhook()
