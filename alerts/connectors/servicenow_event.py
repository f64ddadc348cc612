"""ServiceNow Event Management: one event per notice, joined by `message_key`. Source: domain notes F6."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC
from typing import Any

from alerts.connectors import servicenow
from alerts.connectors.base import Ask, ChannelFacts, HttpRequest, Pace, Reply, Request, Sending, Verdict
from alerts.connectors.settings import Configured, Form
from alerts.connectors.text import cut, encode, fitting, identity, plain
from alerts.connectors.wording import details, fit, headline, links, sentences
from alerts.delivery.retry import Outcome
from alerts.notice import Notice
from models.alerting import NoticeKind, ReceiverKind, Severity
from models.errors import Fault

SHORT, KEY, DESCRIPTION, MORE = 100, 1024, 4000, 8000
SEVERITY = {Severity.INFO: "5", Severity.WARNING: "4", Severity.ERROR: "3", Severity.CRITICAL: "1"}
CLEAR = "0"


class ServiceNowEvent(Configured):
    """Feeds Event Management, which makes alerts and incidents by its own rules."""

    kind = ReceiverKind.SERVICENOW_EVENT
    title = "ServiceNow event"
    url: Ask | None = servicenow.INSTANCE
    secret: Ask | None = servicenow.PASSWORD
    pace: Pace | None = None
    form = Form({"user": servicenow.USER})

    def faults(
        self, url: str, secret: str | None, config: Mapping[str, Any], *, allowed_hosts: Collection[str] = ()
    ) -> list[Fault]:
        """Return what is wrong with a channel's settings."""
        return [*servicenow.faults(url, secret, allowed_hosts=allowed_hosts), *self.form.faults(config)]

    def where(self, channel: ChannelFacts) -> str:
        """Return the instance."""
        return servicenow.where(channel)

    def build(self, notice: Notice, channel: ChannelFacts, sending: Sending) -> Request | None:
        """Return the event; nothing of an acknowledgement, which an event cannot tell."""
        if notice.kind is NoticeKind.ACKNOWLEDGED:
            return None
        return _event(fit(notice), channel, sending, state="Closing" if notice.over else "New")

    def judge(self, notice: Notice, channel: ChannelFacts, sending: Sending, sent: Request, reply: Reply) -> Verdict:
        """Return what the reply means; a test is closed at once."""
        judged = servicenow.judged(channel, reply)
        if judged.outcome is Outcome.DELIVERED and notice.kind is NoticeKind.TEST and sent.about == "New":
            return replace(judged, then=_event(fit(notice), channel, sending, state="Closing"))
        return judged


def _event(notice: Notice, channel: ChannelFacts, sending: Sending, *, state: str) -> HttpRequest:
    found = {link.text: link.url for link in links(notice, sending)}
    # Event Management reads keys and texts there, no numbers and nothing nested.
    more = {name: plain(value) for name, value in details(notice).items() if value not in (None, "", [], {})}
    record = {
        "source": "Pickwatch",
        "event_class": "Pickwatch",
        "node": cut(notice.location or notice.group or "network", SHORT),
        "resource": cut(notice.policy, SHORT),
        "metric_name": "compliance",
        "type": notice.level.value,
        "message_key": identity(notice.key, KEY),
        "severity": CLEAR if state == "Closing" else SEVERITY[notice.severity],
        "description": cut("\n\n".join([headline(notice), *sentences(notice)]), DESCRIPTION),
        "additional_info": _texts(fitting({**found, **more}, MORE)),
        "time_of_event": sending.event.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "resolution_state": state,
    }
    return servicenow.call(channel, "POST", "/api/global/em/jsonv2", {"records": [record]}, about=state)


def _texts(fields: Mapping[str, Any]) -> str:
    return encode({name: str(value) for name, value in fields.items()}).decode()


CONNECTOR = ServiceNowEvent()
