"""The garbage collector beside a large program: quick while it loads, and no long pauses while it runs.

A full collection walks everything that is alive. Modules, tables, pages and routes live as long as the process does:
half a second of every start, and a tenth of a second in the middle of every other SLA tick, went into walking them.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: Container objects made before a young collection; Python's own 700 is for small scripts.
_YOUNG = 10_000


@contextmanager
def loading() -> Iterator[None]:
    """Do not collect while the block imports and builds what stays, and never walk that again; safe to nest."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(_YOUNG, 10, 10)
        if was_enabled:
            gc.enable()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Do not collect while the block works on a batch; safe to nest, and for several threads.

    What a batch makes is alive until its end and then dies by itself: walking it in between took some hundredths of it.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
