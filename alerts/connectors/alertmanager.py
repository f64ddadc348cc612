"""Prometheus Alertmanager, API v2: firing alerts that end by themselves unless they are sent again. Domain notes F3.

Labels are identity, so nothing that changes while the alert is open may be one: the severity is an annotation.
`resend` is what keeps alerts firing; somebody has to call it more often than every four minutes. Silences:
`alertmanager_silences.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from alerts.connectors.base import Ask, ChannelFacts, HttpRequest, Pace, Reply, Request, Sending, Verdict
from alerts.connectors.judging import verdict
from alerts.connectors.settings import ANY_SECRET, Configured, Form, base_faults, basic, join, secret_faults
from alerts.connectors.text import cut, encode, short
from alerts.connectors.wording import fit, headline, problems, sentences
from alerts.envelope import rfc3339
from alerts.notice import Notice
from models.alerting import NoticeKind, ReceiverKind
from models.errors import Fault
from models.shapes import Text

#: How long an alert fires without being sent again; Prometheus itself says four times its interval.
FIRES_FOR = timedelta(minutes=4)
TEST_FIRES_FOR = timedelta(minutes=1)
#: Alerts in one body of `resend`.
AT_ONCE = 500
LABEL, ANNOTATION = 200, 4000


class Alertmanager(Configured):
    """Feeds an Alertmanager, as Prometheus does."""

    kind = ReceiverKind.ALERTMANAGER
    title = "Alertmanager"
    url: Ask | None = Ask(
        "Address", "Of the Alertmanager, with its path prefix if it has one: http://alertmanager:9093"
    )
    secret: Ask | None = Ask("Password or token", "A password when a user is set, else a bearer token.", False)
    pace: Pace | None = None
    form = Form({"user": ("User", Text(100, about="For basic authentication; empty: a bearer token, or none."), "")})

    def faults(
        self, url: str, secret: str | None, config: Mapping[str, Any], *, allowed_hosts: Collection[str] = ()
    ) -> list[Fault]:
        """Return what is wrong with a channel's settings."""
        found = [*base_faults(url, allowed_hosts=allowed_hosts, required=True), *self.form.faults(config)]
        if secret:
            found += secret_faults(secret, ANY_SECRET, about="A password or token has no line ends in it.")
        return found

    def where(self, channel: ChannelFacts) -> str:
        """Return the host."""
        return urlsplit(channel.url).hostname or ""

    def build(self, notice: Notice, channel: ChannelFacts, sending: Sending) -> Request | None:
        """Return the alert; nothing of an acknowledgement, which Alertmanager does not know."""
        if notice.kind is NoticeKind.ACKNOWLEDGED:
            return None
        about = "resolved" if notice.over else "firing"
        return post(channel, "/api/v2/alerts", [alert_of(notice, now=sending.now)], about=about)

    def judge(self, notice: Notice, channel: ChannelFacts, sending: Sending, sent: Request, reply: Reply) -> Verdict:
        """Return what the reply means."""
        return verdict(channel, reply, tool="Alertmanager")


def resend(notices: Sequence[Notice], channel: ChannelFacts, *, now: datetime) -> list[HttpRequest]:
    """Return the requests that keep all these alerts firing for another four minutes."""
    alerts = [alert_of(notice, now=now) for notice in notices]
    chunks = [alerts[start : start + AT_ONCE] for start in range(0, len(alerts), AT_ONCE)]
    return [post(channel, "/api/v2/alerts", chunk, about=f"{len(chunk)} still firing") for chunk in chunks]


def alert_of(notice: Notice, *, now: datetime) -> dict[str, Any]:
    """Return one alert as Alertmanager takes it."""
    told = fit(notice)
    lasts = TEST_FIRES_FOR if notice.kind is NoticeKind.TEST else FIRES_FOR
    ends = now if notice.over else now + lasts
    return {
        "labels": labels_of(told),
        "annotations": _annotations(told),
        "startsAt": rfc3339(min(_instant(notice.since) or now, now)),
        "endsAt": rfc3339(ends),
        **({"generatorURL": told.url} if told.url else {}),
    }


def labels_of(notice: Notice) -> dict[str, str]:
    """Return what an alert is known by: the same set of labels for all of its notices."""
    told = {label_name(name): cut(value, LABEL) for name, value in notice.labels.items() if value}
    drill = {"drill": "true"} if notice.drill else {}
    return {**told, **drill, "alertname": notice.policy or "alert", "level": notice.level.value, "key": notice.key}


def label_name(name: str) -> str:
    """Return a name that is a label's name in every release of Alertmanager."""
    fit_name = re.sub(r"[^a-zA-Z0-9_]", "_", name).lstrip("_")
    return fit_name if fit_name[:1].isalpha() else f"label_{fit_name}"


def post(channel: ChannelFacts, path: str, body: Any, *, about: str, method: str = "POST") -> HttpRequest:
    """Return a call of Alertmanager's API, with who we are."""
    headers = {"content-type": "application/json"}
    user = str(channel.config.get("user", ""))
    if user:
        headers["authorization"] = basic(user, channel.secret)
    elif channel.secret:
        headers["authorization"] = f"Bearer {channel.secret}"
    content = b"" if body is None else encode(body)
    return HttpRequest(method, join(channel.url, path), headers, content, about=about)


def _annotations(notice: Notice) -> dict[str, str]:
    shown, more = problems(notice, 10)
    lines = [problem["text"] or problem["subject"] for problem in shown] + ([f"and {more:,} more"] if more else [])
    told = {
        "summary": short(headline(notice), ANNOTATION),
        "description": cut("\n\n".join(sentences(notice)), ANNOTATION),
        "severity": notice.severity.value,
        "status": notice.status.value,
        "count": str(notice.count),
        "problems": cut("\n".join(lines), ANNOTATION),
        "runbook_url": notice.runbook_url,
    }
    return {name: value for name, value in told.items() if value}


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


CONNECTOR = Alertmanager()
