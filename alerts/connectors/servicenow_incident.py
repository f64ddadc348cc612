"""ServiceNow incidents: one per alert, found again by `correlation_id`. Source: domain notes F6.

There is no "create or update", so it is looked up first, among those that are not resolved, closed or cancelled: an
alert that opens anew gets an incident of its own. Then POST or PATCH. The receipt is the incident's `sys_id`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from alerts.connectors import servicenow
from alerts.connectors.base import Ask, ChannelFacts, HttpRequest, Pace, Reply, Request, Sending, Verdict
from alerts.connectors.judging import document, hidden
from alerts.connectors.settings import Configured, Form
from alerts.connectors.text import cut, identity, short
from alerts.connectors.wording import fit, headline, links, problems, sentences
from alerts.delivery.retry import Outcome
from alerts.notice import Notice
from models.alerting import NoticeKind, ReceiverKind, Severity
from models.errors import Fault
from models.shapes import Text

CORRELATION, SHORT, DESCRIPTION, NOTES = 100, 160, 4000, 4000
TABLE = "/api/now/table/incident"
#: (urgency, impact): ServiceNow makes the priority of the two; 1 is high.
URGENCY = {
    Severity.INFO: ("3", "3"),
    Severity.WARNING: ("2", "2"),
    Severity.ERROR: ("1", "2"),
    Severity.CRITICAL: ("1", "1"),
}
IN_PROGRESS = "2"
#: Resolved, closed, cancelled.
OVER = "6,7,8"


class ServiceNowIncident(Configured):
    """Opens, updates and resolves incidents."""

    kind = ReceiverKind.SERVICENOW_INCIDENT
    title = "ServiceNow incident"
    url: Ask | None = servicenow.INSTANCE
    secret: Ask | None = servicenow.PASSWORD
    pace: Pace | None = None
    form = Form(
        {
            "user": servicenow.USER,
            "assignment_group": ("Assignment group", Text(100, about="Name or sys_id; empty: as its rules say."), ""),
            "close_code": (
                "Resolution code",
                Text(100, 1, about="One of the instance's own; older ones say Solved (Permanently)."),
                "Solution provided",
            ),
            "resolved_state": ("Resolved state", Text(10, 1, about="The number of the state Resolved."), "6"),
        }
    )

    def faults(
        self, url: str, secret: str | None, config: Mapping[str, Any], *, allowed_hosts: Collection[str] = ()
    ) -> list[Fault]:
        """Return what is wrong with a channel's settings."""
        return [*servicenow.faults(url, secret, allowed_hosts=allowed_hosts), *self.form.faults(config)]

    def where(self, channel: ChannelFacts) -> str:
        """Return the instance."""
        return servicenow.where(channel)

    def build(self, notice: Notice, channel: ChannelFacts, sending: Sending) -> Request | None:
        """Return the look-up of the incident that is open for this alert."""
        query = f"correlation_id={_correlation(fit(notice))}^stateNOT IN{OVER}^ORDERBYDESCsys_created_on"
        asked = f"sysparm_query={quote(query, safe='')}&sysparm_fields=sys_id,number,state&sysparm_limit=1"
        return servicenow.call(channel, "GET", f"{TABLE}?{asked}", None, about="look up")

    def judge(self, notice: Notice, channel: ChannelFacts, sending: Sending, sent: Request, reply: Reply) -> Verdict:
        """Return what the reply means, and after the look-up what to do; what a test opened is resolved at once."""
        judged = servicenow.judged(channel, reply)
        if judged.outcome is not Outcome.DELIVERED:
            return judged
        said = document(reply)
        result = said.get("result") if isinstance(said, dict) else None
        if sent.about == "look up":
            return self._found(notice, channel, sending, result)
        id_ = _sys_id(result, channel) or sending.receipt
        judged = Verdict(Outcome.DELIVERED, receipt=id_)
        if notice.kind is NoticeKind.TEST and sent.about == "create" and id_:
            return replace(judged, then=self._resolve(fit(notice), channel, id_))
        return judged

    def _found(self, notice: Notice, channel: ChannelFacts, sending: Sending, result: Any) -> Verdict:
        """Return the next request, after the look-up found an open incident or none."""
        if not isinstance(result, list):
            return Verdict(Outcome.REJECTED, error="ServiceNow answered the look-up with something that is no list.")
        told = fit(notice)
        id_ = _sys_id(result[0], channel) if result else None
        if id_ is None:
            if notice.over or notice.kind is NoticeKind.ACKNOWLEDGED:
                return Verdict(Outcome.DELIVERED, receipt=sending.receipt)  # nothing is open that could be told
            return Verdict(Outcome.DELIVERED, then=self._create(told, channel, sending))
        if notice.over or notice.kind is NoticeKind.TEST:
            return Verdict(Outcome.DELIVERED, receipt=id_, then=self._resolve(told, channel, id_))
        return Verdict(Outcome.DELIVERED, receipt=id_, then=_update(told, channel, id_))

    def _create(self, notice: Notice, channel: ChannelFacts, sending: Sending) -> HttpRequest:
        urgency, impact = URGENCY[notice.severity]
        group = self.setting(channel, "assignment_group")
        found = [f"{link.text}: {link.url}" for link in links(notice, sending)]
        said = [*sentences(notice), _listed(notice), "\n".join(found)]
        body = {
            "short_description": cut(headline(notice), SHORT),
            "description": cut("\n\n".join(text for text in said if text), DESCRIPTION),
            "urgency": urgency,
            "impact": impact,
            "correlation_id": _correlation(notice),
            "correlation_display": "Pickwatch",
            **({"assignment_group": group} if group else {}),
        }
        return servicenow.call(channel, "POST", TABLE, body, about="create")

    def _resolve(self, notice: Notice, channel: ChannelFacts, id_: str) -> HttpRequest:
        body = {
            "state": self.setting(channel, "resolved_state"),
            "close_code": self.setting(channel, "close_code"),
            "close_notes": _notes(notice),
        }
        return servicenow.call(channel, "PATCH", f"{TABLE}/{quote(id_, safe='')}", body, about="resolve")


def _update(notice: Notice, channel: ChannelFacts, id_: str) -> HttpRequest:
    urgency, impact = URGENCY[notice.severity]
    body = {"work_notes": _notes(notice)}
    if notice.kind is NoticeKind.ACKNOWLEDGED:
        body["state"] = IN_PROGRESS
    else:
        body |= {"short_description": cut(headline(notice), SHORT), "urgency": urgency, "impact": impact}
    return servicenow.call(channel, "PATCH", f"{TABLE}/{quote(id_, safe='')}", body, about="update")


def _correlation(notice: Notice) -> str:
    """Return the id; a query has no way to escape what ends a condition."""
    key = notice.key
    return identity(key if "^" not in key and key.isascii() else f"{key}\x00", CORRELATION).replace("^", "-")


def _notes(notice: Notice) -> str:
    return cut("\n\n".join([headline(notice), *sentences(notice), _listed(notice)]).strip(), NOTES)


def _listed(notice: Notice) -> str:
    shown, more = problems(notice, 10)
    lines = [f"- {problem['text'] or problem['subject']}" for problem in shown]
    return "\n".join([*lines, *([f"- and {more:,} more"] if more else [])])


def _sys_id(result: Any, channel: ChannelFacts) -> str | None:
    found = str(result.get("sys_id") or "") if isinstance(result, dict) else ""
    return short(hidden(found, channel), 64) or None


CONNECTOR = ServiceNowIncident()
