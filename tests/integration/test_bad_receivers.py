"""One test for every sort of receiver that behaves badly on the wire: what is on record of it, and that it costs others
nothing. Answers by status are in `test_delivery_receivers.py`."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.utils import format_datetime

import pytest

from backend.clock import system_now
from backend.context import Context
from models.alerting import NoticeKind
from models.enums import DeliveryStatus
from models.events import EventType
from tests.support.channels import make_channel, notice, tell
from tests.support.events import relay
from tests.support.ports import eventually, free_port
from tests.support.receiver import Receiver
from tests.support.webhooks import all_deliveries, delivering, with_settings

#: Seconds until a receiver is given up: few where that is asked, plenty where a busy machine must not matter.
SOON, LATE = 1.0, 60.0
Behaviour = Callable[[socket.socket, threading.Event], None]


def says(*pieces: bytes, every: float = 0.0) -> Behaviour:
    """Return a receiver that sends these pieces, the last of them until the other side is gone when `every` is set."""

    def behave(peer: socket.socket, stop: threading.Event) -> None:
        for piece in pieces:
            peer.sendall(piece)
        while every and not stop.wait(every):
            peer.sendall(pieces[-1])

    return behave


def resets_after(piece: bytes) -> Behaviour:
    """Return a receiver that tears the connection down after a piece of its answer."""

    def behave(peer: socket.socket, stop: threading.Event) -> None:
        peer.sendall(piece)
        stop.wait(0.05)  # the piece has to be on its way: what is torn down takes along what was not read
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behave


OK = b"HTTP/1.1 200 OK\r\n"
LONG = OK + b"Content-Length: 104857600\r\n\r\n"
BAD: dict[str, tuple[Behaviour, str, int | None]] = {
    "hangs": (lambda _, stop: stop.wait(60) and None, "timed_out", None),
    "head drips": (says(OK + b"X-Slow: ", b"a", every=0.02), "timed_out", None),
    "body drips": (says(LONG, b"a", every=0.02), "delivered", 200),
    "floods": (says(LONG, b"x" * 65_536, every=0.0001), "delivered", 200),
    "headers without end": (says(OK, b"X-More: " + b"a" * 8000 + b"\r\n", every=0.0001), "unreachable", None),
    "continues without end": (says(b"HTTP/1.1 100 Continue\r\n\r\n", every=0.001), "timed_out", None),
    "resets before the answer": (resets_after(b""), "unreachable", None),
    "resets inside the head": (resets_after(OK + b"Content-Le"), "unreachable", None),
    "resets inside the body": (resets_after(LONG + b"the beginning"), "delivered", 200),
    "closes inside the head": (says(OK), "unreachable", None),
    "no http": (says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "unreachable", None),
    "http 0.9": (says(b"<html>taken</html>"), "unreachable", None),
    "http 1.0 without a length": (says(b"HTTP/1.0 200 OK\r\n\r\ntaken"), "delivered", 200),
    "chunks that are none": (says(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZZ\r\n"), "delivered", 200),
    "two lengths": (says(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok"), "unreachable", None),
    "no text": (says(b"HTTP/1.1 500 \xff\r\nContent-Length: 6\r\n\r\n\xff\xfe\x00b\xc3("), "rejected", 500),
    "too much": (says(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"), "rejected", 413),
    "moved": (
        says(b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
        "redirected",
        301,
    ),
}


@contextmanager
def badly(behave: Behaviour) -> Iterator[tuple[str, list[bytes]]]:
    """Yield the address of a receiver that behaves so to everybody, and what it was sent."""
    stop, got = threading.Event(), list[bytes]()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def one(peer: socket.socket) -> None:
            with peer, suppress(OSError):
                got.append(peer.recv(65_536))
                behave(peer, stop)

        def everybody() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=one, args=(server.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=everybody, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/hook", got
        finally:
            stop.set()
            server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@pytest.mark.parametrize("sort", BAD)
def test_what_it_did_is_on_record_and_others_are_told(ctx: Context, sort: str) -> None:
    behave, outcome, status = BAD[sort]
    ctx = with_settings(ctx, webhook_timeout_seconds=SOON if outcome == "timed_out" else LATE)
    with badly(behave) as (url, got), Receiver() as good:
        make_channel(ctx, "bad", url=url)
        make_channel(ctx, "good", url=good.url)
        with delivering(ctx):
            tell(ctx, notice(NoticeKind.OPENED, "ATL", "bad", "good"))
            relay(ctx)
            good.wait_for(1)
            eventually(lambda: all(row.attempts for row in all_deliveries(ctx)))
    bad, _ = all_deliveries(ctx)
    (tried,) = bad.tries[:1]
    assert (tried.outcome, tried.status_code) == (outcome, status)
    assert got[0].startswith(b"POST /hook HTTP/1.1\r\n")
    assert len((tried.response or "").encode()) <= 2048
    assert "\x00" not in (tried.response or "")
    assert bad.status is (DeliveryStatus.DELIVERED if outcome == "delivered" else DeliveryStatus.PENDING)
    if outcome == "unreachable":
        assert tried.error in {
            "What it answered is no HTTP, or far too long.",
            "The connection ended before there was an answer.",
        }


def test_a_kept_connection_that_was_closed_costs_no_attempt(ctx: Context) -> None:
    """It says that it keeps the connection, and closes it: the second message goes over a new one."""
    ctx = with_settings(ctx)
    with badly(says(OK + b"Connection: keep-alive\r\nContent-Length: 2\r\n\r\nok")) as (url, got):
        make_channel(ctx, "bad", url=url)
        with delivering(ctx):
            for number in (1, 2, 3):
                tell(ctx, notice(NoticeKind.CHANGED, "ATL", "bad"))
                relay(ctx)
                eventually(
                    lambda wanted=number: (
                        [row.status for row in all_deliveries(ctx)] == [DeliveryStatus.DELIVERED] * wanted
                    )
                )
    assert [row.attempts for row in all_deliveries(ctx)] == [1, 1, 1]
    assert len([one for one in got if one]) == 3


def test_nobody_there_is_on_record(ctx: Context) -> None:
    ctx = with_settings(ctx)
    make_channel(ctx, "bad", url=f"http://127.0.0.1:{free_port()}/hook")
    with delivering(ctx):
        tell(ctx, notice(NoticeKind.OPENED, "ATL", "bad"))
        relay(ctx)
        eventually(lambda: all(row.attempts for row in all_deliveries(ctx)))
    (row,) = all_deliveries(ctx)
    assert row.tries[0].outcome == "unreachable"


def test_a_wait_may_be_asked_for_by_date(ctx: Context) -> None:
    ctx = with_settings(ctx)
    until = system_now().replace(microsecond=0) + timedelta(hours=3)
    head = f"HTTP/1.1 429 Slow\r\nRetry-After: {format_datetime(until, usegmt=True)}\r\nContent-Length: 0\r\n\r\n"
    with badly(says(head.encode())) as (url, _):
        make_channel(ctx, "bad", url=url)
        with delivering(ctx):
            tell(ctx, notice(NoticeKind.OPENED, "ATL", "bad"))
            relay(ctx)
            eventually(lambda: all(row.attempts for row in all_deliveries(ctx)))
    (row,) = all_deliveries(ctx)
    assert row.next_attempt_at is not None
    assert abs(row.next_attempt_at - until) < timedelta(seconds=60)


def test_a_tool_that_repeats_what_it_was_sent_gives_no_link_away(ctx: Context) -> None:
    """Who may read deliveries may not therefore acknowledge: a link of a message is good for whoever holds it."""
    ctx = with_settings(ctx)

    def repeats(peer: socket.socket, stop: threading.Event) -> None:
        peer.sendall(b"HTTP/1.1 500 No\r\nContent-Length: %d\r\n\r\n" % len(said[0]) + said[0])

    said = [b""]
    with badly(repeats) as (url, got):
        said = got
        make_channel(ctx, "bad", url=url)
        with delivering(ctx):
            tell(ctx, notice(NoticeKind.OPENED, "ATL", "bad"))
            relay(ctx)
            eventually(lambda: all(row.attempts for row in all_deliveries(ctx)))
    assert b"/alert-links/Wz" in got[0]
    (row,) = all_deliveries(ctx)
    kept = f"{row.last_error} {row.tries[0].error} {row.tries[0].response}"
    assert EventType.ALERT_OPENED.value in kept
    assert "alert-links/Wz" not in kept
