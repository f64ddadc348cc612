"""What an answer means for most tools (domain notes F9, F10), and words about it that hold no secret. Pure.

2xx is delivered; 408, 425, 429 and 5xx are tried again on the schedule, as is a redirect, which is never followed; 410
disables the channel; any other 4xx says that the message or the key is wrong: it is never tried again.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from alerts.connectors.base import ChannelFacts, Reply, Verdict
from alerts.connectors.text import cut, line
from alerts.delivery.retry import Outcome

AGAIN = frozenset({408, 425, 429})
_SHORTEST = 4  # what is shorter is no secret, and would be found in any text
_TELLING = 12  # a value of a query that is shorter is a version or a flag
_WORDS = 300
#: A signed link of ours (`alerts/links.py`), however its slashes are written: whoever reads it may follow it.
_LINK = re.compile(r"(alert-links(?:\\?/|%2[Ff]))[\w.%-]+")


def outcome_of(status: int, *, never: Collection[int] = ()) -> Outcome:
    """Return what a status means; `never` are codes of 500 and above that the tool never gets over."""
    if 200 <= status < 300:
        return Outcome.DELIVERED
    if 300 <= status < 400:
        return Outcome.REDIRECTED
    if status == 410:
        return Outcome.GONE
    wrong = 400 <= status < 500 and status not in AGAIN
    return Outcome.INVALID if wrong or status in never else Outcome.REJECTED


def verdict(channel: ChannelFacts, reply: Reply, *, tool: str, never: Collection[int] = ()) -> Verdict:
    """Return the verdict on a reply by its status alone, with what the tool said when it did not take it."""
    outcome = outcome_of(reply.status, never=never)
    if outcome is Outcome.DELIVERED:
        return Verdict(outcome)
    return Verdict(outcome, error=words(channel, reply, tool=tool), retry_after=reply.headers.get("retry-after"))


def words(channel: ChannelFacts, reply: Reply, *, tool: str) -> str:
    """Return one line about a reply that was no success."""
    if 300 <= reply.status < 400:
        return f"{tool} answered {reply.status}: a redirect, which is never followed. Set the final address."
    said = cut(line(hidden(reply.body, channel)), _WORDS)
    return f"{tool} answered {reply.status}: {said}" if said else f"{tool} answered {reply.status}."


def hidden(text: str, channel: ChannelFacts) -> str:
    """Return what a tool said, without the channel's secrets and our links should it have repeated them."""
    text = _LINK.sub(r"\1•••", text)
    for secret in sorted(_spellings(channel), key=len, reverse=True):
        text = text.replace(secret, "•••")
    return text


def _spellings(channel: ChannelFacts) -> set[str]:
    """Return how the secrets may stand in a text: as they are, in an address, in JSON, in an Authorization header."""
    found = set()
    for secret in (channel.secret, channel.previous_secret or ""):
        user = str(channel.config.get("user", ""))
        basic = base64.b64encode(f"{user}:{secret}".encode()).decode()
        for one in (secret, secret.removeprefix("whsec_"), basic, *_parts(secret)):
            found |= {one, quote(one, safe=""), json.dumps(one)[1:-1]}
    return {one for one in found if len(one) >= _SHORTEST}


def _parts(address: str) -> list[str]:
    """Return what lets whoever knows it post, of an address that is a secret: the end of its path, its query."""
    if not address.startswith("http"):
        return []
    parts = urlsplit(address)
    values = [value for _, value in parse_qsl(parts.query) if len(value) >= _TELLING]
    return [parts.path.strip("/"), parts.path.rstrip("/").rpartition("/")[2], parts.query, *values]


def document(reply: Reply) -> Any:
    """Return the JSON that came back, None when it is none."""
    try:
        return json.loads(reply.body)
    except ValueError:
        return None


def is_page(reply: Reply) -> bool:
    """Return whether a web page came back where a program's answer was due: a sign-in, a proxy, an instance asleep."""
    return reply.body.lstrip()[:1] == "<" or "text/html" in reply.headers.get("content-type", "")
