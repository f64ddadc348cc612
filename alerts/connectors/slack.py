"""Slack: an incoming webhook, or a bot that keeps one message per alert up to date. Source: domain notes F5.

Through a webhook every notice is a message of its own. A bot posts once, changes that message as the alert changes, and
replies in its thread where people should look again. What a message looks like: `slack_blocks.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from alerts.connectors.base import Ask, ChannelFacts, HttpRequest, Pace, Reply, Request, Sending, Verdict
from alerts.connectors.judging import document, hidden, is_page, verdict
from alerts.connectors.settings import Configured, Form, base_faults, join, no_url, secret_address_faults, secret_faults
from alerts.connectors.slack_blocks import message, message_text
from alerts.connectors.text import encode, short
from alerts.connectors.wording import fit, headline
from alerts.delivery.retry import Outcome
from alerts.notice import Notice
from models.alerting import NoticeKind, ReceiverKind
from models.errors import Fault
from models.shapes import Text, Word

API = "https://slack.com/api"
TOKEN = r"xox[a-z](\.xox[a-z])?-[0-9A-Za-z-]{8,400}"  # noqa: S105  # what a token looks like
#: Errors that pass: Slack answers 200 with them.
AGAIN = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "request_timeout", "service_unavailable"}
    | {"team_added_to_org", "accesslimited"}
)
#: The message that was to be changed is not there, or not ours to change any more.
LOST = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"})
#: Notices that people should be called back for, though the message is there already.
CALLS_AGAIN = frozenset({NoticeKind.REPEATED, NoticeKind.ESCALATED, NoticeKind.RESOLVED})


class Slack(Configured):
    """Writes into a channel of Slack."""

    kind = ReceiverKind.SLACK
    title = "Slack"
    url: Ask | None = Ask(
        "Address of the API", "Only for a bot, and only when Slack is reached another way.", False, API
    )
    secret: Ask | None = Ask("Webhook address or bot token", "https://hooks.slack.com/… or xoxb-…, as the mode says.")
    pace: Pace | None = Pace(1, 1.0)
    form = Form(
        {
            "mode": (
                "Mode",
                Word(("webhook", "bot"), "webhook: a message per notice; bot: one message per alert, kept up to date."),
                "webhook",
            ),
            "channel": ("Channel", Text(80, about="For a bot: a channel's id (C…) or #name it is a member of."), ""),
        }
    )

    def faults(
        self, url: str, secret: str | None, config: Mapping[str, Any], *, allowed_hosts: Collection[str] = ()
    ) -> list[Fault]:
        """Return what is wrong with a channel's settings."""
        found = list(self.form.faults(config))
        if config.get("mode", "webhook") == "webhook":
            about = "The address of the incoming webhook is missing."
            return [*found, *no_url(url), *secret_address_faults(secret, allowed_hosts=allowed_hosts, about=about)]
        if not config.get("channel"):
            found.append(Fault("/config/channel", "missing", "A bot has to know which channel it writes to."))
        about = "A bot token begins with xoxb-."
        return [
            *found,
            *base_faults(url, allowed_hosts=allowed_hosts, required=False),
            *secret_faults(secret, TOKEN, about=about),
        ]

    def where(self, channel: ChannelFacts) -> str:
        """Return the host, and a bot's channel."""
        if self._bot(channel):
            return f"{urlsplit(channel.url or API).hostname} {self.setting(channel, 'channel')}"
        return urlsplit(channel.secret).hostname or ""

    def build(self, notice: Notice, channel: ChannelFacts, sending: Sending) -> Request | None:
        """Return the message, or the change of the one that is there."""
        if not self._bot(channel):
            headers = {"content-type": "application/json"}
            body = encode(message(fit(notice), sending))
            return HttpRequest("POST", channel.secret, headers, body, about="message")
        place = _place(sending.receipt)
        if place is None or notice.kind in (NoticeKind.OPENED, NoticeKind.TEST):
            return self._post(notice, channel, sending)
        content = {"channel": place[0], "ts": place[1], **message(fit(notice), sending)}
        return _call(channel, "chat.update", content, about="update")

    def judge(self, notice: Notice, channel: ChannelFacts, sending: Sending, sent: Request, reply: Reply) -> Verdict:
        """Return what the reply means; a 200 may still be an error."""
        judged = verdict(channel, reply, tool="Slack")
        if judged.outcome is not Outcome.DELIVERED:
            return judged
        if is_page(reply):
            return Verdict(Outcome.REJECTED, error="Slack answered with a web page: this is not its API.")
        said = document(reply)
        error = said.get("error") if isinstance(said, dict) and said.get("ok") is not True else None
        if isinstance(said, dict) and (error or said.get("ok") is False):
            return self._refused(notice, channel, sending, sent, reply, error=str(error or "unknown"))
        if not self._bot(channel):
            return judged
        if not isinstance(said, dict):
            return Verdict(Outcome.REJECTED, error="Slack answered with something that is no JSON object.")
        return self._taken(notice, channel, sending, sent, said)

    def _bot(self, channel: ChannelFacts) -> bool:
        return bool(self.setting(channel, "mode") == "bot")

    def _post(self, notice: Notice, channel: ChannelFacts, sending: Sending) -> HttpRequest:
        content = {"channel": self.setting(channel, "channel"), **message(fit(notice), sending)}
        return _call(channel, "chat.postMessage", content, about="post")

    def _refused(
        self, notice: Notice, channel: ChannelFacts, sending: Sending, sent: Request, reply: Reply, *, error: str
    ) -> Verdict:
        """Return the verdict on `ok: false`: a lost message is posted anew."""
        words = f"Slack answered {reply.status}: {short(hidden(error, channel), 200)}"
        if sent.about == "update" and error in LOST:
            return Verdict(Outcome.REJECTED, error=words, then=self._post(notice, channel, sending))
        outcome = Outcome.REJECTED if error in AGAIN else Outcome.INVALID
        return Verdict(outcome, error=words, retry_after=reply.headers.get("retry-after"))

    def _taken(
        self, notice: Notice, channel: ChannelFacts, sending: Sending, sent: Request, said: Mapping[str, Any]
    ) -> Verdict:
        """Return the verdict on `ok: true`: where the message is, and a reply in its thread where one is due."""
        if sent.about == "reply":
            return Verdict(Outcome.DELIVERED, receipt=sending.receipt)
        where, at = (short(hidden(str(said.get(name, "")), channel), 100) for name in ("channel", "ts"))
        receipt = f"{where}:{at}" if where and at else sending.receipt
        judged = Verdict(Outcome.DELIVERED, receipt=receipt)
        place = _place(receipt)
        if sent.about != "update" or notice.kind not in CALLS_AGAIN or place is None:
            return judged
        return replace(judged, then=_thread_reply(fit(notice), channel, place))


def _thread_reply(notice: Notice, channel: ChannelFacts, place: tuple[str, str]) -> HttpRequest:
    aloud = notice.kind is NoticeKind.ESCALATED
    text = {"text": message_text(headline(notice)), "unfurl_links": False, "unfurl_media": False}
    content = {"channel": place[0], "thread_ts": place[1], **text, **({"reply_broadcast": True} if aloud else {})}
    return _call(channel, "chat.postMessage", content, about="reply")


def _call(channel: ChannelFacts, method: str, content: Mapping[str, Any], *, about: str) -> HttpRequest:
    headers = {"content-type": "application/json; charset=utf-8", "authorization": f"Bearer {channel.secret}"}
    return HttpRequest("POST", join(channel.url or API, method), headers, encode(content), about=about)


def _place(receipt: str | None) -> tuple[str, str] | None:
    """Return channel and moment of the message that a receipt names."""
    where, _, at = (receipt or "").partition(":")
    return (where, at) if where and at else None


CONNECTOR = Slack()
