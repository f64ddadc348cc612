"""The fonts of our PDF files: Noto Sans, embedded, for Latin, Greek and Cyrillic; for Chinese, Japanese and Korean
those that PDF readers bring. Other scripts are printed from the HTML view, by the fonts of the browser."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from itertools import groupby
from threading import Lock
from xml.sax.saxutils import escape

REGULAR, BOLD = "PickwatchSans", "PickwatchSans-Bold"
#: Fonts of PDF readers, each with the characters it has: those of a national standard.
_EASTERN = (
    ("HeiseiKakuGo-W5", "cp932"),
    ("STSong-Light", "gb2312"),
    ("MSung-Light", "big5"),
    ("HYGothic-Medium", "cp949"),
)
_MISSING = "\N{REPLACEMENT CHARACTER}"


_LOADING = Lock()  # two people may print first


def load() -> frozenset[int]:
    """Make the fonts known, once; return the characters that the embedded one has."""
    with _LOADING:
        return _loaded()


@cache
def _loaded() -> frozenset[int]:
    import pymupdf_fonts
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont

    regular = TTFont(REGULAR, BytesIO(pymupdf_fonts.myfont("notos")))
    pdfmetrics.registerFont(regular)
    pdfmetrics.registerFont(TTFont(BOLD, BytesIO(pymupdf_fonts.myfont("notosbo"))))
    for name, _ in _EASTERN:
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return frozenset(regular.face.charToGlyph)


def marked_up(text: str) -> str:
    """Return text as markup of a paragraph: escaped, each run in a font that has its characters."""
    known = load()
    return "".join(_run("".join(run), known=here) for here, run in groupby(text, lambda letter: ord(letter) in known))


def eastern(text: str) -> bool:
    """Return whether some of a text is written without spaces between words."""
    known = load()
    return any(ord(letter) not in known for letter in text)


def _run(run: str, *, known: bool) -> str:
    if known:
        return escape(run)
    font = _font_of(run)
    if font is not None:
        return f'<font name="{font}">{escape(run)}</font>'
    return _MISSING if len(run) == 1 else "".join(_run(letter, known=False) for letter in run)


def _font_of(run: str) -> str | None:
    for font, characters in _EASTERN:
        try:
            run.encode(characters)
        except UnicodeEncodeError:
            continue
        return font
    return None
