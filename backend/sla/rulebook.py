"""Which version of the colour rule holds for which location. Read only; writing one is `definitions.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from backend.sla.grading import Thresholds
from models.tables import GradingRule

RULE = table_of(GradingRule)

#: The group code of the rule that holds for everyone else.
DEFAULT = ""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The newest rule per group, each with its version. Without any, the built-in numbers hold as version 0."""

    rules: Mapping[str, tuple[int, Thresholds]]

    def of(self, groups: Sequence[str]) -> tuple[int, Thresholds]:
        """Return version and thresholds of the first of a location's groups that has a rule, else the default."""
        for group in (*groups, DEFAULT):
            if group in self.rules:
                return self.rules[group]
        return 0, Thresholds()


def rulebook(uow: Uow) -> Rulebook:
    """Load the newest grading rule of every group."""
    newest = sa.select(RULE.c.group_code, sa.func.max(RULE.c.version).label("version")).group_by(RULE.c.group_code)
    latest = newest.subquery()
    rows = uow.session.connection().execute(
        sa.select(RULE.c.group_code, RULE.c.version, RULE.c.thresholds).join(
            latest, sa.and_(RULE.c.group_code == latest.c.group_code, RULE.c.version == latest.c.version)
        )
    )
    return Rulebook({row.group_code: (row.version, Thresholds(**row.thresholds)) for row in rows})
