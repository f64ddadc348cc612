"""Opsgenie and JSM Operations: create, acknowledge and close by alias; a change of severity sets the priority.

Both take the same bodies (domain notes F2). They answer 202 before they have looked: what they refuse later is seen in
their own log of the integration.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from alerts.connectors.base import Ask, ChannelFacts, HttpRequest, Pace, Reply, Request, Sending, Verdict
from alerts.connectors.judging import verdict
from alerts.connectors.settings import Configured, Form, base_faults, join, secret_faults
from alerts.connectors.text import cut, encode, fitting, identity, plain, short
from alerts.connectors.wording import Link, details, fit, headline, links, problems, sentences
from alerts.delivery.retry import Outcome
from alerts.notice import Notice
from models.alerting import NoticeKind, ReceiverKind, Severity
from models.errors import Fault
from models.shapes import Many, Text, Word

MESSAGE, ALIAS, DESCRIPTION, DETAILS, ENTITY, SOURCE, USER, NOTE = 130, 512, 15_000, 8000, 512, 100, 100, 25_000
TAGS, TAG = 20, 50
PRIORITY = {Severity.INFO: "P5", Severity.WARNING: "P3", Severity.ERROR: "P2", Severity.CRITICAL: "P1"}
OPSGENIE = {"us": "https://api.opsgenie.com", "eu": "https://api.eu.opsgenie.com"}
JSM = "https://api.atlassian.com/jsm/ops/integration"
_REGION = ("Region", Word(tuple(OPSGENIE), "Where your Opsgenie account is."), "us")
_SHARED: dict[str, tuple[str, Any, Any]] = {
    "teams": (
        "Teams",
        Many(Text(100, 1), 20, about="Names of the teams that respond; none: the integration's own."),
        [],
    ),
    "tags": ("Tags", Many(Text(TAG, 1), 10, about="Added to every alert."), []),
}


class Opsgenie(Configured):
    """Pages through an API integration."""

    pace: Pace | None = None

    def __init__(self, kind: ReceiverKind, title: str, bases: Mapping[str, str], form: Form) -> None:
        self.kind, self.title, self.form, self._bases = kind, title, form, bases
        default = next(iter(bases.values()))
        self.url: Ask | None = Ask("Address of the API", "Only when it is reached another way.", False, default)
        self.secret: Ask | None = Ask("API key", f"Of an API integration of {title}.")

    def faults(
        self, url: str, secret: str | None, config: Mapping[str, Any], *, allowed_hosts: Collection[str] = ()
    ) -> list[Fault]:
        """Return what is wrong with a channel's settings."""
        return [
            *base_faults(url, allowed_hosts=allowed_hosts, required=False),
            *secret_faults(
                secret, "[A-Za-z0-9-]{20,100}", about="An API key has 20 to 100 letters, digits and hyphens."
            ),
            *self.form.faults(config),
        ]

    def where(self, channel: ChannelFacts) -> str:
        """Return the host."""
        return urlsplit(self._base(channel)).hostname or ""

    def build(self, notice: Notice, channel: ChannelFacts, sending: Sending) -> Request | None:
        """Return the first request."""
        told = fit(notice)
        if notice.kind is NoticeKind.ACKNOWLEDGED:
            return self._act(told, channel, "acknowledge")
        if notice.over:
            return self._act(told, channel, "close")
        return self._request(channel, "POST", "/v2/alerts", self._create(told, channel, sending), about="create")

    def judge(self, notice: Notice, channel: ChannelFacts, sending: Sending, sent: Request, reply: Reply) -> Verdict:
        """Return what the reply means; a change is followed by its priority, a test by its end."""
        judged = verdict(channel, reply, tool=self.title, never=(501,))
        if sent.about == "priority" and judged.outcome is Outcome.INVALID:
            return Verdict(Outcome.DELIVERED, error=judged.error)  # the alert itself was taken
        if judged.outcome is not Outcome.DELIVERED or sent.about != "create":
            return judged
        told = fit(notice)
        if notice.kind is NoticeKind.TEST:
            return replace(judged, then=self._act(told, channel, "close"))
        if notice.kind is NoticeKind.CHANGED:
            path = f"/v2/alerts/{_alias_in_path(told)}/priority?identifierType=alias"
            priority = {"priority": PRIORITY[notice.severity]}
            return replace(judged, then=self._request(channel, "PUT", path, priority, about="priority"))
        return judged

    def _create(self, notice: Notice, channel: ChannelFacts, sending: Sending) -> dict[str, Any]:
        tags = [notice.policy, notice.severity.value, notice.level.value, *self.setting(channel, "tags")]
        if notice.drill:
            tags.append("drill")
        teams = self.setting(channel, "teams")
        found = {link.text.lower(): link.url for link in links(notice, sending)}
        told = {name: plain(value) for name, value in details(notice).items() if value not in (None, "", [], {})}
        return {
            "message": cut(headline(notice), MESSAGE),
            "alias": identity(notice.key, ALIAS),
            "description": cut(_description(notice, links(notice, sending)), DESCRIPTION),
            **({"responders": [{"type": "team", "name": name} for name in teams]} if teams else {}),
            "tags": [short(tag, TAG) for tag in dict.fromkeys(tags)][:TAGS],
            "details": {name: str(value) for name, value in fitting({**found, **told}, DETAILS - 20).items()},
            "entity": cut(notice.location or notice.group or notice.policy, ENTITY),
            "source": "Pickwatch",
            "priority": PRIORITY[notice.severity],
        }

    def _act(self, notice: Notice, channel: ChannelFacts, action: str) -> HttpRequest:
        path = f"/v2/alerts/{_alias_in_path(notice)}/{action}?identifierType=alias"
        body = {"source": "Pickwatch", "note": cut(f"{headline(notice)}. {notice.why}".strip(), NOTE)}
        if notice.by:
            body["user"] = cut(notice.by, USER)
        return self._request(channel, "POST", path, body, about=action)

    def _base(self, channel: ChannelFacts) -> str:
        return channel.url or self._bases[channel.config.get("region", next(iter(self._bases)))]

    def _request(self, channel: ChannelFacts, method: str, path: str, body: Any, *, about: str) -> HttpRequest:
        headers = {"content-type": "application/json", "authorization": f"GenieKey {channel.secret}"}
        return HttpRequest(method, join(self._base(channel), path), headers, encode(body), about=about)


def _alias_in_path(notice: Notice) -> str:
    return quote(identity(notice.key, ALIAS), safe="")


def _description(notice: Notice, found: Sequence[Link]) -> str:
    shown, more = problems(notice, 10)
    lines = [f"- {problem['text'] or problem['subject']}" for problem in shown]
    if more:
        lines.append(f"- and {more:,} more")
    where = [f"{link.text}: {link.url}" for link in found]
    return "\n\n".join([*sentences(notice), *(["\n".join(lines)] if lines else []), "\n".join(where)])


CONNECTOR = Opsgenie(ReceiverKind.OPSGENIE, "Opsgenie", OPSGENIE, Form({"region": _REGION, **_SHARED}))
JSM_CONNECTOR = Opsgenie(ReceiverKind.JSM, "JSM Operations", {"": JSM}, Form(_SHARED))
