"""A connection that spends less on each small message: a request leaves in one write, and is not looked at beforehand.

Not here: where it may lead (`http.py`), and what is said on it.
"""

from __future__ import annotations

import ssl
from typing import Any

import httpcore


class OneWriteStream(httpcore.AsyncNetworkStream):
    """Gathers what is written until something is read: in HTTP/1.1 the whole request.

    It never says that a kept connection was closed meanwhile: that shows when it is used, and the message is sent again
    on another one (`Sender.exchange`).
    """

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._unsent = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  # the interface
        """Send what was gathered, then read."""
        if self._unsent:
            unsent, self._unsent = self._unsent, b""
            await self._inner.write(unsent, timeout)
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  # the interface
        """Gather."""
        self._unsent += buffer

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # the interface has it
    ) -> httpcore.AsyncNetworkStream:
        """Return the same over TLS."""
        return OneWriteStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """Return what is known of the connection."""
        return False if info == "is_readable" else self._inner.get_extra_info(info)
