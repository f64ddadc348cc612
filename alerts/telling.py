"""The one way in which anything is told of an alert: an event that is a complete notice, with the channels it is for.

Commands, the engine and escalation all call `tell`, in their own transaction. Who sends it is `delivery/`, whether it
is time to tell is `rules.needs_notify`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.notice import EVENT_OF, NAMED, Notice, instant, key_of, subject_of
from alerts.policy import STORM
from alerts.states import IS_OPEN
from models.alerting import AlertLevel, AlertStatus, NoticeKind, Severity
from models.events import EventType
from models.tables import Alert, AlertPolicy, AlertProblem

#: Kinds after which people know of the alert: their instant is when it was last told.
_CALLS = frozenset({NoticeKind.OPENED, NoticeKind.CHANGED, NoticeKind.REPEATED, NoticeKind.ESCALATED})
#: Kinds that make no sense to somebody who was not told before.
_AFTER = frozenset({NoticeKind.CHANGED, NoticeKind.REPEATED, NoticeKind.RESOLVED})


class Tx(Protocol):
    """The transaction that something is told in: its instant, and how it leaves events behind."""

    session: Session
    now: datetime
    public_url: str

    def record(
        self,
        type_: EventType,
        *,
        subject: str,
        data: dict[str, Any],
        location_id: int | None = None,
        at: datetime | None = None,
    ) -> str:
        """Add an event and return its uid."""
        ...


@dataclass(frozen=True, slots=True)
class Story:
    """What a notice says that is not in the alert's row: what would clear it, and the first of its subjects."""

    clears: str = ""
    problems: tuple[dict[str, str], ...] = ()


def tell(
    tx: Tx,
    alert: Alert,
    kind: NoticeKind,
    *,
    why: str = "",
    by: str | None = None,
    notify: Sequence[str] | None = None,
    story: Story | None = None,
) -> str | None:
    """Record that something is told of a stored alert, note in its row what was told, and return the event's uid.

    `notify` are codes of channels; None: those that were told of it before. `by` is who caused it, a person's or key's
    label. `story` spares looking it up. An alert that nobody was told of is not changed or resolved aloud: when a
    person (`by`) does that, an `alert.noted` says so; else nothing does, and None is returned.
    """
    known = tuple(alert.told.get("channels", ()))
    channels = known if notify is None else tuple(dict.fromkeys(notify))
    if kind in _AFTER and alert.notified_at is None:
        return None if by is None else note(tx, alert, why or kind.value, by=by, action=kind.value)
    told = _notice(tx, alert, kind, story or story_of(tx.session, alert))
    data = told.data() | {"why": why, "by": by, "notify": list(channels)}
    if kind in _CALLS:
        alert.notified_at = alert.notified_at or tx.now
        alert.told_at = tx.now
        alert.told = {
            "severity": alert.severity,
            "problems": alert.problems,
            "channels": list(dict.fromkeys((*known, *channels))),
            "kind": kind.value,
        }
    subject = subject_of(alert.policy_code, alert.group_key)
    return tx.record(EVENT_OF[kind], subject=subject, data=data, location_id=alert.location_id)


def note(tx: Tx, alert: Alert, text: str, *, by: str, action: str | None = None) -> str:
    """Record that somebody wrote something down about an alert, or did (`action`) something for it; returns the uid."""
    data = {
        "alert": alert.id,
        "key": key_of(alert.policy_code, alert.group_key),
        "by": by,
        "text": text,
        "action": action,
    }
    subject = subject_of(alert.policy_code, alert.group_key)
    return tx.record(EventType.ALERT_NOTED, subject=subject, data=data, location_id=alert.location_id)


def story_of(session: Session, alert: Alert) -> Story:
    """Return what an alert's notices say beside its row, from the database."""
    version = sa.and_(col(AlertPolicy.code) == alert.policy_code, col(AlertPolicy.version) == alert.policy_version)
    document = session.execute(sa.select(col(AlertPolicy.document)).where(version)).scalar_one_or_none() or {}
    return Story(clears=document.get("clears", ""), problems=named(session, alert))


def named(session: Session, alert: Alert) -> tuple[dict[str, str], ...]:
    """Return the first subjects an alert is about: its problems, or the alerts that a storm tells of together."""
    if alert.group_key.startswith(STORM):
        children = sa.select(col(Alert.group_key), col(Alert.title), col(Alert.id)).where(
            col(Alert.parent_id) == alert.id, IS_OPEN
        )
        rows = session.execute(children.order_by(col(Alert.id)).limit(NAMED))
        return tuple({"subject": key, "text": title, "url": f"/alerts/{id_}"} for key, title, id_ in rows)
    mine = sa.and_(col(AlertProblem.policy_code) == alert.policy_code, col(AlertProblem.group_key) == alert.group_key)
    problems = sa.select(col(AlertProblem.subject), col(AlertProblem.facts)).where(mine)
    rows = session.execute(problems.order_by(col(AlertProblem.id)).limit(NAMED))
    return tuple(problem_named(subject, facts) for subject, facts in rows)


def problem_named(subject: str, facts: dict[str, Any]) -> dict[str, str]:
    """Return one subject as a notice names it; `url` is a path on our own pages, or empty."""
    return {"subject": subject, "text": str(facts.get("text", subject)), "url": page_of(subject)}


def page_of(subject: str) -> str:
    """Return the path of the page about an event's subject; empty when there is none."""
    kind, _, code = subject.partition("/")
    if kind == "channel" and code:
        return f"/alerts/channels?code={quote(code, safe='')}"
    folder = {"location": "locations", "order": "orders"}.get(kind)
    return f"/{folder}/{quote(code, safe='')}" if folder and code else ""


def _notice(tx: Tx, alert: Alert, kind: NoticeKind, story: Story) -> Notice:
    assert alert.id is not None  # noqa: S101  # it was loaded or flushed
    link = f"{tx.public_url}/alerts/{alert.id}"
    problems = tuple(
        {**problem, "url": tx.public_url + problem["url"] if problem["url"].startswith("/") else problem["url"]}
        for problem in story.problems
    )
    return Notice(
        kind=kind,
        alert=alert.id,
        key=key_of(alert.policy_code, alert.group_key),
        policy=alert.policy_code,
        policy_version=alert.policy_version,
        level=AlertLevel(alert.level),
        severity=Severity(alert.severity),
        status=AlertStatus(alert.status),
        title=alert.title,
        summary=alert.summary,
        since=instant(alert.since),
        labels=dict(alert.labels),
        facts=dict(alert.facts),
        location=alert.labels.get("location"),
        group=alert.group_code,
        count=alert.problems,
        problems=problems,
        clears=story.clears,
        url=link,
        runbook_url=f"{link}#runbook",
        drill=alert.drill,
    )
