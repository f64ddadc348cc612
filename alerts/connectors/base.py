"""What a connector is: a notice in, a request out; an answer in, a verdict out. Pure: sending is `alerts/delivery`.

Each kind of channel is one module with `CONNECTOR`, an instance of a class with these methods; `registry.py` lists
them. Every one is held to the same kit (`tests/connectors/`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from alerts.delivery.retry import Outcome
from alerts.envelope import EventFacts
from alerts.notice import Notice
from models.alerting import ReceiverKind
from models.errors import Fault


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """A channel as its connector sees it. `secret` is written into a request and nowhere else: not into an error, a
    log, an event or a page. `previous_secret` is set while messages are signed with both."""

    code: str
    kind: ReceiverKind
    url: str
    secret: str = field(repr=False)
    config: Mapping[str, Any] = field(default_factory=dict)
    previous_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Sending:
    """What belongs to this attempt: `event` is what is told, the same at every attempt, `receipt` is what the tool
    called what it made of an earlier notice of the same key, `links` are signed single-use addresses by what they do
    ("acknowledge", "resolve")."""

    event: EventFacts
    now: datetime
    source: str
    receipt: str | None = None
    links: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def message_id(self) -> str:
        """The id by which receivers know a message that comes twice."""
        return self.event.uid


@dataclass(frozen=True, slots=True, repr=False)
class HttpRequest:
    """A request to send as it stands. `about` names it in the record of attempts, without secrets."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    about: str = ""

    def __repr__(self) -> str:
        # Addresses, headers and bodies hold keys; what is printed may end in a log.
        return f"HttpRequest({self.method} {urlsplit(self.url).hostname}, {len(self.body)} bytes, {self.about!r})"


@dataclass(frozen=True, slots=True)
class MailRequest:
    """A message to hand to an SMTP server; `raw` is the whole message, CRLF lines."""

    host: str
    port: int
    security: str  # "starttls", "tls" or "none"
    user: str
    password: str = field(repr=False)
    sender: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)
    about: str = ""


Request = HttpRequest | MailRequest


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back of a request: `body` is at most 64 KB of it, decoded; header names are in small letters.

    Of an SMTP server, `status` is its code (250, 451, 550) and `body` what it said.
    """

    status: int
    body: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reply means. `then` is a request to send next within the same attempt (at most three follow one another);
    an attempt with a `then` is worth what the last reply is worth.

    `retry_after` is the header as it came; `receipt` is kept for the next notice of the same key.
    """

    outcome: Outcome
    error: str | None = None
    receipt: str | None = None
    retry_after: str | None = None
    then: Request | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """The most messages a tool takes: `per` of them in `seconds`, on average; a burst of `burst` at once."""

    per: int
    seconds: float
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Ask:
    """What a form asks for as `url` or `secret`: its title, a sentence, and what holds when it is left empty."""

    title: str
    about: str
    required: bool = True
    default: str = ""


class Connector(Protocol):
    """One kind of channel. `url` or `secret` is None when there is nothing to ask."""

    kind: ReceiverKind
    title: str
    url: Ask | None
    secret: Ask | None
    pace: Pace | None

    def faults(
        self, url: str, secret: str | None, config: Mapping[str, Any], *, allowed_hosts: Collection[str] = ()
    ) -> list[Fault]:
        """Return what is wrong with a channel's settings, by JSON pointer (`/url`, `/secret`, `/config/…`).

        A `secret` of None is one that is kept as it is, and not looked at.
        """
        ...

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of `config`, with titles and descriptions that a form can show."""
        ...

    def where(self, channel: ChannelFacts) -> str:
        """Return where it goes, for people, without what is secret: a host, addresses."""
        ...

    def build(self, notice: Notice, channel: ChannelFacts, sending: Sending) -> Request | None:
        """Return the first request that tells it; None when this kind of channel is not told of such a notice."""
        ...

    def judge(self, notice: Notice, channel: ChannelFacts, sending: Sending, sent: Request, reply: Reply) -> Verdict:
        """Return what the reply to `sent` means."""
        ...
