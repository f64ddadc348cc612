"""What the Drills page says: each drill, how it goes step by step, and the report it left. Pure; its form is
`drill_forms.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.about import StepView, ToldView
from alerts.browse import AlertView
from alerts.story import Entry
from backend.alerting.drills import DrillView
from backend.alerting.queries import Whole
from dashboard import format as say
from dashboard.address.drills import DrillsAddress, DrillsShown
from dashboard.present import common
from dashboard.present.alerts import words
from dashboard.present.common import Reader
from dashboard.present.deliveries import STATE_WORDS as SENT_WORDS
from dashboard.present.sheet import Cell
from dashboard.views.common import Choice
from dashboard.views.drills import DrillDetail, DrillRow, DrillsScreen, DrillStep
from models.alerting import AlertStatus, StepState
from models.enums import DeliveryStatus

PATH = "/alerts/drills"
_COLUMNS = (
    ("what", "Policy"),
    ("state", "State"),
    ("began", "Began"),
    ("taken", "Taken on after"),
    ("result", "Showed"),
)
_SHOWN = {DrillsShown.RUNNING: "Running", DrillsShown.OVER: "Over"}
SHEET = (
    *("id", "policy", "title", "state", "began_by", "began_at", "channels", "escalates", "acknowledged_by"),
    *("acknowledged_after_s", "resolved_by", "resolved_after_s", "findings"),
)
_ON_ITS_WAY = (DeliveryStatus.PENDING, DeliveryStatus.SENDING)
_WELL = "It went as it should: told, taken on, over."


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from. `titles` are those of the policies, by code and version; `opened` is a drill
    with all that belongs to it; `running` and `over` say how many there are of each."""

    drills: Sequence[DrillView]
    total: int
    running: int
    over: int
    titles: Mapping[tuple[str, int], str]
    opened: DrillView | None
    whole: Whole | None
    names: Mapping[str, str]
    may_act: bool


def screen(facts: Facts, address: DrillsAddress, reader: Reader) -> DrillsScreen:
    """Return the whole page, the newest first."""
    return DrillsScreen(
        states=_states(facts, address, reader),
        columns=common.plain_columns(_COLUMNS),
        rows=[row(one, facts, address, reader) for one in facts.drills],
        pager=common.pager(
            address, PATH, shown=len(facts.drills), total=facts.total, noun="drill", locale=reader.locale
        ),
        csv=f"/ui/export/drills.csv?{address.href('', page=1, id=0, policy='').removeprefix('?')}",
        detail=_detail(facts, address, reader),
        may_begin=facts.may_act,
        form_close=address.href(PATH, policy="", page=address.page),
    )


def _states(facts: Facts, address: DrillsAddress, reader: Reader) -> list[Choice]:
    counts = {None: facts.running + facts.over, DrillsShown.RUNNING: facts.running, DrillsShown.OVER: facts.over}
    return [
        Choice(
            shown or "",
            _SHOWN[shown] if shown else "All",
            address.href(PATH, show=shown, id=0, policy=""),
            active=address.show is shown,
            count=say.count(number, reader.locale),
        )
        for shown, number in counts.items()
    ]


def row(one: DrillView, facts: Facts, address: DrillsAddress, reader: Reader) -> DrillRow:
    """Return a drill as a row of the list."""
    alert, began = one.alert, _began(one.alert)
    return DrillRow(
        key=str(alert.id),
        title=_title(alert, facts.titles),
        about=alert.title,
        href=address.href(PATH, id=alert.id, policy="", page=address.page),
        state=words.state_key(alert),
        state_word=_state_word(alert),
        began_at=began.isoformat(),
        began=say.relative(began, reader.now),
        taken=_taken(alert),
        result=_result(one, reader),
        chosen=alert.id == address.id,
    )


def _began(alert: AlertView) -> datetime:
    return alert.opened_at or alert.since


def _title(alert: AlertView, titles: Mapping[tuple[str, int], str]) -> str:
    return titles.get((alert.policy, alert.policy_version)) or alert.policy


def _state_word(alert: AlertView) -> str:
    return "Over" if alert.status is AlertStatus.RESOLVED else words.state_word(alert)


def _taken(alert: AlertView) -> str:
    if alert.acknowledged_at is None:
        return say.NOTHING
    return say.duration((alert.acknowledged_at - (alert.notified_at or _began(alert))).total_seconds())


def _result(one: DrillView, reader: Reader) -> str:
    if one.report is None:
        return "" if one.alert.open else "Report to come"
    found = len(one.report["findings"])
    return say.plural(found, "finding", reader.locale) if found else "All went well"


def _detail(facts: Facts, address: DrillsAddress, reader: Reader) -> DrillDetail:
    one, whole = facts.opened, facts.whole
    if one is None or whole is None:
        return DrillDetail()
    alert, findings = one.alert, list(one.report["findings"]) if one.report else []
    return DrillDetail(
        id=alert.id,
        version=alert.version,
        heading=_title(alert, facts.titles),
        title=alert.title,
        state=words.state_key(alert),
        state_word=_state_word(alert),
        who=words.who(alert, reader),
        ends=_ends(whole, reader),
        began_at=_began(alert).isoformat(),
        facts=_facts(alert, facts.names),
        steps=list(_steps(whole, reader)),
        filing=not alert.open and one.report is None,
        filed=one.report is not None,
        waits=any(told.status in _ON_ITS_WAY for told in whole.told),
        verdict=_verdict(findings) if one.report else "",
        findings=findings,
        text=f"/api/v1/alerts/{alert.id}/report.md",
        paper=f"/api/v1/alerts/{alert.id}/report.html",
        alert=words.href(alert.id),
        may_acknowledge=facts.may_act and alert.status is AlertStatus.FIRING,
        may_give_back=facts.may_act and alert.status is AlertStatus.ACKNOWLEDGED,
        may_end=facts.may_act and alert.open,
        close=address.href(PATH, id=0, page=address.page),
    )


def _verdict(findings: Sequence[str]) -> str:
    if not findings:
        return _WELL
    return "One thing did not go well:" if len(findings) == 1 else f"{len(findings)} things did not go well:"


def _ends(whole: Whole, reader: Reader) -> str:
    until = _until(whole)
    return f"Ends by itself {say.relative(until, reader.now)}" if until else ""


def _until(whole: Whole) -> datetime | None:
    return max((one.until for one in whole.problems if one.until is not None), default=None)


def _facts(alert: AlertView, names: Mapping[str, str]) -> list[tuple[str, str]]:
    codes = [str(code) for code in alert.facts.get("drill_channels") or ()]
    told = ", ".join(names.get(code, code) for code in codes) or "Nobody outside"
    rests = "Runs, told to the same" if alert.facts.get("drill_escalates") and codes else "Rests"
    by = str(alert.facts.get("drill_by") or "")
    return [*([("Begun by", by)] if by else []), ("Tells", told), ("Escalation", rests)]


def _steps(whole: Whole, reader: Reader) -> Iterator[DrillStep]:
    """Yield how it went, in order, then what is still to come."""
    began = _began(whole.alert)
    for place, entry in enumerate(whole.timeline):
        yield DrillStep(f"{place}", _after(began, entry.at), _said(entry), "done", "")
        for told in entry.told:
            yield _message(f"{place}/{told.delivery}", told, began)
    until = _until(whole)
    for step in whole.steps:
        comes = until is None or step.due_at < until
        if comes and step.state is StepState.DUE and whole.alert.status is AlertStatus.FIRING:
            yield _due(step, reader)


def _said(entry: Entry) -> str:
    detail = "" if entry.detail in entry.words else entry.detail
    return f"{entry.words}. {detail}".strip() if detail else entry.words


def _message(key: str, told: ToldView, began: datetime) -> DrillStep:
    took = (told.finished_at - told.owed_at).total_seconds() if told.finished_at and told.owed_at else None
    reached = told.status is DeliveryStatus.DELIVERED and took is not None
    return DrillStep(
        key=key,
        at="" if told.at is None else _after(began, told.at),
        text=f"{told.title}: reached in {_quick(took)}" if reached and took is not None else told.title,
        state=told.status.value,
        word="" if reached else SENT_WORDS[told.status],
    )


def _due(step: StepView, reader: Reader) -> DrillStep:
    text = f"Step {step.number} tells {', '.join(step.channels)}"
    return DrillStep(f"due/{step.number}", say.relative(step.due_at, reader.now), text, "due", "if nobody acknowledges")


def _after(began: datetime, at: datetime) -> str:
    return f"+{say.duration((at - began).total_seconds())}"


def _quick(seconds: float) -> str:
    return f"{max(0.1, seconds):.1f} s" if seconds < 10 else say.duration(seconds)


def cells(one: DrillView, titles: Mapping[tuple[str, int], str]) -> tuple[Cell, ...]:
    """Return a drill as a row of `SHEET`."""
    alert, report = one.alert, one.report or {}
    return (
        alert.id,
        _title(alert, titles),
        alert.title,
        alert.status.value,
        str(alert.facts.get("drill_by") or ""),
        _began(alert),
        " ".join(str(code) for code in alert.facts.get("drill_channels") or ()),
        "yes" if alert.facts.get("drill_escalates") else "no",
        alert.acknowledged_by,
        _whole(report.get("acknowledged_after_s")),
        alert.resolved_by,
        _whole(report.get("resolved_after_s")),
        " ".join(report.get("findings", ())),
    )


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)
