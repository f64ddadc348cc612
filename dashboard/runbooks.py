"""/runbooks/…: what a webhook's `runbook_url` opens. Shows docs/runbooks.md, one entry an address; no sign-in needed.

An entry's address is made of its heading: "A location turned At Risk" is /runbooks/location-at-risk.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from markdown_it import MarkdownIt

from backend.api.deps import public
from backend.config import PROJECT_ROOT
from models.errors import not_found

router = APIRouter(prefix="/runbooks", include_in_schema=False, dependencies=[Depends(public)])

_FILE = PROJECT_ROOT / "docs" / "runbooks.md"
_FILL_WORDS = frozenset({"a", "the", "turned"})
_markdown = MarkdownIt("commonmark", {"html": False})


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
    return _page(heading, str(_markdown.render(text)))


@lru_cache(maxsize=1)
def entries() -> dict[str, tuple[str, str]]:
    """Return heading and Markdown of every runbook by its code."""
    sections = re.split(r"^## ", _FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    split = (section.partition("\n") for section in sections)
    return {_code(heading): (heading.strip(), text.strip()) for heading, _, text in split}


def _code(heading: str) -> str:
    words = re.findall(r"[a-z0-9]+", heading.lower())
    return "-".join(word for word in words if word not in _FILL_WORDS)


def _page(title: str, body: str) -> HTMLResponse:
    links = "".join(
        f'<li><a href="/runbooks/{code}">{escape(heading)}</a></li>' for code, (heading, _) in entries().items()
    )
    sheets = "".join(f'<link rel="stylesheet" href="/css/{name}.css">' for name in ("tokens", "base", "runbooks"))
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · Pickwatch</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" type="image/svg+xml" href="/favicon.svg">{sheets}</head>'
        f'<body><main class="runbook"><p><a href="/">Pickwatch</a> · <a href="/runbooks">Runbooks</a></p>'
        f"<h1>{escape(title)}</h1>{body}<nav><h2>All runbooks</h2><ul>{links}</ul></nav></main></body></html>"
    )
