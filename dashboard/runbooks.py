"""/runbooks/…: what a webhook's `runbook_url` opens. Shows docs/runbooks.md, one entry an address; no sign-in needed.

An entry's address is made of its heading: "A location turned At Risk" is /runbooks/location-at-risk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from backend.api.deps import public
from backend.config import PROJECT_ROOT
from models.errors import not_found

router = APIRouter(prefix="/runbooks", include_in_schema=False, dependencies=[Depends(public)])

_FILE = PROJECT_ROOT / "docs" / "runbooks.md"
_FILL_WORDS = frozenset({"a", "the", "turned"})
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
main { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
li { margin: .5rem 0; } a { color: light-dark(#0b57d0, #8ab4f8); } code { overflow-wrap: anywhere; }
"""


@router.get("")
def index() -> HTMLResponse:
    """Return the list of runbooks."""
    return _page("Runbooks", "")


@router.get("/{code}")
def runbook(code: str) -> HTMLResponse:
    """Return one runbook, or 404."""
    found = entries().get(code)
    if found is None:
        raise not_found("runbook", code)
    heading, text = found
    return _page(heading, "".join(_blocks(text)))


@lru_cache(maxsize=1)
def entries() -> dict[str, tuple[str, str]]:
    """Return heading and Markdown of every runbook by its code."""
    sections = re.split(r"^## ", _FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    split = (section.partition("\n") for section in sections)
    return {_code(heading): (heading.strip(), text.strip()) for heading, _, text in split}


def _code(heading: str) -> str:
    words = re.findall(r"[a-z0-9]+", heading.lower())
    return "-".join(word for word in words if word not in _FILL_WORDS)


def _blocks(text: str) -> Iterator[str]:
    """Yield the paragraphs and numbered lists of the little Markdown that the file uses."""
    steps: list[str] = []
    paragraph: list[str] = []
    for line in [*text.splitlines(), ""]:
        if numbered := re.match(r"\d+\. (.*)", line):
            steps.append(numbered[1])
        elif steps and line.startswith(" "):
            steps[-1] += " " + line.strip()
        elif line.strip() and not steps:
            paragraph.append(line.strip())
            continue
        if paragraph:
            yield f"<p>{_inline(' '.join(paragraph))}</p>"
            paragraph = []
    if steps:
        yield "<ol>" + "".join(f"<li>{_inline(step)}</li>" for step in steps) + "</ol>"


def _inline(text: str) -> str:
    code = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", code)


def _page(title: str, body: str) -> HTMLResponse:
    links = "".join(
        f'<li><a href="/runbooks/{code}">{escape(heading)}</a></li>' for code, (heading, _) in entries().items()
    )
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · Pickwatch</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}<h2>All runbooks</h2><ul>{links}</ul>"
        f'<p><a href="/">Open Pickwatch</a></p></main></body></html>'
    )
