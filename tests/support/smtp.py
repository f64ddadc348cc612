"""A mail server for tests: takes messages, or misbehaves as told. In the event loop of the test, or in a thread."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class MailServer:
    """Answers `says[verb]` (one line per call, the last for ever) instead of what a good server would say.

    "hang" is no answer, "close" the end of the connection, "drip" a reply that never ends. `commands` and `messages`
    are what came.
    """

    says: Mapping[str, list[str]] = field(default_factory=dict)
    offers: tuple[str, ...] = ("AUTH PLAIN LOGIN", "8BITMIME")
    tls: ssl.SSLContext | None = None
    commands: list[str] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    port: int = 0
    private: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to one client."""
        try:
            await self._answer(writer, "GREETING", "220 mail.example.com ESMTP")
            while line := await reader.readline():
                command = line.decode("utf-8", "replace").rstrip("\r\n")
                self.commands.append(command)
                await self._command(reader, writer, command)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _command(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, command: str) -> None:
        verb = command.split(" ")[0].split(":")[0].upper()
        if verb == "EHLO":
            lines = ["mail.example.com", *self.offers]
            reply = "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])
        else:
            reply = {"DATA": "354 go on", "STARTTLS": "220 go on", "AUTH": "235 2.7.0 welcome", "QUIT": "221 bye"}.get(
                verb, "250 2.0.0 OK"
            )
        await self._answer(writer, verb, reply)
        if verb == "STARTTLS" and self.tls is not None:
            await writer.start_tls(self.tls)
            self.private = True
        if verb == "DATA" and "DATA" not in self.says:
            raw = await reader.readuntil(b"\r\n.\r\n")
            self.messages.append(raw.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."))
            await self._answer(writer, "END", "250 2.0.0 queued")

    async def _answer(self, writer: asyncio.StreamWriter, verb: str, good: str) -> None:
        said = self.says.get(verb, [good])
        line = said.pop(0) if len(said) > 1 else said[0]
        if line == "close":
            writer.close()
            raise ConnectionError
        if line == "hang":
            await asyncio.sleep(60)
        while line == "drip":
            writer.write(b"250-on and on\r\n")
            await writer.drain()
            await asyncio.sleep(0.01)
        writer.write(line.encode() + b"\r\n")
        await writer.drain()


@asynccontextmanager
async def running(server: MailServer, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[MailServer]:
    """Serve on a free port of this machine; `tls` from the first byte on."""
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


@contextmanager
def in_thread(server: MailServer) -> Iterator[MailServer]:
    """Serve beside a test that has no event loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(asyncio.start_server(server.serve, "127.0.0.1", 0), loop).result()
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the contexts of a server with a fresh certificate for `name`, and of a client that trusts only it."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    subprocess.run([*command, *names, "-keyout", key, "-out", cert], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    return server, ssl.create_default_context(cafile=str(cert))
