"""The process that `apart.py` starts: it makes the demo network live up to now, shows how far it is, and ends."""

from __future__ import annotations

import os
import sys
import threading

from backend import runtime
from backend.simulation.demo.apart import INTERRUPTED
from backend.simulation.demo.ensure import ensure_demo
from models.errors import DomainError


def main() -> int:
    """Return the exit code; what went wrong is said in plain words."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.stdout.write("Preparing the demo network; the first time it takes about half a minute …\n")
    sys.stdout.flush()
    ctx = runtime.build()
    try:
        ensure_demo(ctx)
    except DomainError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        ctx.engine.dispose()
    return 0


def _end_with_parent() -> None:
    # Whatever was committed stays, and the next start goes on from there: nothing has to be tidied up.
    os.read(0, 1)  # returns when the other end is closed; sys.stdin would be locked when we end by ourselves
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main())
