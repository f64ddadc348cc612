"""Grafana IRM (OnCall): the formatted webhook, in which `state: ok` resolves. Source: domain notes F4.

The integration's address is the secret: who knows it can post. It has no acknowledgement from outside.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from alerts.connectors.base import Ask, ChannelFacts, HttpRequest, Pace, Reply, Request, Sending, Verdict
from alerts.connectors.judging import verdict
from alerts.connectors.settings import Configured, no_url, secret_address_faults
from alerts.connectors.text import cut, encode, identity
from alerts.connectors.wording import fit, headline, links, problems, sentences
from alerts.delivery.retry import Outcome
from alerts.notice import Notice
from models.alerting import NoticeKind, ReceiverKind
from models.errors import Fault

UID, TITLE, MESSAGE = 255, 300, 10_000


class Grafana(Configured):
    """Tells an integration of the kind "Formatted webhook"."""

    kind = ReceiverKind.GRAFANA
    title = "Grafana IRM"
    url: Ask | None = None
    secret: Ask | None = Ask("Integration address", "The HTTP endpoint of a formatted webhook, with its last slash.")
    pace: Pace | None = Pace(270, 300.0, burst=30)  # never more than 300 in any five minutes

    def faults(
        self, url: str, secret: str | None, config: Mapping[str, Any], *, allowed_hosts: Collection[str] = ()
    ) -> list[Fault]:
        """Return what is wrong with a channel's settings."""
        about = "The integration's address is missing."
        return [
            *no_url(url),
            *secret_address_faults(secret, allowed_hosts=allowed_hosts, about=about),
            *self.form.faults(config),
        ]

    def where(self, channel: ChannelFacts) -> str:
        """Return the host."""
        return urlsplit(channel.secret).hostname or ""

    def build(self, notice: Notice, channel: ChannelFacts, sending: Sending) -> Request | None:
        """Return the message; nothing of an acknowledgement."""
        if notice.kind is NoticeKind.ACKNOWLEDGED:
            return None
        return _message(fit(notice), channel, sending, state="ok" if notice.over else "alerting")

    def judge(self, notice: Notice, channel: ChannelFacts, sending: Sending, sent: Request, reply: Reply) -> Verdict:
        """Return what the reply means; a test is ended at once."""
        judged = verdict(channel, reply, tool="Grafana IRM")
        if judged.outcome is Outcome.DELIVERED and notice.kind is NoticeKind.TEST and sent.about == "alerting":
            return replace(judged, then=_message(fit(notice), channel, sending, state="ok"))
        return judged


def _message(notice: Notice, channel: ChannelFacts, sending: Sending, *, state: str) -> HttpRequest:
    shown, more = problems(notice, 10)
    lines = [f"- {problem['text'] or problem['subject']}" for problem in shown]
    if more:
        lines.append(f"- and {more:,} more")
    found = [f"{link.text}: {link.url}" for link in links(notice, sending)]
    said = [f"Severity: {notice.severity.value}", *sentences(notice), "\n".join(lines), "\n".join(found)]
    body = {
        "alert_uid": identity(notice.key, UID),
        "title": cut(headline(notice), TITLE),
        "image_url": None,
        "state": state,
        "link_to_upstream_details": notice.url or None,
        "message": cut("\n\n".join(text for text in said if text), MESSAGE),
    }
    return HttpRequest("POST", channel.secret, {"content-type": "application/json"}, encode(body), about=state)


CONNECTOR = Grafana()
