"""PagerDuty, Events API v2: trigger, acknowledge and resolve of one `dedup_key`. Source: domain notes F1."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from alerts.connectors.base import Ask, ChannelFacts, HttpRequest, Pace, Reply, Request, Sending, Verdict
from alerts.connectors.judging import document, hidden, verdict
from alerts.connectors.settings import Configured, Form, address_faults, secret_faults
from alerts.connectors.text import cut, encode, fitting, identity, line
from alerts.connectors.wording import details, fit, headline, links, sentences
from alerts.delivery.retry import Outcome
from alerts.notice import Notice
from models.alerting import NoticeKind, ReceiverKind, Severity
from models.errors import Fault
from models.shapes import Word

HOSTS = {"us": "https://events.pagerduty.com/v2/enqueue", "eu": "https://events.eu.pagerduty.com/v2/enqueue"}
SUMMARY, KEY, EVENT_BYTES = 1024, 255, 512_000
SEVERITY = {
    Severity.INFO: "info",
    Severity.WARNING: "warning",
    Severity.ERROR: "error",
    Severity.CRITICAL: "critical",
}


class PagerDuty(Configured):
    """Pages through a service's Events API v2 integration."""

    kind = ReceiverKind.PAGERDUTY
    title = "PagerDuty"
    url: Ask | None = Ask("Address", "Only when PagerDuty is reached another way.", False, HOSTS["us"])
    secret: Ask | None = Ask("Integration key", "32 characters, from the service's Events API v2 integration.")
    pace: Pace | None = Pace(100, 60.0, burst=20)  # never more than 120 in any minute
    form = Form({"region": ("Region", Word(tuple(HOSTS), "Where your PagerDuty account is."), "us")})

    def faults(
        self, url: str, secret: str | None, config: Mapping[str, Any], *, allowed_hosts: Collection[str] = ()
    ) -> list[Fault]:
        """Return what is wrong with a channel's settings."""
        about = "An integration key has 32 letters and digits; it is shown with the Events API v2 integration."
        return [
            *address_faults(url, allowed_hosts=allowed_hosts, required=False),
            *secret_faults(secret, "[A-Za-z0-9]{32}", about=about),
            *self.form.faults(config),
        ]

    def where(self, channel: ChannelFacts) -> str:
        """Return the host."""
        return urlsplit(self._address(channel)).hostname or ""

    def build(self, notice: Notice, channel: ChannelFacts, sending: Sending) -> Request | None:
        """Return the event."""
        if notice.kind is NoticeKind.ACKNOWLEDGED:
            return self._event(notice, channel, "acknowledge")
        if notice.over:
            return self._event(notice, channel, "resolve")
        return self._event(notice, channel, "trigger", **_trigger(fit(notice), sending))

    def judge(self, notice: Notice, channel: ChannelFacts, sending: Sending, sent: Request, reply: Reply) -> Verdict:
        """Return what the reply means; what a test opened is resolved at once."""
        judged = verdict(channel, reply, tool="PagerDuty")
        if judged.outcome is not Outcome.DELIVERED:
            return judged
        said = document(reply)
        key = line(hidden(str(said.get("dedup_key", "")), channel))[:KEY] if isinstance(said, dict) else ""
        trying = notice.kind is NoticeKind.TEST and sent.about == "trigger"
        return Verdict(
            judged.outcome, receipt=key or None, then=self._event(notice, channel, "resolve") if trying else None
        )

    def _address(self, channel: ChannelFacts) -> str:
        return channel.url or HOSTS[self.setting(channel, "region")]

    def _event(self, notice: Notice, channel: ChannelFacts, action: str, **more: Any) -> HttpRequest:
        event = {"routing_key": channel.secret, "event_action": action, "dedup_key": identity(notice.key, KEY), **more}
        headers = {"content-type": "application/json"}
        return HttpRequest("POST", self._address(channel), headers, encode(event), about=action)


def _trigger(notice: Notice, sending: Sending) -> dict[str, Any]:
    """Return what only a trigger carries; details go into the room that the rest leaves."""
    found = links(notice, sending)
    client_url = {"client_url": notice.url} if notice.url else {}
    payload: dict[str, Any] = {
        "summary": cut(headline(notice), SUMMARY),
        "source": notice.location or notice.group or "Pickwatch",
        "severity": SEVERITY[notice.severity],
        "timestamp": notice.since,
        "component": notice.policy,
        "class": notice.level.value,
    }
    if notice.group:
        payload["group"] = notice.group
    trigger = {
        "payload": payload,
        "client": "Pickwatch",
        **client_url,
        "links": [{"href": link.url, "text": link.text} for link in found],
    }
    told = {"summary": "\n\n".join(sentences(notice)), **details(notice)}
    payload["custom_details"] = fitting(told, EVENT_BYTES - len(encode(trigger)) - 1000)
    return trigger


CONNECTOR = PagerDuty()
