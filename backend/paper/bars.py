"""Barcodes as bars: Code 128, which every scanner reads and which holds any ASCII text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

#: White on either side, without which a scanner sees no beginning: ten times the thinnest bar (ISO/IEC 15417).
QUIET = 10
#: Wider than this, the bars would be too thin for a printer in the place they have.
_WIDEST = 200


@dataclass(frozen=True, slots=True)
class Bars:
    """A barcode, measured in its thinnest bar: `black` holds (where it begins, how wide it is); `width` with quiet
    zones."""

    width: int
    black: tuple[tuple[int, int], ...]


@lru_cache(maxsize=4096)
def bars_of(text: str) -> Bars | None:
    """Return the bars of a text, or None for one that has none: empty, too long, or not ASCII."""
    if not (text.isascii() and text.isprintable()):
        return None
    if not 0 < len(text) <= _WIDEST // 5:
        return None
    from reportlab.graphics.barcode.code128 import Code128  # only now: most processes never print

    code = Code128(text, quiet=False)
    code.validate()
    code.encode()
    code.decompose()
    black: list[tuple[int, int]] = []
    at = QUIET
    for letter in code.decomposed:  # capitals are bars, small letters spaces; the place in the alphabet is the width
        width = "abcdefghijklmnopqrstuvwxyz".index(letter.lower()) + 1
        if letter.isupper():
            black.append((at, width))
        at += width
    return Bars(at + QUIET, tuple(black)) if at + QUIET <= _WIDEST else None
