"""One message, sent once: a CloudEvent to an integrator, a notice through its connector to a channel.

Not here: the queue (`claims.py`, `record.py`) and the wire (`http.py`, `mail.py`).
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from alerts.connectors import alertmanager_silences
from alerts.connectors.base import ChannelFacts, HttpRequest, Reply, Request, Sending, Verdict
from alerts.connectors.judging import hidden
from alerts.connectors.judging import verdict as verdict_on
from alerts.connectors.registry import connector_of
from alerts.delivery.claims import Claim
from alerts.delivery.http import MAX_RESPONSE, Sender, SendLimits
from alerts.delivery.mail import send_mail
from alerts.delivery.ports import Links
from alerts.delivery.retry import Answer, Outcome
from alerts.delivery.signing import headers
from alerts.envelope import CONTENT_TYPE, binary_headers, cloud_event, encode
from alerts.notice import Notice
from models.alerting import ContentMode
from models.events import EventType

#: So many requests may follow the first within one attempt.
MAX_FOLLOWING = 3


@dataclass(frozen=True, slots=True)
class Wire:
    """What a message is sent with: a connection, what mail needs, the name of this installation, the moment, and links
    to sign."""

    sender: Sender
    limits: SendLimits
    tls: ssl.SSLContext
    source: str
    now: datetime
    links: Links


async def transmit(message: Claim, wire: Wire) -> Answer:
    """Send a message and return what came of it."""
    if message.to_channel:
        return discreet(await _tell(message, wire), channel_facts(message))
    return await _push(message, wire)


async def _push(message: Claim, wire: Wire) -> Answer:
    binary = message.content_mode is ContentMode.BINARY
    body = encode(message.event.data if binary else cloud_event(message.event, wire.source))
    kind = binary_headers(message.event, wire.source) if binary else {"content-type": CONTENT_TYPE}
    signed = headers(
        message.secret,
        message_id=message.event.uid,
        timestamp=int(wire.now.timestamp()),
        body=body,
        previous=message.previous_secret,
    )
    return await wire.sender.post(message.url, {**kind, **signed}, body)


Judge = Callable[[Request, Reply], Verdict]


async def _tell(message: Claim, wire: Wire) -> Answer:
    channel = channel_facts(message)
    if message.event.type == EventType.SILENCE_CHANGED.value:
        sending = Sending(message.event, wire.now, wire.source, message.receipt)
        request: Request | None = alertmanager_silences.build(channel, sending)
        judge: Judge = partial(alertmanager_silences.judge, channel, sending)
    else:
        notice = Notice.of(message.event)
        links = wire.links(notice, wire.now, message.code)
        sending = Sending(message.event, wire.now, wire.source, message.receipt, links)
        connector = connector_of(message.kind)
        request = connector.build(notice, channel, sending)
        judge = partial(connector.judge, notice, channel, sending)
    if request is None:
        return Answer(Outcome.UNTOLD, error="A channel of this kind is not told of it.")
    return await _converse(request, judge, channel, wire)


async def _converse(request: Request, judge: Judge, channel: ChannelFacts, wire: Wire) -> Answer:
    """Send a request and what its replies ask for next; the last answer counts, the last receipt is kept."""
    answer, receipt, following = Answer(Outcome.UNREACHABLE), None, 0
    wanted: Request | None = request
    while wanted is not None and following <= MAX_FOLLOWING:
        answer, wanted = await _once(wanted, judge, channel, wire)
        receipt = answer.receipt or receipt
        following += 1
    if wanted is not None:
        return Answer(Outcome.REJECTED, error="The tool asked for more requests than one message may have.")
    return replace(answer, receipt=receipt)


async def _once(request: Request, judge: Judge, channel: ChannelFacts, wire: Wire) -> tuple[Answer, Request | None]:
    """Send one request; return what came of it and what is to be sent next."""
    if isinstance(request, HttpRequest):
        reply = await wire.sender.exchange(request)
    else:
        reply = await send_mail(request, wire.limits, wire.tls)
    if isinstance(reply, Answer):
        return reply, None
    verdict = judge(request, reply)
    answer = Answer(
        verdict.outcome,
        status_code=reply.status,
        error=verdict.error,
        response=_kept(reply, channel),
        retry_after=verdict.retry_after,
        receipt=verdict.receipt,
    )
    return answer, verdict.then


async def remind(channel: ChannelFacts, request: HttpRequest, sender: Sender) -> Answer:
    """Send again, as it stands, what a tool would forget; return what came of it."""
    reply = await sender.exchange(request)
    if isinstance(reply, Answer):
        return reply
    said = verdict_on(channel, reply, tool=channel.kind.value)
    return discreet(Answer(said.outcome, reply.status, said.error, retry_after=said.retry_after), channel)


def channel_facts(message: Claim) -> ChannelFacts:
    """Return a message's receiver as its connector sees it."""
    return ChannelFacts(
        message.code, message.kind, message.url, message.secret, message.config, message.previous_secret
    )


def discreet(answer: Answer, channel: ChannelFacts) -> Answer:
    """Return the answer whose error has none of the channel's secrets: some tools answer with what they were sent."""
    return replace(answer, error=None if answer.error is None else hidden(answer.error, channel)[:500])


def _kept(reply: Reply, channel: ChannelFacts) -> str:
    """Return the beginning of what a tool said; secrets are taken out before it is cut."""
    return hidden(reply.body, channel).encode()[:MAX_RESPONSE].decode("utf-8", "ignore")
