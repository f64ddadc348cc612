"""Keeps what browsers send out of the log: Reflex logs whole events when they fail, session cookies included."""

from __future__ import annotations

import logging
import re

from backend.auth.service import COOKIE

_LOGGERS = (
    "reflex.app",
    "reflex_base.event.processor.base_state_processor",
    "reflex_base.event.processor.event_processor",
)
_LONGEST = 300
_SECRET = re.compile(rf"({re.escape(COOKIE)}=)[^;\s'\"]*|(pw_[a-z0-9]{{1,16}}_)[\w-]+")


class Discreet(logging.Filter):
    """Shortens messages, takes secrets out of them, and drops the trace of events that nobody handles."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; it is always kept."""
        record.msg = clean(record.getMessage())
        record.args = ()
        if record.exc_info and isinstance(record.exc_info[1], KeyError):  # an event name of the client's invention
            record.exc_info = None
        return True


class Pathless(logging.Filter):
    """Takes the query out of the addresses that the web server logs: a websocket's carries the tab's token."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; it is always kept."""
        if isinstance(record.args, tuple) and "WebSocket" in str(record.msg):
            record.args = tuple(part.partition("?")[0] if isinstance(part, str) else part for part in record.args)
        return True


def clean(message: str) -> str:
    """Return the message in one line, shortened, without session tokens and keys."""
    shown = _SECRET.sub(lambda found: f"{found[1] or found[2]}…", message)
    shown = shown.encode("unicode_escape").decode("ascii") if not shown.isprintable() else shown
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def install() -> None:
    """Clean everything Reflex logs about events, and the web server about websockets; safe to call again."""
    for name in _LOGGERS:
        _add(logging.getLogger(name), Discreet())
    _add(logging.getLogger("uvicorn.error"), Pathless())


def _add(logger: logging.Logger, wanted: logging.Filter) -> None:
    if not any(isinstance(known, type(wanted)) for known in logger.filters):
        logger.addFilter(wanted)
