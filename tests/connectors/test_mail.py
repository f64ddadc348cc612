"""E-mail: one alert is one thread, nobody gets in by a header, and both parts say the same."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.connectors.base import MailRequest
from alerts.connectors.mail import CONNECTOR
from models.alerting import NoticeKind, ReceiverKind
from tests.connectors.cases import CONFIG_OF, LINKS, channel, notice, sending

KIND = ReceiverKind.EMAIL
CONFIG = CONFIG_OF[KIND]


def message(kind: NoticeKind = NoticeKind.OPENED, **changes: Any) -> EmailMessage:
    said = notice(kind, **changes)
    request = CONNECTOR.build(said, channel(KIND), sending(said))
    assert isinstance(request, MailRequest)
    read = email.message_from_bytes(request.raw, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def part(read: EmailMessage, kind: str) -> str:
    body = read.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_one_alert_is_one_thread() -> None:
    root = message()["message-id"]
    for kind in (NoticeKind.CHANGED, NoticeKind.REPEATED, NoticeKind.ESCALATED, NoticeKind.RESOLVED):
        later = message(kind)
        assert (later["references"], later["in-reply-to"]) == (root, root)
        assert later["message-id"] != root
        assert later["subject"] == f"Re: {message()['subject']}"
    assert message()["references"] is None
    assert message(alert=482)["message-id"] != root, "a new episode is a new thread"


def test_the_first_line_says_what_became_of_it() -> None:
    assert part(message(NoticeKind.RESOLVED), "plain").startswith("Resolved: Atlanta Midtown")
    assert part(message(NoticeKind.ACKNOWLEDGED), "plain").startswith("Acknowledged by Kim Lee: Atlanta Midtown")


def test_both_parts_have_the_links() -> None:
    read = message()
    for link in LINKS.values():
        assert link in part(read, "plain")
        assert link.replace("&", "&amp;") in part(read, "html")
    over = message(NoticeKind.RESOLVED)
    assert not [link for link in LINKS.values() if link in part(over, "plain")]


@pytest.mark.parametrize("text", ["x\r\nBcc: eve@example.com", "x\nBcc: eve@example.com\n\nhello", "x\x00\x0b\x0cy"])
def test_a_title_is_never_a_header(text: str) -> None:
    read = message(title=text)
    assert read["bcc"] is None
    assert "\n" not in read["subject"]


def test_a_page_shows_text_as_text() -> None:
    page = part(message(title='<img src=x onerror="alert(1)">', summary="<script>1</script>"), "html")
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({}, []),
        ({"security": "none"}, ["/config/security"]),
        ({"host": "not a host"}, ["/config/host"]),
        ({"host": "10.1.2.3"}, ["/config/host"]),
        ({"port": 0, "security": "ssl"}, ["/config/port", "/config/security"]),
        ({"sender": "Kim <kim@example.com>"}, ["/config/sender"]),
        ({"recipients": []}, ["/config/recipients"]),
        ({"sender": "pick..watch@example.com"}, ["/config/sender"]),
        (
            {"recipients": [".a@example.com", "a.@b.co", "a@b..co", "a@-b.co"]},
            [f"/config/recipients/{n}" for n in range(4)],
        ),
        ({"host": "mail..example.com"}, ["/config/host"]),
        (
            {"recipients": ["a@example.com", "b@example.com\r\nBcc: c@example.com", "ü@example.com", 1]},
            ["/config/recipients/3", "/config/recipients/1", "/config/recipients/2"],
        ),
    ],
)
def test_every_fault_of_the_settings_is_named(changes: dict[str, Any], pointers: list[str]) -> None:
    assert [fault.pointer for fault in CONNECTOR.faults("", "secret", {**CONFIG, **changes})] == pointers


@given(st.text(".@-ab'+", min_size=3, max_size=20).map(lambda text: f"{text}@example.com") | st.emails())
def test_a_message_to_whatever_address_is_accepted_can_be_written(address: str) -> None:
    config = {**CONFIG, "sender": address, "recipients": [address]}
    if not CONNECTOR.faults("", "secret", config):
        said = notice()
        request = CONNECTOR.build(said, channel(KIND, config=config), sending(said))
        assert isinstance(request, MailRequest)
        assert (
            email.message_from_bytes(request.raw, policy=email.policy.default)["to"].addresses[0].addr_spec == address
        )


def test_a_mail_program_can_sort_them_and_nobody_answers_by_himself() -> None:
    read = message()
    assert read["list-id"] == "Pickwatch alerts <alerts.pickwatch.example.com>"
    assert (read["auto-submitted"], read["x-auto-response-suppress"]) == ("auto-generated", "All")


def test_a_server_inside_needs_no_password() -> None:
    config = {**CONFIG, "security": "none", "user": "", "host": "mail"}
    assert CONNECTOR.faults("", "", config, allowed_hosts=["mail"]) == []
    assert CONNECTOR.where(channel(KIND)) == "ops@example.com, kim.lee@example.com"
