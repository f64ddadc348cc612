"""Golden requests: what every kind of channel sends, as files to read. `python -m tests.connectors.golden` writes them.

A file holds the requests of one kind of channel by kind of notice; look at its difference before it is committed.
"""

from __future__ import annotations

import difflib
import email
import email.policy
import json
from pathlib import Path
from typing import Any

from alerts.connectors.base import HttpRequest, Reply, Request
from alerts.connectors.registry import CONNECTORS
from models.alerting import NoticeKind, ReceiverKind
from tests.connectors.cases import BOT, channel, notice, sending
from tests.connectors.tools import takes, talk

FOLDER = Path(__file__).parent / "golden"
#: A kind that has another way to be told: what differs in the channel, what the tool answers, what it called it before.
BOT_FILE = "slack_bot"
_TAKEN = Reply(200, '{"ok":true,"channel":"C024BE91L","ts":"1503435956.000247"}')
_BEFORE = "C024BE91L:1503435956.000247"
FILES = (*(kind.value for kind in CONNECTORS), BOT_FILE)


def path_of(name: str) -> Path:
    """Return the file of a kind of channel."""
    return FOLDER / f"{name}.json"


def requests_of(name: str) -> dict[str, Any]:
    """Return what is sent for each kind of notice."""
    return {told.value: [readable(request) for request in _talk(name, told)] for told in NoticeKind}


def _talk(name: str, told: NoticeKind) -> list[Request]:
    said = notice(told)
    if name == BOT_FILE:
        kind = ReceiverKind.SLACK
        before = None if told is NoticeKind.OPENED else _BEFORE
        bot, attempt = channel(kind, **BOT), sending(said, receipt=before)
        return talk(CONNECTORS[kind], said, bot, attempt, lambda _: _TAKEN)[0]
    kind = ReceiverKind(name)
    return talk(CONNECTORS[kind], said, channel(kind), sending(said), takes(kind))[0]


def readable(request: Request) -> dict[str, Any]:
    """Return a request as its golden file shows it."""
    if isinstance(request, HttpRequest):
        line = f"{request.method} {request.url}"
        body = {"body": json.loads(request.body)} if request.body else {}
        return {"request": line, "headers": dict(request.headers), "about": request.about, **body}
    message = email.message_from_bytes(request.raw, policy=email.policy.default)
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    return {
        "server": f"{request.host}:{request.port} {request.security} {request.user}",
        "from": request.sender,
        "to": list(request.recipients),
        "about": request.about,
        "headers": {name: str(value) for name, value in message.items()},
        "parts": {kind: str(content).splitlines() for kind, content in parts.items()},
    }


def text_of(requests: dict[str, Any]) -> str:
    """Return the text of a golden file."""
    return json.dumps(requests, indent=2, ensure_ascii=False) + "\n"


def difference(name: str) -> str:
    """Return how what is sent now differs from the file; empty when it does not."""
    file = path_of(name)
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    now = text_of(requests_of(name))
    lines = difflib.unified_diff(before.splitlines(), now.splitlines(), f"golden/{file.name}", "now", lineterm="")
    return "\n".join(lines)


if __name__ == "__main__":
    for one in FILES:
        path_of(one).write_text(text_of(requests_of(one)), encoding="utf-8")
        print(path_of(one))
