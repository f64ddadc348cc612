"""What a message in Slack looks like: blocks, and the text that stands in for them in a notification. Pure.

Limits (domain notes F5): header 150 characters, section 3000, ten fields of 2000, about 13,000 in all; counted after
escaping. Only `&`, `<` and `>` have to be escaped: without them there is no link, mention or `<!channel>`.
"""

from __future__ import annotations

from typing import Any

from alerts.connectors.base import Sending
from alerts.connectors.text import ELLIPSIS, cut, encode
from alerts.connectors.wording import Link, headline, links, problems, rows, sentences
from alerts.notice import Notice
from models.alerting import NoticeKind, Severity

HEADER, SECTION, FIELD, FIELDS, TEXT = 150, 3000, 300, 10, 3000
#: Less than the undocumented limit of the blocks of one message.
ALL = 12_000
LINK = 700
_SIGN = {Severity.INFO: "🔵", Severity.WARNING: "🟠", Severity.ERROR: "🔴", Severity.CRITICAL: "🔴"}
_ENTITY = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def message(notice: Notice, sending: Sending) -> dict[str, Any]:
    """Return text and blocks of a message; unfurling is off, so that nobody but a person opens a link."""
    blocks = _blocks(notice, sending)
    if len(encode(blocks).decode()) > ALL:
        blocks = [block for block in blocks if block.get("block_id") != "problems"]
    text = message_text(f"{_sign(notice)} {headline(notice)}")
    return {"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def message_text(text: str) -> str:
    """Return text as Slack wants it where there are no blocks."""
    return escaped(text, TEXT)


def escaped(text: str, most: int) -> str:
    """Return escaped text of at most `most` characters, cut between characters and never within an entity."""
    return "".join(_ENTITY.get(char, char) for char in cut(text, most, measure=_length))


def _length(text: str) -> int:
    return sum(len(_ENTITY.get(char, char)) for char in text)


def _sign(notice: Notice) -> str:
    if notice.over:
        return "✅"
    return "👀" if notice.kind is NoticeKind.ACKNOWLEDGED else _SIGN[notice.severity]


def _blocks(notice: Notice, sending: Sending) -> list[dict[str, Any]]:
    header = cut(f"{_sign(notice)} {headline(notice)}", HEADER)
    fields = [_mrkdwn(f"*{escaped(name, 60)}*\n{escaped(value, 200)}") for name, value in rows(notice)[:FIELDS]]
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": header or ELLIPSIS, "emoji": True}},
    ]
    said = escaped("\n\n".join(sentences(notice)), SECTION)
    if said:
        blocks.append({"type": "section", "text": _mrkdwn(said)})
    blocks.append({"type": "section", "fields": fields})
    listed = _problems(notice)
    if listed:
        blocks.append({"type": "section", "block_id": "problems", "text": _mrkdwn(listed)})
    found = "  ·  ".join(_link(link) for link in links(notice, sending) if len(link.url) <= LINK)
    if found:
        blocks.append({"type": "section", "block_id": "links", "text": _mrkdwn(found)})
    return blocks


def _problems(notice: Notice) -> str:
    if notice.count <= 1:
        return ""
    shown, more = problems(notice, 10)
    lines = [f"• {escaped(problem['text'] or problem['subject'], 180)}" for problem in shown]
    return "\n".join([*lines, *([f"and {more:,} more"] if more else [])])


def _link(link: Link) -> str:
    return f"<{''.join(_ENTITY.get(char, char) for char in link.url)}|{link.text}>"


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
