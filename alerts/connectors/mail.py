"""E-mail: text and HTML in one message; one alert is one thread. How it is sent: `alerts/delivery/mail.py`.

The first message of an alert is the root of its thread; later ones refer to it and keep its subject, which is what mail
programs go by. The password of the server is the secret.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Any

from alerts.connectors.base import Ask, ChannelFacts, MailRequest, Pace, Reply, Request, Sending, Verdict
from alerts.connectors.judging import hidden
from alerts.connectors.settings import ANY_SECRET, Configured, Form, no_url, secret_faults
from alerts.connectors.text import cut, short
from alerts.connectors.wording import SEVERITY_WORD, fit, headline, links, problems, rows, sentences
from alerts.delivery.retry import Outcome
from alerts.delivery.target import url_faults
from alerts.notice import Notice
from models.alerting import NoticeKind, ReceiverKind, Severity
from models.errors import Fault
from models.shapes import Many, Text, Whole, Word

SUBJECT = 200
#: What begins a reply to a message that some of its recipients did not get.
NOT_ALL = "Not taken for"
SECURITIES = ("starttls", "tls", "none")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#: No empty part between dots: a message with such an address cannot be written.
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_COLOUR = {
    Severity.INFO: "#2b6cb0",
    Severity.WARNING: "#b7791f",
    Severity.ERROR: "#c53030",
    Severity.CRITICAL: "#9b2c2c",
}
_GREEN = "#2f855a"


class Mail(Configured):
    """Writes to people."""

    kind = ReceiverKind.EMAIL
    title = "E-mail"
    url: Ask | None = None
    secret: Ask | None = Ask("Password", "Of the user at the server; empty when it asks for none.", False)
    pace: Pace | None = None
    form = Form(
        {
            "host": ("Server", Text(253, 1, about="The SMTP server's name."), ...),
            "port": ("Port", Whole(1, 65535, "587 for STARTTLS, 465 for TLS, 25 inside a network."), 587),
            "security": ("Security", Word(SECURITIES, "How the connection is kept private."), "starttls"),
            "user": ("User", Text(200, about="Empty when the server asks for none."), ""),
            "sender": ("Sender", Text(254, 3, about="The address it comes from."), ...),
            "recipients": ("Recipients", Many(Text(254, 3), 50, 1, about="The addresses it goes to."), ...),
        }
    )

    def faults(
        self, url: str, secret: str | None, config: Mapping[str, Any], *, allowed_hosts: Collection[str] = ()
    ) -> list[Fault]:
        """Return what is wrong with a channel's settings."""
        found = [*no_url(url), *self.form.faults(config)]
        if secret:
            found += secret_faults(secret, ANY_SECRET, about="A password has no line ends in it.")
        pointed = {fault.pointer for fault in found}
        return found + [
            fault for fault in _meaning(config, secret, allowed_hosts=allowed_hosts) if fault.pointer not in pointed
        ]

    def where(self, channel: ChannelFacts) -> str:
        """Return the recipients."""
        return ", ".join(channel.config.get("recipients", ()))

    def build(self, notice: Notice, channel: ChannelFacts, sending: Sending) -> Request | None:
        """Return the message."""
        told = fit(notice)
        recipients = tuple(self.setting(channel, "recipients"))
        return MailRequest(
            host=self.setting(channel, "host"),
            port=self.setting(channel, "port"),
            security=self.setting(channel, "security"),
            user=self.setting(channel, "user"),
            password=channel.secret,
            sender=self.setting(channel, "sender"),
            recipients=recipients,
            raw=_raw(told, self.setting(channel, "sender"), recipients, sending),
            about=f"mail to {len(recipients)}",
        )

    def judge(self, notice: Notice, channel: ChannelFacts, sending: Sending, sent: Request, reply: Reply) -> Verdict:
        """Return what the server's code means: 4xx passes, 5xx does not. What it says beside a 2xx is kept."""
        said = short(hidden(reply.body, channel), 300)
        if 200 <= reply.status < 300:
            return Verdict(Outcome.DELIVERED, error=said if said.startswith(NOT_ALL) else None)
        outcome = Outcome.INVALID if 500 <= reply.status < 600 else Outcome.REJECTED
        return Verdict(outcome, error=f"The mail server answered {reply.status}: {said}".removesuffix(": "))


def _meaning(config: Mapping[str, Any], secret: str | None, *, allowed_hosts: Collection[str]) -> Iterator[Fault]:
    """Yield what is wrong with settings that have the right form."""
    host = config.get("host")
    if isinstance(host, str) and not _HOST.fullmatch(host):
        yield Fault("/config/host", "bad_host", "This is not the name of a server.")
    elif isinstance(host, str):
        yield from url_faults(f"https://{host}/", allowed_hosts=allowed_hosts, pointer="/config/host")
    addresses = [("/config/sender", config.get("sender"))]
    recipients = config.get("recipients")
    if isinstance(recipients, list):
        addresses += [(f"/config/recipients/{index}", one) for index, one in enumerate(recipients)]
    for pointer, address in addresses:
        if isinstance(address, str) and not _ADDRESS.fullmatch(address):
            yield Fault(pointer, "bad_address", "This is not an e-mail address: name@example.com")
    if config.get("security") == "none" and (config.get("user") or secret):
        yield Fault("/config/security", "insecure", "A password is never sent over a connection that is not private.")


def _raw(notice: Notice, sender: str, recipients: tuple[str, ...], sending: Sending) -> bytes:
    domain = sender.rpartition("@")[2] or "pickwatch.invalid"
    root = f"<alert.{_digest(notice.key, str(notice.alert))}@{domain}>"
    first = notice.kind is NoticeKind.OPENED
    message = EmailMessage(SMTP)
    message["From"] = Address("Pickwatch", addr_spec=sender)
    message["To"] = [Address(addr_spec=address) for address in recipients]
    message["Subject"] = cut(_subject(notice), SUBJECT)
    message["Date"] = format_datetime(sending.event.at)
    message["Message-ID"] = root if first else f"<notice.{_digest(sending.message_id)}@{domain}>"
    if not first and notice.kind is not NoticeKind.TEST:
        message["In-Reply-To"] = root
        message["References"] = root
    message["List-Id"] = f"Pickwatch alerts <alerts.pickwatch.{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if notice.severity is Severity.CRITICAL and not notice.over:
        message["X-Priority"] = "1"
    message.set_content(_text(notice, sending), cte="quoted-printable")
    message.add_alternative(_html(notice, sending), subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{_digest(sending.message_id, 'parts')}")  # the same message is the same bytes
    return message.as_bytes()


def _subject(notice: Notice) -> str:
    """Return the thread's subject: what became of the alert stands in the first line of the message."""
    drill = "Drill: " if notice.drill else ""
    if notice.kind is NoticeKind.TEST:
        return f"Test: {notice.title}"
    return f"{'' if notice.kind is NoticeKind.OPENED else 'Re: '}{drill}{notice.title}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _text(notice: Notice, sending: Sending) -> str:
    shown, more = problems(notice, 20)
    listed = [f"- {problem['text'] or problem['subject']}" for problem in shown if notice.count > 1]
    if listed and more:
        listed.append(f"- and {more:,} more")
    found = [f"{link.text}: {link.url}" for link in links(notice, sending)]
    table = [f"{name}: {value}" for name, value in rows(notice)]
    parts = [headline(notice), *sentences(notice), "\n".join(table), "\n".join(listed), "\n".join(found)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(notice: Notice, sending: Sending) -> str:
    colour = _GREEN if notice.over else _COLOUR[notice.severity]
    word = "Resolved" if notice.over else SEVERITY_WORD[notice.severity]
    said = "".join(f"<p>{_lines(text)}</p>" for text in sentences(notice))
    cells = "".join(
        f'<tr><th align="left" style="padding:2px 16px 2px 0">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in rows(notice)
    )
    shown, more = problems(notice, 20)
    items = "".join(f"<li>{escape(problem['text'] or problem['subject'])}</li>" for problem in shown)
    rest = f"<li>and {more:,} more</li>" if more else ""
    listed = f"<ul>{items}{rest}</ul>" if items and notice.count > 1 else ""
    found = " &#160; ".join(f'<a href="{escape(link.url)}">{escape(link.text)}</a>' for link in links(notice, sending))
    return (
        '<!doctype html><html><body style="font-family:sans-serif;color:#1a202c">'
        f'<p style="border-left:6px solid {colour};padding-left:12px"><b>{escape(word)}</b><br>'
        f"{escape(headline(notice))}</p>{said}<table>{cells}</table>{listed}<p>{found}</p></body></html>\n"
    )


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


CONNECTOR = Mail()
