"""What a notice says to people, in the same words whatever the tool. Pure; escaping is each connector's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from alerts.connectors.base import Sending
from alerts.connectors.text import bounded, cut, identity, paragraphs, plain, short
from alerts.notice import Notice
from models.alerting import AlertStatus, NoticeKind, Severity

TITLE, SUMMARY, SENTENCE = 300, 4000, 1000
PROBLEM, PROBLEMS = 300, 20
LABEL, LABELS = 200, 20

#: What ends a link, or begins something else, in some tool's markup.
_UNSAFE = "\"'<>|\\^`{}[]()*\x7f"
#: How a severity is written to people.
SEVERITY_WORD = {
    Severity.INFO: "Info",
    Severity.WARNING: "Warning",
    Severity.ERROR: "Error",
    Severity.CRITICAL: "Critical",
}


@dataclass(frozen=True, slots=True)
class Link:
    """An address to follow, and what following it does."""

    text: str
    url: str


def fit(notice: Notice) -> Notice:
    """Return the notice with every text bounded and clean, so that what connectors make of it is bounded too."""
    return replace(
        notice,
        key=identity(notice.key, 255),
        policy=short(notice.policy, 100),
        since=short(notice.since, 40),
        title=short(notice.title, TITLE) or "Alert",
        summary=paragraphs(notice.summary, SUMMARY),
        labels={short(k, 100): short(str(v), LABEL) for k, v in list(notice.labels.items())[:LABELS]},
        facts=bounded(notice.facts),
        location=None if notice.location is None else short(notice.location, 200),
        group=None if notice.group is None else short(notice.group, 200),
        problems=tuple(_problem(problem) for problem in notice.problems[:PROBLEMS]),
        clears=short(notice.clears, SENTENCE),
        why=short(notice.why, SENTENCE),
        by=None if notice.by is None else short(notice.by, 200),
        url=_address(notice.url),
        runbook_url=_address(notice.runbook_url),
    )


def _problem(problem: dict[str, str]) -> dict[str, str]:
    return {
        "subject": short(str(problem.get("subject", "")), 200),
        "text": short(str(problem.get("text", "")), PROBLEM),
        "url": _address(str(problem.get("url", ""))),
    }


def _address(url: str) -> str:
    """Return an address that may stand in a link, or nothing: a page of ours, spelled so that no tool reads on."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or len(url) > 2000:
        return ""
    return "".join(f"%{ord(c):02X}" if c <= " " or c in _UNSAFE else c for c in url) if url.isascii() else ""


def headline(notice: Notice) -> str:
    """Return the one line that says it: what it is, and what became of it."""
    drill = "Drill: " if notice.drill else ""
    return drill + _STATES[notice.kind].format(title=notice.title, by=notice.by or "somebody")


_STATES = {
    NoticeKind.OPENED: "{title}",
    NoticeKind.CHANGED: "{title}",
    NoticeKind.REPEATED: "Still: {title}",
    NoticeKind.ESCALATED: "Not acknowledged yet: {title}",
    NoticeKind.ACKNOWLEDGED: "Acknowledged by {by}: {title}",
    NoticeKind.RESOLVED: "Resolved: {title}",
    NoticeKind.TEST: "Test: {title}",
}


def sentences(notice: Notice) -> list[str]:
    """Return what is said below the headline, a paragraph each."""
    said = [notice.summary]
    if notice.why and notice.why not in notice.summary:
        said.append(notice.why)
    if notice.clears and not notice.over:
        said.append(f"What clears it: {notice.clears}")
    if notice.drill:
        said.append("This is a drill; nothing has to be done in the real network.")
    return [text for text in said if text]


def rows(notice: Notice) -> list[tuple[str, str]]:
    """Return the short facts that a table shows, most telling first."""
    known = [
        ("Severity", SEVERITY_WORD[notice.severity]),
        ("Location", notice.location or ""),
        ("Group", notice.group or ""),
        ("Concerns", f"{notice.count:,}" if notice.count != 1 else ""),
        ("Since", notice.since),
        ("By", notice.by or ""),
        *((cut(name, 60), cut(plain(value), 200)) for name, value in list(notice.facts.items())[:8]),
    ]
    return [(name, value) for name, value in known if name and value]


def problems(notice: Notice, most: int) -> tuple[Sequence[dict[str, str]], int]:
    """Return the first `most` problems, and how many more there are."""
    shown = notice.problems[:most]
    return shown, max(0, notice.count - len(shown)) if shown else 0


def links(notice: Notice, sending: Sending) -> list[Link]:
    """Return the links that a message shows; acknowledging and resolving only while there is something to do."""
    found = [Link("Open in Pickwatch", notice.url), Link("Runbook", notice.runbook_url)]
    if not notice.over and notice.kind is not NoticeKind.TEST:
        if notice.status is not AlertStatus.ACKNOWLEDGED:
            found.append(Link("Acknowledge", _address(sending.links.get("acknowledge", ""))))
        found.append(Link("Resolve", _address(sending.links.get("resolve", ""))))
    return [link for link in found if link.url]


def details(notice: Notice) -> dict[str, Any]:
    """Return the notice for programs and for those who read on, most telling first."""
    return {
        "policy": notice.policy,
        "severity": notice.severity.value,
        "status": notice.status.value,
        "since": notice.since,
        "count": notice.count,
        "clears": notice.clears,
        "why": notice.why,
        "by": notice.by,
        "location": notice.location,
        "group": notice.group,
        "labels": notice.labels,
        "facts": notice.facts,
        "problems": list(notice.problems),
        "runbook": notice.runbook_url,
        "drill": notice.drill,
    }
