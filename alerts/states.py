"""SQL conditions on the state of alerts and of the steps of their escalation, where these tables go by their own names.

As they are written here, both databases use the partial indexes that are made for them: a value that is bound later
does not let SQLite see that it may.
"""

from __future__ import annotations

import sqlalchemy as sa

from models.alerting import AlertStatus, StepState


def as_written(text: str) -> sa.ColumnElement[bool]:
    """Return a condition that stands in a statement just so.

    It has no type: of one that is known to be true or false, SQLite would be asked whether it `= 1`, and then it reads
    the whole table.
    """
    return sa.literal_column(f"({text})")


#: All but `resolved`.
IS_OPEN = as_written(f"alert.status <> '{AlertStatus.RESOLVED.value}'")
IS_DUE = as_written(f"alert_step.state = '{StepState.DUE.value}'")
