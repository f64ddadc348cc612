"""Microsoft Teams: an adaptive card through a workflow's webhook. Source: domain notes F5.

The workflow's address is the secret. A card cannot be changed later: each notice is a card of its own. 28 KB in all.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from alerts.connectors.base import Ask, ChannelFacts, HttpRequest, Pace, Reply, Request, Sending, Verdict
from alerts.connectors.judging import is_page, verdict
from alerts.connectors.settings import Configured, no_url, secret_address_faults
from alerts.connectors.text import cut, encode
from alerts.connectors.wording import fit, headline, links, problems, rows, sentences
from alerts.delivery.retry import Outcome
from alerts.notice import Notice
from models.alerting import ReceiverKind, Severity
from models.errors import Fault

#: In bytes of JSON; together they stay below the card's 28 KB whatever the text.
CARD, TITLE, SAID, FACT, PROBLEM, LINK = 28 * 1024, 800, 8000, 300, 400, 1000
_COLOUR = {
    Severity.INFO: "accent",
    Severity.WARNING: "warning",
    Severity.ERROR: "attention",
    Severity.CRITICAL: "attention",
}


class Teams(Configured):
    """Writes into a channel or chat of Teams."""

    kind = ReceiverKind.TEAMS
    title = "Microsoft Teams"
    url: Ask | None = None
    secret: Ask | None = Ask("Workflow address", 'Of "Post to a channel when a webhook request is received".')
    pace: Pace | None = Pace(2, 1.0, burst=2)  # never more than four in any second

    def faults(
        self, url: str, secret: str | None, config: Mapping[str, Any], *, allowed_hosts: Collection[str] = ()
    ) -> list[Fault]:
        """Return what is wrong with a channel's settings."""
        about = "The workflow's address is missing."
        return [
            *no_url(url),
            *secret_address_faults(secret, allowed_hosts=allowed_hosts, about=about),
            *self.form.faults(config),
        ]

    def where(self, channel: ChannelFacts) -> str:
        """Return the host."""
        return urlsplit(channel.secret).hostname or ""

    def build(self, notice: Notice, channel: ChannelFacts, sending: Sending) -> Request | None:
        """Return the card."""
        attachment = {
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": None,
            "content": _card(fit(notice), sending),
        }
        body = encode({"type": "message", "attachments": [attachment]})
        return HttpRequest("POST", channel.secret, {"content-type": "application/json"}, body, about="card")

    def judge(self, notice: Notice, channel: ChannelFacts, sending: Sending, sent: Request, reply: Reply) -> Verdict:
        """Return what the reply means."""
        judged = verdict(channel, reply, tool="Teams")
        if judged.outcome is Outcome.DELIVERED and is_page(reply):
            return Verdict(Outcome.REJECTED, error="Teams answered with a web page: this is not a workflow's address.")
        return judged


def _card(notice: Notice, sending: Sending) -> dict[str, Any]:
    colour = "good" if notice.over else _COLOUR[notice.severity]
    body: list[dict[str, Any]] = [
        {
            "type": "TextBlock",
            "text": _text(headline(notice), TITLE),
            "weight": "Bolder",
            "size": "Medium",
            "wrap": True,
            "style": "heading",
            "color": colour,
        }
    ]
    said = _text("\n\n".join(sentences(notice)), SAID)
    if said:
        body.append({"type": "TextBlock", "text": said, "wrap": True})
    facts = [{"title": _text(name, FACT), "value": _text(value, FACT)} for name, value in rows(notice)[:12]]
    body.append({"type": "FactSet", "facts": facts})
    shown, more = problems(notice, 10)
    if notice.count > 1 and shown:
        lines = [f"- {_text(problem['text'] or problem['subject'], PROBLEM)}" for problem in shown]
        body.append({"type": "TextBlock", "text": "\n".join(lines), "wrap": True})
        if more:
            body.append({"type": "TextBlock", "text": f"and {more:,} more", "isSubtle": True, "wrap": True})
    actions = [
        {"type": "Action.OpenUrl", "title": link.text, "url": link.url}
        for link in links(notice, sending)
        if len(link.url) <= LINK
    ]
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "body": body,
        "actions": actions,
        "msteams": {"width": "full"},
    }


def _text(text: str, most: int) -> str:
    """Return text that is no link and not too long: a card's text is Markdown, of which the rest does no harm."""
    return cut(text.replace("](", "] ("), most, measure=_bytes_in_json)


def _bytes_in_json(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


CONNECTOR = Teams()
