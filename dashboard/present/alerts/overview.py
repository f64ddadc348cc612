"""What the Alerts page says: what is wrong, where, since when, who has it, what would clear it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.browse import AlertCounts, AlertView
from dashboard import format as say
from dashboard.address.alerts import AlertsAddress, AlertsShown
from dashboard.present import common
from dashboard.present.alerts import words
from dashboard.present.common import Reader
from dashboard.present.sheet import Cell
from dashboard.views.alerts import AlertRow, AlertsScreen
from dashboard.views.common import Choice
from models.alerting import AlertStatus, Muted

_KINDS: Mapping[AlertsShown, str] = {
    AlertsShown.OPEN: "Open",
    AlertsShown.UNCLAIMED: "Nobody has it",
    AlertsShown.ACKNOWLEDGED: "Acknowledged",
    AlertsShown.MUTED: "Not told",
    AlertsShown.PENDING: "Not for long yet",
    AlertsShown.RESOLVED: "Resolved",
}
_COLUMNS = (
    *(("alert", "Alert"), ("severity", "Severity"), ("since", "Since"), ("who", "Who has it")),
    *(("clears", "What would clear it"), ("do", "Next")),
)
#: What stands where there is none, and why that is good.
_NOTHING: Mapping[AlertsShown, tuple[str, str]] = {
    AlertsShown.OPEN: (
        "Nothing is wrong anywhere",
        "Every policy was looked at, and nothing it watches for holds now.",
    ),
    AlertsShown.UNCLAIMED: (
        "Nothing waits for somebody",
        "Every alert that is open has somebody who takes care of it.",
    ),
    AlertsShown.ACKNOWLEDGED: ("Nobody has anything in hand", "Alerts stand here once somebody acknowledged them."),
    AlertsShown.MUTED: ("Nothing is kept quiet", "Alerts that nobody is told of stand here, each with the reason."),
    AlertsShown.PENDING: (
        "Nothing is about to alert",
        "What a policy watches for stands here until it held long enough.",
    ),
    AlertsShown.RESOLVED: ("Nothing was resolved yet", "Alerts stand here once they are over, the newest first."),
}
SHEET = (
    *("id", "policy", "severity", "status", "title", "summary", "level", "location", "group", "problems", "not_told"),
    *("since", "acknowledged_by", "acknowledged_at", "resolved_by", "resolved_at", "resolved_why", "drill"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from. `told` counts alerts that people are told of, `every` all of them; `clears` is
    what would clear each alert, by its id; `policies` are codes and titles."""

    alerts: Sequence[AlertView]
    total: int
    told: AlertCounts
    every: AlertCounts
    clears: Mapping[int, str] = field(default_factory=dict)
    policies: Sequence[tuple[str, str]] = ()
    kept: Sequence[AlertView] = ()
    may_act: bool = False


def screen(facts: Facts, address: AlertsAddress, reader: Reader) -> AlertsScreen:
    """Return the whole page; the rows of `kept` stand behind those of the page."""
    title, text = _NOTHING[address.show]
    shown = len(facts.alerts)
    return AlertsScreen(
        kinds=[_kind(kind, word, facts, address, reader) for kind, word in _KINDS.items()],
        reasons=_reasons(address),
        severities=[("", "Any severity"), *((one.value, word) for one, word in words.SEVERITY_WORDS.items())],
        policies=[("", "Any policy"), *facts.policies],
        columns=common.plain_columns(_COLUMNS),
        rows=[row(one, facts, reader) for one in (*facts.alerts, *facts.kept)],
        on_page=shown,
        pager=common.pager(address, words.PATH, shown=shown, total=facts.total, noun="alert", locale=reader.locale),
        csv=f"/ui/export/alerts.csv?{address.href('', page=1).removeprefix('?')}",
        nothing=title,
        nothing_text=text,
        looked=reader.now.isoformat(),
    )


def _kind(kind: AlertsShown, word: str, facts: Facts, address: AlertsAddress, reader: Reader) -> Choice:
    told, every = facts.told.by_status, facts.every.by_status
    count = {
        AlertsShown.OPEN: told[AlertStatus.FIRING] + told[AlertStatus.ACKNOWLEDGED],
        AlertsShown.UNCLAIMED: told[AlertStatus.FIRING],
        AlertsShown.ACKNOWLEDGED: told[AlertStatus.ACKNOWLEDGED],
        AlertsShown.MUTED: facts.every.muted - _muted_pending(facts),
        AlertsShown.PENDING: every[AlertStatus.PENDING],
        AlertsShown.RESOLVED: every[AlertStatus.RESOLVED],
    }[kind]
    return Choice(
        kind.value,
        word,
        address.href(words.PATH, show=kind, muted=None),
        active=address.show is kind,
        count=say.count(count, reader.locale),
    )


def _muted_pending(facts: Facts) -> int:
    return facts.every.by_status[AlertStatus.PENDING] - facts.told.by_status[AlertStatus.PENDING]


def _reasons(address: AlertsAddress) -> list[Choice]:
    """Return why nobody is told, as a filter; nothing where all are told."""
    if address.show is not AlertsShown.MUTED:
        return []
    reasons: list[tuple[Muted | None, str]] = [(None, "Any reason"), *words.MUTED_WORDS.items()]
    return [
        Choice(reason or "", word, address.href(words.PATH, muted=reason), active=address.muted is reason)
        for reason, word in reasons
    ]


def row(one: AlertView, facts: Facts, reader: Reader) -> AlertRow:
    """Return an alert as a row of the list."""
    more = [part for part in (words.where(one), words.about(one, reader)) if part]
    return AlertRow(
        key=str(one.id),
        id=one.id,
        version=one.version,
        title=one.title,
        href=words.href(one.id),
        severity=one.severity.value,
        severity_word=words.SEVERITY_WORDS[one.severity],
        where=" · ".join(more),
        since=_since(one, reader),
        since_title=say.at_place(_when(one), one.time_zone, reader.now, reader.locale),
        state=words.state_key(one),
        state_word=words.state_word(one),
        who=words.who(one, reader),
        clears=facts.clears.get(one.id, ""),
        drill=one.drill,
        may_acknowledge=facts.may_act and one.status is AlertStatus.FIRING,
    )


def _when(one: AlertView) -> datetime:
    return one.resolved_at or one.since


def _since(one: AlertView, reader: Reader) -> str:
    if one.resolved_at:
        return say.relative(one.resolved_at, reader.now)
    return say.duration((reader.now - one.since).total_seconds())


def cells(one: AlertView) -> tuple[Cell, ...]:
    """Return an alert as a row of `SHEET`."""
    return (
        one.id,
        one.policy,
        one.severity.value,
        one.status.value,
        one.title,
        one.summary,
        one.level.value,
        one.location,
        one.group,
        one.problems,
        one.muted.value if one.muted else None,
        one.since,
        one.acknowledged_by,
        one.acknowledged_at,
        one.resolved_by,
        one.resolved_at,
        one.resolved_why,
        "yes" if one.drill else "no",
    )
