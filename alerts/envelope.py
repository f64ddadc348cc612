"""The CloudEvents 1.0 document that push and pull both carry. Pure. Not here: signing (`delivery/signing.py`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

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


def binary_headers(event: EventFacts, source: str) -> dict[str, str]:
    """Return the attributes of a CloudEvent as the headers of binary mode; the body is `data` alone."""
    told = cloud_event(event, source)
    names = ("specversion", "id", "source", "type", "subject", "time")
    return {"content-type": told["datacontenttype"]} | {f"ce-{name}": _header(told[name]) for name in names}


def _header(value: str) -> str:
    # What CloudEvents' HTTP binding leaves as it is: printable ASCII but space, quote and percent.
    return quote(value, safe="!#$&'()*+,/:;<=>?@[\\]^`{|}~-._")


def encode(document: dict[str, Any]) -> bytes:
    """Return the document as compact UTF-8 JSON: the exact bytes that are signed and sent."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def rfc3339(instant: datetime) -> str:
    """Return an aware instant as RFC 3339 in UTC with a `Z`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
