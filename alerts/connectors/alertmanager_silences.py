"""Our silences, told to an Alertmanager: `silence.changed` events become POST and DELETE. Domain notes F3.

The receipt is Alertmanager's own id of the silence, which may change when it is edited. Alerts: `alertmanager.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from alerts.connectors.alertmanager import label_name, post
from alerts.connectors.base import ChannelFacts, HttpRequest, Reply, Request, Sending, Verdict
from alerts.connectors.judging import document, verdict
from alerts.connectors.text import paragraphs, short
from alerts.delivery.retry import Outcome
from alerts.envelope import rfc3339

#: What the clock brings about: Alertmanager keeps that time itself.
_BY_ITSELF = frozenset({"started", "expired"})


@dataclass(frozen=True, slots=True)
class Told:
    """What a `silence.changed` event says."""

    matchers: tuple[Mapping[str, Any], ...]
    starts_at: datetime
    ends_at: datetime
    owner: str
    reason: str
    change: str

    @staticmethod
    def of(data: Mapping[str, Any]) -> Told:
        """Read it from the event's data."""
        return Told(
            matchers=tuple(data.get("matchers", ())),
            starts_at=datetime.fromisoformat(data["starts_at"]),
            ends_at=datetime.fromisoformat(data["ends_at"]),
            owner=str(data.get("owner", "")),
            reason=str(data.get("reason", "")),
            change=str(data.get("change", "")),
        )


def build(channel: ChannelFacts, sending: Sending) -> HttpRequest | None:
    """Return the request that tells the silence event of `sending`; None when there is nothing to tell."""
    told = Told.of(sending.event.data)
    if told.change in _BY_ITSELF:
        return None
    if told.ends_at > sending.now:
        return _set(told, channel, sending, receipt=sending.receipt)
    if sending.receipt is None:
        return None  # it never knew of it
    path = f"/api/v2/silence/{quote(sending.receipt, safe='')}"
    return post(channel, path, None, about="end silence", method="DELETE")


def judge(channel: ChannelFacts, sending: Sending, sent: Request, reply: Reply) -> Verdict:
    """Return what the reply means: a silence that it forgot is made anew, or has ended already."""
    if sent.about == "end silence":
        gone = reply.status == 404 or "already expired" in reply.body or "not found" in reply.body
        return Verdict(Outcome.DELIVERED) if gone else verdict(channel, reply, tool="Alertmanager")
    judged = verdict(channel, reply, tool="Alertmanager")
    if reply.status == 404 and sent.about == "change silence":
        told = Told.of(sending.event.data)
        return Verdict(Outcome.REJECTED, error=judged.error, then=_set(told, channel, sending, receipt=None))
    said = document(reply)
    if judged.outcome is not Outcome.DELIVERED or not isinstance(said, dict):
        return judged
    return Verdict(Outcome.DELIVERED, receipt=short(str(said.get("silenceID", "")), 100) or None)


def _set(told: Told, channel: ChannelFacts, sending: Sending, *, receipt: str | None) -> HttpRequest:
    body = {
        **({} if receipt is None else {"id": receipt}),
        "matchers": [
            {
                "name": label_name(str(matcher.get("name", ""))),
                "value": str(matcher.get("value", "")),
                "isRegex": bool(matcher.get("is_regex", False)),
                "isEqual": bool(matcher.get("is_equal", True)),
            }
            for matcher in told.matchers
        ],
        "startsAt": rfc3339(told.starts_at),
        "endsAt": rfc3339(told.ends_at),
        "createdBy": short(told.owner, 200) or "Pickwatch",
        "comment": paragraphs(told.reason, 1000) or "Silenced in Pickwatch",
    }
    about = "new silence" if receipt is None else "change silence"
    return post(channel, "/api/v2/silences", body, about=about)
