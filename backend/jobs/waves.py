"""Wave rules whose time has come plan their waves, each in a transaction of its own. Many processes may do so."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.exc import OperationalError

from backend.context import Context
from backend.jobs.job import Job
from backend.metrics.registry import WAVES_PLANNED
from backend.wakeups import Topic
from backend.waves import service, wave_rules

log = logging.getLogger(__name__)


def run(ctx: Context) -> datetime | None:
    """Run every rule that is due; return when the next one is."""
    with ctx.read() as uow:
        due = wave_rules.due(uow)
    for rule_id, location, code in due:
        try:
            with ctx.uow() as uow:
                WAVES_PLANNED.inc(len(service.run_rule(uow, rule_id)))
        except OperationalError:  # a deadlock or a lost connection: nobody's fault, the rule stays due
            raise
        except Exception:  # whatever is wrong with this rule, the others must not wait for it
            log.exception("the wave rule %s of %s failed; it runs again at its next time", code, location)
            with ctx.uow() as uow:
                wave_rules.claim(uow, rule_id)
    with ctx.read() as uow:
        return wave_rules.next_due(uow)


JOB = Job("waves", run, every_seconds=30, wakes_on=Topic.WAVES)
