"""What comes back from the other side of a channel: is it really from there, and what does it ask for. Pure.

PagerDuty's V3 webhooks are signed over the raw body; ours are Standard Webhooks (`delivery/signing.py` has the same for
what we send). Every comparison takes the same time whatever it finds. What is done is `backend/alerting/inbound.py`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from alerts.delivery.signing import key_of
from models.alerting import ReceiverKind
from models.errors import Fault

#: How old, or how far ahead, a signed message may be.
TOLERANCE_SECONDS = 300
SHORTEST_SECRET = 16
_LONGEST_NAME = 80
_MOST_SIGNATURES = 10


class Asked(StrEnum):
    """What the other side says was done there."""

    ACKNOWLEDGE = "acknowledge"
    UNACKNOWLEDGE = "unacknowledge"
    RESOLVE = "resolve"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Told:
    """What was asked: for the alert of a key (what the tool knows it by) or of an id. `id` is the message's own, `at`
    when it was done there, where the tool says so."""

    id: str
    asked: Asked
    key: str = ""
    alert: int | None = None
    by: str = ""
    note: str = ""
    at: datetime | None = None


def secret_faults(kind: ReceiverKind, secret: str | None) -> list[Fault]:
    """Return what is wrong with the secret of what a channel calls back with; none (or an empty one) is fine."""
    if not secret:
        return []
    if kind is ReceiverKind.PAGERDUTY:
        short = len(secret) < SHORTEST_SECRET
        words = f"PagerDuty's secret has at least {SHORTEST_SECRET} characters."
        return [Fault("/inbound_secret", "bad_secret", words)] if short else []
    try:
        key_of(secret)
    except ValueError as error:
        return [Fault("/inbound_secret", "bad_secret", str(error))]
    return []


def signed_by_pagerduty(secret: str, body: bytes, header: str) -> bool:
    """Return whether one of the signatures (`v1=<hex>, v1=<hex>`) is that of the body."""
    right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    given = [part.strip().removeprefix("v1=") for part in header.split(",")[:_MOST_SIGNATURES] if "v1=" in part]
    found = [hmac.compare_digest(one.encode(), right.encode()) for one in given]  # all of them, in the same time
    return any(found)


def signed_as_webhook(secret: str, body: bytes, headers: Mapping[str, str], *, now: datetime) -> bool:
    """Return whether a message is signed as Standard Webhooks are, not long ago; header names in small letters."""
    id_, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12) or not 1 <= len(id_) <= 200 or "." in id_:
        return False
    fresh = abs(int(stamp) - now.timestamp()) <= TOLERANCE_SECONDS
    right = hmac.new(key_of(secret), f"{id_}.{stamp}.".encode() + body, hashlib.sha256).digest()
    signatures = headers.get("webhook-signature", "").split(" ")[:_MOST_SIGNATURES]
    found = [hmac.compare_digest(_decoded(one.removeprefix("v1,")), right) for one in signatures if one[:3] == "v1,"]
    return fresh and any(found)


def of_pagerduty(document: Any) -> Told | None:
    """Return what a V3 webhook asks for; None for what we have no use for, and for what is none."""
    event = document.get("event") if isinstance(document, Mapping) else None
    data = event.get("data") if isinstance(event, Mapping) else None
    if not isinstance(event, Mapping) or not isinstance(data, Mapping):
        return None
    asked = _PAGERDUTY.get(str(event.get("event_type")))
    key, id_ = data.get("incident_key"), event.get("id")
    if asked is None or not isinstance(key, str) or not isinstance(id_, str) or not 1 <= len(id_) <= 200:
        return None
    agent = event.get("agent")
    by = agent.get("summary") if isinstance(agent, Mapping) else None
    note = "Reopened there." if event.get("event_type") == "incident.reopened" else ""
    return Told(id_, asked, key=key, by=_name(by), note=note, at=_instant(event.get("occurred_at")))


def _instant(text: Any) -> datetime | None:
    """Return an instant as PagerDuty writes it; None for what is none."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def _name(text: Any) -> str:
    """Return a name as it came, in one short line; empty for what is none."""
    if not isinstance(text, str):
        return ""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:_LONGEST_NAME]


def name_of(text: str) -> str:
    """Return what somebody calls himself, fit for a record: one short line."""
    return _name(text)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


_PAGERDUTY: Mapping[str, Asked] = {
    "incident.acknowledged": Asked.ACKNOWLEDGE,
    "incident.unacknowledged": Asked.UNACKNOWLEDGE,
    "incident.reopened": Asked.UNACKNOWLEDGE,
    "incident.resolved": Asked.RESOLVE,
}
