"""What both channels to ServiceNow share: the instance, who we are, pages where answers are due. Domain notes F6."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from alerts.connectors.base import Ask, ChannelFacts, HttpRequest, Reply, Verdict
from alerts.connectors.judging import is_page, verdict
from alerts.connectors.settings import ANY_SECRET, base_faults, basic, join, secret_faults
from alerts.connectors.text import encode
from alerts.delivery.retry import Outcome
from models.errors import Fault
from models.shapes import Text

INSTANCE = Ask("Instance", "Its address: https://example.service-now.com")
PASSWORD = Ask("Password or token", "The user's password; without a user a bearer token.")
USER = ("User", Text(100, about="For basic authentication; empty: a bearer token."), "")


def faults(url: str, secret: str | None, *, allowed_hosts: Collection[str]) -> Iterator[Fault]:
    """Yield what is wrong with the instance or the password."""
    yield from base_faults(url, allowed_hosts=allowed_hosts, required=True)
    yield from secret_faults(secret, ANY_SECRET, about="A password or token is there, and has no line ends in it.")


def where(channel: ChannelFacts) -> str:
    """Return the instance's host."""
    return urlsplit(channel.url).hostname or ""


def call(channel: ChannelFacts, method: str, path: str, body: Mapping[str, Any] | None, *, about: str) -> HttpRequest:
    """Return a call of the instance's API."""
    user = str(channel.config.get("user", ""))
    who = basic(user, channel.secret) if user else f"Bearer {channel.secret}"
    headers = {"content-type": "application/json", "accept": "application/json", "authorization": who}
    return HttpRequest(method, join(channel.url, path), headers, b"" if body is None else encode(body), about=about)


def judged(channel: ChannelFacts, reply: Reply) -> Verdict:
    """Return what a reply means; an instance that sleeps answers 200 with a page."""
    found = verdict(channel, reply, tool="ServiceNow")
    if found.outcome is Outcome.DELIVERED and is_page(reply):
        return Verdict(
            Outcome.REJECTED, error="ServiceNow answered with a web page: the instance sleeps or wants a login."
        )
    return found
