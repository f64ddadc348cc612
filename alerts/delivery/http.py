"""The one place from which Pickwatch calls addresses that users typed in.

It resolves a name once, refuses addresses that are not public unless the host is allowed, and connects to exactly the
address it checked while Host and TLS keep the name. It follows no redirect, uses no proxy and reads 2 KB of the answer,
or 64 KB where a connector has to judge it.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

import httpcore

from alerts.connectors.base import HttpRequest, Reply
from alerts.delivery.retry import Answer, Outcome, outcome_of
from alerts.delivery.stream import OneWriteStream
from alerts.delivery.target import is_public, literal_address, refusal

# httpcore asks for this optional package at every request; one that is missing is searched for in every folder again.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # Python's own way to say: not there

MAX_RESPONSE = 2048
#: What a connector is shown of an answer; `MAX_RESPONSE` of it are kept.
MAX_JUDGED = 65_536
#: Shorter than the keep-alive of common servers (5 s), so that it is we who close an idle connection.
_KEEP_ALIVE_SECONDS = 4.0
_BODY_SECONDS = 2.0


class TargetRefused(Exception):  # a verdict, not a fault of ours
    """The receiver's name leads to an address that is never called."""


@dataclass(frozen=True, slots=True)
class SendLimits:
    """What a receiver may make us do: `timeout` and `connect_timeout` in seconds; `allowed_hosts` skip the guard."""

    timeout: float = 15.0
    connect_timeout: float = 5.0
    allowed_hosts: frozenset[str] = frozenset()


class GuardedBackend(httpcore.AnyIOBackend):
    """Connects only to addresses that were checked; used for every connection of a `Sender`."""

    def __init__(self, allowed_hosts: Collection[str]) -> None:
        self._allowed = allowed_hosts

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the interface has it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first checked address of `host` that answers; raises TargetRefused or a httpcore error."""
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in await checked_addresses(host, port, seconds=timeout, allowed_hosts=self._allowed):
            try:
                stream = await super().connect_tcp(address, port, timeout, local_address, socket_options)
                return OneWriteStream(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


async def checked_addresses(
    host: str, port: int, *, seconds: float | None, allowed_hosts: Collection[str]
) -> list[str]:
    """Return the addresses of a host, to connect to one of exactly these; raises TargetRefused or a httpcore error."""
    literal = literal_address(host)
    addresses = [str(literal)] if literal is not None else await _resolve(host, port, seconds)
    allowed = host.rstrip(".").lower() in allowed_hosts
    # One private address among public ones is enough to refuse: that is what a rebinding name server sends.
    if not allowed and not all(is_public(address) for address in addresses):
        raise TargetRefused(refusal(host))
    return addresses


async def _resolve(host: str, port: int, seconds: float | None) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(f"{host} could not be resolved in time") from error
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host} cannot be resolved") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Sender:
    """Posts messages one at a time over one kept-alive connection. Not safe for concurrent use: make one per task."""

    def __init__(self, limits: SendLimits, tls: ssl.SSLContext) -> None:
        self._limits = limits
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=1,
            keepalive_expiry=_KEEP_ALIVE_SECONDS,
            network_backend=GuardedBackend(limits.allowed_hosts),
        )
        self.used_at = time.monotonic()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post the body and return what came of it; never raises for anything the receiver does."""
        reply = await self.exchange(HttpRequest("POST", url, headers, body), most=MAX_RESPONSE)
        if isinstance(reply, Answer):
            return reply
        return Answer(
            outcome_of(reply.status),
            status_code=reply.status,
            error=None if 200 <= reply.status < 300 else words(reply.status),
            response=reply.body,
            retry_after=reply.headers.get("retry-after"),
        )

    async def exchange(self, request: HttpRequest, *, most: int = MAX_JUDGED) -> Reply | Answer:
        """Send a request as it stands and return the reply with at most `most` bytes of its body, or why there is none;
        never raises for anything the receiver does."""
        self.used_at = time.monotonic()
        reused = bool(self._pool.connections)
        try:
            async with asyncio.timeout(self._limits.timeout) as patience:
                try:
                    return await self._once(request, most, patience)
                except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                    if not reused:
                        raise
                    return await self._once(request, most, patience)  # the kept connection was closed under our feet
        except TargetRefused as error:
            return Answer(Outcome.REFUSED, error=str(error))
        except (TimeoutError, httpcore.TimeoutException):
            return Answer(Outcome.TIMED_OUT, error=f"No answer within {self._limits.timeout:g} s.")
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
            return Answer(Outcome.UNREACHABLE, error=_why(error))

    async def _once(self, request: HttpRequest, most: int, patience: asyncio.Timeout) -> Reply:
        timeouts = {
            "connect": self._limits.connect_timeout,
            "read": self._limits.timeout,
            "write": self._limits.timeout,
        }
        async with self._pool.stream(
            request.method,
            _address(request.url),
            headers=[("host", urlsplit(request.url).netloc), ("user-agent", "Pickwatch"), *request.headers.items()],
            content=request.body,
            extensions={"timeout": timeouts},
        ) as response:
            # It has answered: what is left of the patience is for the body, or a message that was taken would go again.
            patience.reschedule(asyncio.get_running_loop().time() + _BODY_SECONDS * 2)
            beginning = await _beginning(response, most)
        headers = {name.lower().decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
        return Reply(response.status, plain(beginning.decode("utf-8", "replace")), headers)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._pool.aclose()


def _address(url: str) -> httpcore.URL:
    """Return the URL as the pool wants it; its own parser would lose what follows a semicolon in the path."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return httpcore.URL(scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target=target)


def _why(error: Exception) -> str:
    """Return in a sentence why there is no answer; nothing that the receiver sent is repeated."""
    if isinstance(error, httpcore.ProtocolError):
        return "What it answered is no HTTP, or far too long."
    if isinstance(error, httpcore.ReadError | httpcore.WriteError):
        return "The connection ended before there was an answer."
    return plain(str(error) or type(error).__name__)[:500]


def plain(text: str) -> str:
    """Return text that every database stores: PostgreSQL refuses NUL."""
    return text.replace("\x00", "\ufffd")


def words(status: int) -> str:
    """Return what a status that is not 2xx says, in a sentence."""
    if 300 <= status < 400:
        return f"The receiver answered {status}: a redirect, which is never followed. Subscribe the final address."
    if status == 410:
        return "The receiver answered 410: it wants no more messages."
    return f"The receiver answered {status}."


async def _beginning(response: httpcore.Response, most: int) -> bytes:
    """Return at most `most` bytes of the body; what does not come in time or comes broken is left out, the status
    counts."""
    read = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in response.aiter_stream():
                read += chunk
                if len(read) > most:
                    break
    except (TimeoutError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
        pass
    return bytes(read[:most])


def default_tls() -> ssl.SSLContext:
    """Return a verifying TLS context; building one is slow, so share it."""
    return httpcore.default_ssl_context()
