"""The sections of docs/runbooks.md that events point at (`runbook_url`), as components of our own. They are made while
the UI is built, so that a page needs neither the file nor a Markdown program in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import reflex as rx
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

FILE = Path(__file__).resolve().parent.parent / "docs" / "runbooks.md"

#: The last part of the address → the heading of its section.
HEADINGS: dict[str, str] = {
    "location-at-risk": "A location turned At Risk",
    "location-non-compliant": "A location turned Non-Compliant",
    "location-compliant": "A location turned Compliant",
    "location-grey": "A location turned grey",
}

_ELEMENTS: dict[str, Any] = {
    "paragraph": rx.el.p,
    "ordered_list": rx.el.ol,
    "bullet_list": rx.el.ul,
    "list_item": rx.el.li,
    "em": rx.el.em,
    "strong": rx.el.strong,
}
_TEXT: dict[str, Any] = {
    "text": lambda node: node.content,
    "code_inline": lambda node: rx.el.code(node.content),
    "softbreak": lambda _: " ",
}


def sections(text: str) -> dict[str, list[SyntaxTreeNode]]:
    """Return the blocks below each second-level heading of a Markdown text, by heading."""
    found: dict[str, list[SyntaxTreeNode]] = {}
    below: list[SyntaxTreeNode] = []
    for node in SyntaxTreeNode(MarkdownIt().parse(text)).children:
        if node.type == "heading":
            below = []
            if node.tag == "h2":
                found[node.children[0].content] = below
        else:
            below.append(node)
    return found


def runbook(slug: str) -> rx.Component:
    """Return one section with its heading; KeyError when docs/runbooks.md has no such section."""
    heading = HEADINGS[slug]
    blocks = sections(FILE.read_text(encoding="utf-8"))[heading]
    return rx.fragment(rx.el.h1(heading), *[component(block) for block in blocks])


def component(node: SyntaxTreeNode) -> Any:
    """Return a block or a piece of text as a component; ValueError for Markdown that our runbooks do not use."""
    if node.type == "inline" or (node.type == "paragraph" and node.hidden):
        return rx.fragment(*[component(child) for child in node.children])
    if node.type in _TEXT:
        return _TEXT[node.type](node)
    if node.type not in _ELEMENTS:
        raise ValueError(f"docs/runbooks.md uses {node.type}, which its page cannot show")
    return _ELEMENTS[node.type](*[component(child) for child in node.children])
