"""The one place from which Pickwatch calls addresses that users typed in.

It resolves a name once, refuses addresses that are not public unless the host is allowed, and connects to exactly the
address it checked while Host and TLS keep the name. It follows no redirect, uses no proxy and reads 2 KB of the answer.
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

from alerts.delivery.retry import Answer, Outcome, outcome_of
from alerts.delivery.target import is_public, literal_address, refusal

# httpcore asks for this optional package at every request; one that is missing is searched for in every folder again.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # Python's own way to say: not there

MAX_RESPONSE = 2048
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
        for address in await self._checked(host, port, timeout):
            try:
                return await super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _checked(self, host: str, port: int, seconds: float | None) -> list[str]:
        literal = literal_address(host)
        addresses = [str(literal)] if literal is not None else await _resolve(host, port, seconds)
        allowed = host.rstrip(".").lower() in self._allowed
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
        self.used_at = time.monotonic()
        reused = bool(self._pool.connections)
        try:
            async with asyncio.timeout(self._limits.timeout):
                try:
                    return await self._once(url, headers, body)
                except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                    if not reused:
                        raise
                    return await self._once(url, headers, body)  # the kept connection was closed under our feet
        except TargetRefused as error:
            return Answer(Outcome.REFUSED, error=str(error))
        except (TimeoutError, httpcore.TimeoutException):
            return Answer(Outcome.TIMED_OUT, error=f"No answer within {self._limits.timeout:g} s.")
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
            return Answer(Outcome.UNREACHABLE, error=plain(str(error) or type(error).__name__)[:500])

    async def _once(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        timeouts = {
            "connect": self._limits.connect_timeout,
            "read": self._limits.timeout,
            "write": self._limits.timeout,
        }
        async with self._pool.stream(
            "POST",
            _address(url),
            headers=[("host", urlsplit(url).netloc), ("user-agent", "Pickwatch"), *headers.items()],
            content=body,
            extensions={"timeout": timeouts},
        ) as response:
            beginning = await _beginning(response)
        retry_after = next((v.decode("latin-1") for k, v in response.headers if k.lower() == b"retry-after"), None)
        return Answer(
            outcome_of(response.status),
            status_code=response.status,
            error=None if 200 <= response.status < 300 else _words(response.status),
            response=plain(beginning.decode("utf-8", "replace")),
            retry_after=retry_after,
        )

    async def aclose(self) -> None:
        """Close the connection."""
        await self._pool.aclose()


def _address(url: str) -> httpcore.URL:
    """Return the URL as the pool wants it; its own parser would lose what follows a semicolon in the path."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return httpcore.URL(scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target=target)


def plain(text: str) -> str:
    """Return text that every database stores: PostgreSQL refuses NUL."""
    return text.replace("\x00", "\ufffd")


def _words(status: int) -> str:
    if 300 <= status < 400:
        return f"The receiver answered {status}: a redirect, which is never followed. Subscribe the final address."
    if status == 410:
        return "The receiver answered 410: it wants no more messages."
    return f"The receiver answered {status}."


async def _beginning(response: httpcore.Response) -> bytes:
    """Return at most 2 KB of the body; what does not come in time or comes broken is left out, the status counts."""
    read = b""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in response.aiter_stream():
                read += chunk
                if len(read) > MAX_RESPONSE:
                    break
    except (TimeoutError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
        pass
    return read[:MAX_RESPONSE]


def default_tls() -> ssl.SSLContext:
    """Return a verifying TLS context; building one is slow, so share it."""
    return httpcore.default_ssl_context()
