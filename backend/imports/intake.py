"""How a file gets into a job: cut, kept a few megabytes a transaction, sealed. For the API and the command line."""

from __future__ import annotations

from collections.abc import Callable

from backend.auth.actor import Actor
from backend.context import Context
from backend.imports import service
from backend.imports.files import PIECE, Cutter
from backend.imports.service import Again, NewFile, Whole

#: Pieces a transaction: as much of a file as is ever in memory.
_TOGETHER = 16


class Upload:
    """A file on its way into a job. `feed` it, then `seal` it; `abandon` it when it cannot be used."""

    def __init__(self, ctx: Context, actor: Actor, new: NewFile) -> None:
        self._ctx = ctx
        self._actor = actor
        self._cutter = Cutter(limit=ctx.settings.import_max_mb * 1024 * 1024)
        self._pieces: list[bytes] = []
        self._written = 0
        with ctx.uow(actor) as uow:
            self.job_id = service.begin(uow, new)

    def feed(self, data: bytes) -> None:
        """Take the next bytes; raises TooLargeError, UnreadableError."""
        for piece in self._cutter.feed(data):
            self._pieces.append(piece)
            if len(self._pieces) >= _TOGETHER:
                self._write()

    def close(self) -> Whole:
        """Write the last of it and return what is known of the file; raises UnreadableError."""
        self._pieces.extend(self._cutter.close())
        self._write()
        return Whole(self._cutter.sha256, self._cutter.bytes, self._cutter.lines)

    def seal(self, again: Again) -> tuple[int, bool]:
        """Return the job that stands for the file and whether it is new; raises UnreadableError."""
        whole = self.close()
        with self._ctx.uow(self._actor) as uow:
            return service.seal(uow, self.job_id, whole, again)

    def abandon(self) -> None:
        """Forget what came in."""
        with self._ctx.uow(self._actor) as uow:
            service.drop(uow, self.job_id)

    def _write(self) -> None:
        if not self._pieces:
            return
        with self._ctx.uow(self._actor) as uow:
            service.add_pieces(uow, self.job_id, self._written, self._pieces)
        self._written += len(self._pieces)
        self._pieces.clear()


def send(upload: Upload, read: Callable[[int], bytes], again: Again) -> tuple[int, bool]:
    """Put all that `read` gives into the job and seal it; what cannot be used leaves nothing behind."""
    try:
        while data := read(PIECE):
            upload.feed(data)
        return upload.seal(again)
    except BaseException:
        upload.abandon()
        raise
