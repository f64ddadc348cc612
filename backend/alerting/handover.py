"""What the next shift has to know and the report of one incident: gathered here, written by `alerts/handover.py`.
SELECT only."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape

import sqlalchemy as sa
from markdown_it import MarkdownIt
from sqlmodel import col

from alerts import browse
from alerts.browse import AlertFilter, AlertSort
from alerts.handover import Handover, Report, ShiftCounts, report_of
from alerts.silences import SilenceState
from backend.alerting import drills, queries, silences
from backend.alerting.scope import visible_alert
from backend.persistence.uow import Uow
from models.alerting import AlertStatus
from models.errors import Fault, invalid
from models.tables import Alert

#: The most of each kind that a note names.
MOST = 500
#: A shift, when nobody says how long it was; also how far ahead the next one is looked at.
SHIFT = timedelta(hours=8)
_LONGEST = timedelta(days=31)
_markdown = MarkdownIt("commonmark", {"html": False})


def gather(uow: Uow, *, since: datetime | None = None, until: datetime | None = None) -> Handover:
    """Return a shift as the actor may see it; by default the last eight hours. Raises INVALID."""
    until = until or uow.now
    since = since or until - SHIFT
    if not timedelta() < until - since <= _LONGEST:
        raise invalid([Fault("#query/to", "bad_span", "A shift ends after it begins, at most 31 days later.")])
    mine = visible_alert(uow.actor.scope)
    open_ = AlertFilter(mine, browse.OPEN, drill=False)
    over = AlertFilter(
        sa.and_(
            mine, col(Alert.resolved_at) > since, col(Alert.resolved_at) <= until, col(Alert.opened_at).is_not(None)
        ),
        (AlertStatus.RESOLVED,),
        drill=False,
    )
    soon = [one for one in silences.listing(uow, (SilenceState.ACTIVE,)) if one.facts.ends_at <= until + SHIFT]
    named = browse.find_alerts(uow.session, open_, limit=MOST)
    ended = browse.find_alerts(uow.session, over, sort=AlertSort.NEWEST, limit=MOST)
    nobody = AlertFilter(mine, (AlertStatus.FIRING,), muted=False, drill=False)
    return Handover(
        since=since,
        until=until,
        counts=ShiftCounts(named.total, browse.find_alerts(uow.session, nobody, limit=0).total, ended.total),
        open=named.items,
        resolved=ended.items,
        ending=tuple(sorted(soon, key=lambda one: one.facts.ends_at)),
    )


def report(uow: Uow, alert_id: int) -> str:
    """Return the report of an incident as Markdown; raises NOT_FOUND."""
    whole = queries.whole(uow, alert_id)
    named = [str(one.facts.get("text", one.subject)) for one in whole.problems] or [one.title for one in whole.children]
    filed = drills.get(uow, alert_id).report if whole.alert.drill else None
    findings = tuple(filed["findings"]) if filed else None
    return report_of(Report(whole.alert, whole.timeline, whole.steps, tuple(named), findings))


def printed(markdown: str, title: str) -> str:
    """Return Markdown of ours as a page to read or print, without anything to load."""
    style = (
        "html{font:15px/1.5 system-ui,sans-serif;color:#000;background:#fff}body{max-width:46rem;margin:2rem auto;"
        "padding:0 1rem}h1{font-size:22px}h2{font-size:17px;margin-top:1.5em}li{margin:.3em 0;overflow-wrap:anywhere}"
        "@media print{body{margin:0;max-width:none}}"
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head>'
        f"<body>{_markdown.render(markdown)}</body></html>"
    )
