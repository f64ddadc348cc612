"""Signed addresses in messages, with which somebody acknowledges or resolves an alert without signing in. Pure but for
drawing random bits.

An address names one alert and one act, is good for some days and once. Whoever holds it may do that one thing: the
signature is all that is asked for. What following one does is `backend/alerting/links.py`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from alerts.notice import Notice
from models.alerting import AlertStatus

#: The path below which they lie.
PATH = "/alert-links"
#: No token that we make is longer.
LONGEST = 400
#: No link is good for longer, whatever `PICKWATCH_LINK_DAYS` says.
MOST_LIFE = timedelta(days=90)


class LinkAction(StrEnum):
    """What following a link does."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


class LinkProblem(StrEnum):
    """Why a link does nothing."""

    FORGED = "forged"  # not ours, or changed on the way
    EXPIRED = "expired"
    USED = "used"
    LATE = "late"  # the alert is over
    DONE = "done"  # somebody did the same before
    GONE = "gone"  # the alert is no longer kept


class LinkError(Exception):
    """A link that does nothing, and why."""

    def __init__(self, problem: LinkProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says. `channel` is the code of the channel it was sent to, empty when that is not known."""

    alert: int
    action: LinkAction
    expires_at: datetime
    channel: str = ""
    nonce: str = ""


def write(secret: bytes, link: Link) -> str:
    """Return the token of a link."""
    said = [link.alert, link.action.value, int(link.expires_at.timestamp()), link.channel, link.nonce]
    payload = _text(json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode())
    return f"{payload}.{_signature(secret, payload)}"


def read(good: Sequence[bytes], token: str, *, now: datetime) -> Link:
    """Return what a token says that was signed with one of the secrets; raises LinkError(FORGED) or
    LinkError(EXPIRED)."""
    payload, dot, signature = token.partition(".")
    fits = dot and len(token) <= LONGEST and token.isascii()
    ours = [_signed(secret, payload, signature) for secret in good] if fits else []  # all, in the same time
    if not any(ours):
        raise LinkError(LinkProblem.FORGED)
    try:
        alert, action, expires, channel, nonce = json.loads(_bytes(payload))
        link = Link(int(alert), LinkAction(action), datetime.fromtimestamp(expires, UTC), str(channel), str(nonce))
    except (ValueError, TypeError, binascii.Error, OverflowError, OSError):
        raise LinkError(LinkProblem.FORGED) from None
    if now >= link.expires_at:
        raise LinkError(LinkProblem.EXPIRED)
    return link


def digest(token: str) -> str:
    """Return what is kept of a token that was used."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_secret() -> bytes:
    """Return a fresh secret."""
    return secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes the addresses that go out with a notice. Keep it out of logs: it holds the secret."""

    secret: bytes
    public_url: str
    lifetime: timedelta = timedelta(days=7)

    def __call__(self, notice: Notice, now: datetime, channel: str = "") -> Mapping[str, str]:
        """Return addresses by what they do; none once there is nothing to do."""
        if notice.over or notice.status not in (AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED) or not notice.alert:
            return {}
        taken = notice.status is AlertStatus.ACKNOWLEDGED
        actions = (LinkAction.RESOLVE,) if taken else (LinkAction.ACKNOWLEDGE, LinkAction.RESOLVE)
        return {action.value: self._address(notice.alert, action, now, channel) for action in actions}

    def __repr__(self) -> str:
        """Say nothing of the secret."""
        return f"Signer({self.public_url!r})"

    def _address(self, alert: int, action: LinkAction, now: datetime, channel: str) -> str:
        link = Link(alert, action, now + self.lifetime, channel, secrets.token_urlsafe(9))
        return f"{self.public_url.rstrip('/')}{PATH}/{write(self.secret, link)}"


def _signed(secret: bytes, payload: str, signature: str) -> bool:
    return hmac.compare_digest(signature.encode(), _signature(secret, payload).encode())


def _signature(secret: bytes, payload: str) -> str:
    return _text(hmac.new(secret, b"alert-link." + payload.encode(), hashlib.sha256).digest())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
