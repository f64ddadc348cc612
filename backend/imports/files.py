"""What arrives, unpacked and cut into pieces as it comes: never more than a few hundred kilobytes of it in memory."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator

PIECE = 256 * 1024
_GZIP = b"\x1f\x8b"


class TooLargeError(Exception):
    """The file, unpacked, is over the limit."""


class UnreadableError(Exception):
    """The file says it is gzip, and is not."""


class Cutter:
    """Takes a file's bytes, gzipped or not, and gives pieces of `PIECE` bytes of what is in it.

    Packed data is unpacked a piece at a time and counted as it comes out, so that a small file that unpacks to a huge
    one costs no more than the limit.
    """

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._head = b""
        self._plain: bool | None = None  # None: not enough seen yet to tell
        self._unpack = zlib.decompressobj(wbits=31)
        self._rest = bytearray()
        self._hash = hashlib.sha256()
        self.bytes = 0
        self.lines = 0

    @property
    def sha256(self) -> str:
        """Return the hash of what was taken so far, unpacked."""
        return self._hash.hexdigest()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take the next bytes and yield the pieces that are full. Raises TooLargeError, UnreadableError."""
        if self._plain is None:
            self._head += data
            if len(self._head) < len(_GZIP):
                return
            data, self._head = self._head, b""
            self._plain = not data.startswith(_GZIP)
        if self._plain:
            for start in range(0, len(data), PIECE):
                yield from self._take(data[start : start + PIECE])
        else:
            yield from self._unpacked(data)

    def close(self) -> Iterator[bytes]:
        """Yield the last piece; raises UnreadableError for a gzip file that ends too soon."""
        if self._plain is None:
            yield from self._take(self._head)
        elif not self._plain and not self._unpack.eof:
            raise UnreadableError("The gzip file ends too soon.")
        if self._rest:
            if self._rest[-1] != 0x0A:
                self.lines += 1
            yield bytes(self._rest)
            self._rest.clear()

    def _unpacked(self, data: bytes) -> Iterator[bytes]:
        try:
            while data:
                if self._unpack.eof:  # several gzip files one after another are one file
                    data = data.lstrip(b"\x00")
                    if not data:
                        return
                    self._unpack = zlib.decompressobj(wbits=31)
                out = self._unpack.decompress(data, PIECE)
                data = self._unpack.unused_data if self._unpack.eof else self._unpack.unconsumed_tail
                yield from self._take(out)
                while not data and not self._unpack.eof and len(out) == PIECE:
                    out = self._unpack.decompress(b"", PIECE)
                    yield from self._take(out)
        except zlib.error as error:
            raise UnreadableError(f"The gzip file is damaged: {error}.") from error

    def _take(self, data: bytes) -> Iterator[bytes]:
        self.bytes += len(data)
        if self.bytes > self._limit:
            raise TooLargeError
        self._hash.update(data)
        self.lines += data.count(b"\n")
        self._rest += data
        while len(self._rest) >= PIECE:
            yield bytes(self._rest[:PIECE])
            del self._rest[:PIECE]
