"""Handing mail to a server: what is said comes back, nothing a server does raises or lasts, TLS is never given up."""

from __future__ import annotations

import asyncio
import email
import email.policy
import shutil
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.connectors.base import MailRequest, Reply
from alerts.connectors.mail import CONNECTOR
from alerts.delivery.http import SendLimits
from alerts.delivery.mail import send_mail
from alerts.delivery.retry import Answer, Outcome
from models.alerting import ReceiverKind
from tests.connectors.cases import channel, hostile, notice, sending
from tests.support.smtp import MailServer, certificate, running

LIMITS = SendLimits(timeout=1.0, connect_timeout=0.5, allowed_hosts=frozenset({"127.0.0.1", "localhost"}))
PLAIN = ssl.create_default_context()
NO_OPENSSL = shutil.which("openssl") is None


def mail(**changes: Any) -> MailRequest:
    said = notice()
    request = CONNECTOR.build(said, channel(ReceiverKind.EMAIL), sending(said))
    assert isinstance(request, MailRequest)
    return replace(request, **{"host": "127.0.0.1", "security": "none", "user": "", "password": "", **changes})


def hand_over(server: MailServer, request: MailRequest, *, tls: ssl.SSLContext = PLAIN) -> Reply | Answer:
    async def run() -> Reply | Answer:
        wrapped = server.tls if request.security == "tls" else None
        async with asyncio.timeout(30), running(server, tls=wrapped):
            return await send_mail(replace(request, port=server.port), LIMITS, tls)

    return asyncio.run(run())


def outcome(answer: Reply | Answer) -> Outcome:
    if isinstance(answer, Answer):
        return answer.outcome
    said = notice()
    return CONNECTOR.judge(said, channel(ReceiverKind.EMAIL), sending(said), mail(), answer).outcome


def test_the_message_arrives_as_it_was_built() -> None:
    server = MailServer()
    request = mail()
    assert outcome(hand_over(server, request)) is Outcome.DELIVERED
    assert server.messages == [request.raw]
    assert [command.split()[0] for command in server.commands] == ["EHLO", "MAIL", "RCPT", "RCPT", "DATA", "QUIT"]
    assert "RCPT TO:<kim.lee@example.com>" in server.commands


def test_lines_that_begin_with_a_dot_arrive_too() -> None:
    said = hostile(notice().kind, ".\r\n..\r\nMAIL FROM:<eve@example.com>\r\n.\r\nend")
    request = CONNECTOR.build(said, channel(ReceiverKind.EMAIL), sending(said))
    assert isinstance(request, MailRequest)
    server = MailServer()
    hand_over(server, replace(mail(), raw=request.raw))
    assert server.messages == [request.raw]
    assert len([command for command in server.commands if command.startswith("MAIL")]) == 1


@pytest.mark.parametrize(
    ("says", "expected", "code"),
    [
        ({"MAIL": ["451 4.3.0 later"]}, Outcome.REJECTED, 451),
        ({"MAIL": ["550 5.7.1 no"]}, Outcome.INVALID, 550),
        ({"RCPT": ["550 5.1.1 nobody here"]}, Outcome.INVALID, 550),
        ({"RCPT": ["550 5.1.1 nobody here", "450 4.2.1 greylisted"]}, Outcome.REJECTED, 450),
        ({"DATA": ["452 4.3.1 full"]}, Outcome.REJECTED, 452),
        ({"END": ["554 5.6.0 spam"]}, Outcome.INVALID, 554),
        ({"GREETING": ["421 4.3.2 busy"]}, Outcome.REJECTED, 421),
        ({"GREETING": ["554 5.7.0 go away"]}, Outcome.INVALID, 554),
    ],
)
def test_a_servers_code_says_whether_to_try_again(says: dict[str, list[str]], expected: Outcome, code: int) -> None:
    answer = hand_over(MailServer(says={verb: list(lines) for verb, lines in says.items()}), mail())
    assert isinstance(answer, Reply)
    assert answer.status == code
    assert outcome(answer) is expected


def test_whom_it_did_not_reach_is_said_and_nobody_gets_it_twice() -> None:
    server = MailServer(says={"RCPT": ["550 5.1.1 nobody here", "250 OK"]})
    answer = hand_over(server, mail())
    assert isinstance(answer, Reply)
    said = notice()
    verdict = CONNECTOR.judge(said, channel(ReceiverKind.EMAIL), sending(said), mail(), answer)
    assert verdict.outcome is Outcome.DELIVERED
    assert verdict.error == "Not taken for 1 of 2: 550 5.1.1 nobody here"
    assert len(server.messages) == 1


@pytest.mark.parametrize("behaviour", ["hang", "close", "drip", "gibberish", "9" * 100_000])
@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "RCPT", "END"])
def test_nothing_a_server_does_raises_or_lasts(verb: str, behaviour: str) -> None:
    answer = hand_over(MailServer(says={verb: [behaviour]}), mail())
    assert outcome(answer) in (Outcome.TIMED_OUT, Outcome.UNREACHABLE, Outcome.REJECTED, Outcome.INVALID)


def test_a_bad_goodbye_does_not_undo_a_delivery() -> None:
    assert outcome(hand_over(MailServer(says={"QUIT": ["close"]}), mail())) is Outcome.DELIVERED


def test_nobody_listens() -> None:
    answer = asyncio.run(send_mail(mail(port=1), LIMITS, PLAIN))
    assert outcome(answer) is Outcome.UNREACHABLE


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.7", "169.254.169.254", "::1", "0x7f000001"])
def test_private_addresses_are_refused(host: str) -> None:
    async def run() -> Reply | Answer:
        async with running(MailServer()) as server:
            return await send_mail(mail(host=host, port=server.port), SendLimits(timeout=1.0), PLAIN)

    answer = asyncio.run(run())
    assert isinstance(answer, Answer)
    assert answer.outcome is Outcome.REFUSED


def test_without_starttls_nothing_is_said() -> None:
    server = MailServer()
    answer = hand_over(server, mail(security="starttls", user="pickwatch", password="kit-secret-mail"))
    assert outcome(answer) is Outcome.UNREACHABLE
    assert {command.split()[0] for command in server.commands} <= {"EHLO", "QUIT"}
    assert "kit-secret-mail" not in repr(answer)


@pytest.mark.skipif(NO_OPENSSL, reason="makes its certificate with openssl")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_private_connection(security: str, tmp_path: Path) -> None:
    ours, theirs = certificate(tmp_path, "localhost")
    server = MailServer(tls=ours, offers=("STARTTLS", "AUTH PLAIN"))
    private = mail(host="localhost", security=security, user="pickwatch", password="kit-secret-mail")
    answer = hand_over(server, private, tls=theirs)
    assert outcome(answer) is Outcome.DELIVERED
    assert any(command.startswith("AUTH PLAIN") for command in server.commands)
    assert server.private is (security == "starttls")


@pytest.mark.skipif(NO_OPENSSL, reason="makes its certificate with openssl")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_for_another_name_ends_it(security: str, tmp_path: Path) -> None:
    ours, theirs = certificate(tmp_path, "mail.example.com")
    server = MailServer(tls=ours, offers=("STARTTLS", "AUTH PLAIN"))
    answer = hand_over(server, mail(host="localhost", security=security, user="u", password="p"), tls=theirs)
    assert outcome(answer) is Outcome.UNREACHABLE
    assert not server.messages
    assert not [command for command in server.commands if command.startswith("AUTH")]


def test_a_wrong_password_is_never_tried_again() -> None:
    server = MailServer(says={"AUTH": ["535 5.7.8 wrong"]})
    answer = hand_over(server, mail(user="pickwatch", password="kit-secret-mail"))
    assert isinstance(answer, Reply)
    assert (answer.status, outcome(answer)) == (535, Outcome.INVALID)


def test_what_arrives_is_a_message_with_two_parts() -> None:
    server = MailServer()
    hand_over(server, mail())
    message = email.message_from_bytes(server.messages[0], policy=email.policy.default)
    assert message["subject"] == notice().title
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
