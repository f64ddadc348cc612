"""The jobs that people's part of alerting needs: steps that come due, an auditor that proves they ran, silences that
begin and run out, and the reports of drills."""

from __future__ import annotations

import logging
from datetime import datetime

from alerts import steps
from alerts.silence_rows import standing
from alerts.silences import next_change
from alerts.telling import note
from backend.alerting import drills, silences
from backend.context import Context
from backend.jobs.batches import in_batches, later
from backend.jobs.job import Job
from backend.metrics.registry import LATE_STEPS
from backend.persistence.uow import Uow
from backend.wakeups import Topic
from models.tables import SystemFact

log = logging.getLogger(__name__)

_STEPS, _AUDIT, _SILENCES, _DRILLS = "escalation", "escalation-audit", "silences", "drills"
#: Who writes into an alert's timeline that its escalation was late.
AUDITOR = "the auditor of escalations"


def run_steps(ctx: Context) -> datetime | None:
    """Carry out the steps that have come due, an alert a transaction; return when the next one does."""
    with ctx.read() as uow:
        now = uow.now
        ids = steps.due(uow.session, now)
    in_batches(ctx, _STEPS, ids, _carry_out)
    with ctx.read() as uow:
        return later(steps.next_due(uow.session), than=now)


def audit(ctx: Context) -> datetime | None:
    """Look for steps that came due and that nothing became of: count them, write it down, and carry them out."""
    with ctx.read() as uow:
        found = steps.late(uow.session, uow.now)
    LATE_STEPS.set(len(found))
    if found:
        log.error("%d steps of escalations are late, the longest since %s", len(found), found[0].due_at)
        in_batches(ctx, _AUDIT, sorted({each.alert_id for each in found}), _heal)
    return None


def run_silences(ctx: Context) -> datetime | None:
    """Tell of the silences that began or ran out since this was last looked at; return when the next one does."""
    with ctx.read() as uow:
        fact = uow.session.get(SystemFact, _SILENCES)
        since = datetime.fromisoformat(fact.value["looked_at"]) if fact else None
        if since is not None and not silences.turning(uow, since=since):  # nothing to write: an idle look costs nothing
            return next_change(standing(uow.session, uow.now), uow.now)
    with ctx.uow() as uow:
        silences.turned(uow, since=since or uow.now)
        uow.session.merge(SystemFact(name=_SILENCES, value={"looked_at": uow.now.isoformat()}, updated_at=uow.now))
        return next_change(standing(uow.session, uow.now), uow.now)


def file_drills(ctx: Context) -> datetime | None:
    """File the reports of the drills that are over."""
    with ctx.read() as uow:
        ids = drills.unfiled(uow)
    in_batches(ctx, _DRILLS, ids, drills.file)
    return None


def _carry_out(uow: Uow, ids: list[int]) -> None:
    for alert_id in ids:
        steps.carry_out(uow, alert_id)


def _heal(uow: Uow, ids: list[int]) -> None:
    """Carry late steps out. Whoever is doing it right now comes first: then there is nothing left to write down."""
    for alert_id in ids:
        alert = steps.locked(uow.session, alert_id)
        late = [each for each in steps.late(uow.session, uow.now) if each.alert_id == alert_id]
        if alert is None or not late:
            continue
        seconds = round((uow.now - late[0].due_at).total_seconds())
        became = steps.carry_out(uow, alert_id)
        words = f"Step {late[0].number} of the escalation was {seconds} s late; it is {became[0].value} now."
        note(uow, alert, words, by=AUDITOR, action="escalation_late")


JOBS = (
    Job(_STEPS, run_steps, every_seconds=10, wakes_on=Topic.ALERTS, exclusive=True),
    Job(_AUDIT, audit, every_seconds=60, exclusive=True),
    Job(_DRILLS, file_drills, every_seconds=10, exclusive=True),
    Job(_SILENCES, run_silences, every_seconds=30, wakes_on=Topic.ALERTS, exclusive=True),
)
