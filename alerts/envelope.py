"""The CloudEvents 1.0 document that push and pull both carry. Pure. Not here: signing (`delivery/signing.py`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

#: CloudEvents structured mode; receivers that verify a signature read the raw body anyway.
CONTENT_TYPE = "application/cloudevents+json"


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An event as outside programs see it; `uid` is its id everywhere, `at` its true moment."""

    uid: str
    type: str
    subject: str
    at: datetime
    data: dict[str, Any]


def cloud_event(event: EventFacts, source: str) -> dict[str, Any]:
    """Return the event as a CloudEvents 1.0 document; `source` is a URI reference that names this installation."""
    return {
        "specversion": "1.0",
        "id": event.uid,
        "source": source,
        "type": event.type,
        "subject": event.subject,
        "time": rfc3339(event.at),
        "datacontenttype": "application/json",
        "data": event.data,
    }


def encode(document: dict[str, Any]) -> bytes:
    """Return the document as compact UTF-8 JSON: the exact bytes that are signed and sent."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def rfc3339(instant: datetime) -> str:
    """Return an aware instant as RFC 3339 in UTC with a `Z`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
