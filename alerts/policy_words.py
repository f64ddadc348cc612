"""What policies say about their alerts: their titles, what would clear them, what to do. SELECT only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from models.enums import DefinitionStatus
from models.tables import AlertPolicy


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """The words of one version of a policy."""

    title: str = ""
    clears: str = ""
    runbook: str = ""


def words_of(session: Session, versions: Iterable[tuple[str, int]]) -> Mapping[tuple[str, int], PolicyWords]:
    """Return the words of each of these versions (code and number) that there is."""
    wanted = sorted(set(versions))
    if not wanted:
        return {}
    rows = session.execute(
        sa.select(col(AlertPolicy.code), col(AlertPolicy.version), col(AlertPolicy.document)).where(
            sa.tuple_(col(AlertPolicy.code), col(AlertPolicy.version)).in_(wanted)
        )
    )
    return {
        (code, version): PolicyWords(
            str(document.get("title", code)), str(document.get("clears", "")), str(document.get("runbook", ""))
        )
        for code, version, document in rows
    }


def active_titles(session: Session) -> list[tuple[str, str]]:
    """Return code and title of every active policy, by title."""
    rows = session.execute(
        sa.select(col(AlertPolicy.code), col(AlertPolicy.document)).where(
            col(AlertPolicy.status) == DefinitionStatus.ACTIVE.value
        )
    )
    return sorted(((code, str(document.get("title", code))) for code, document in rows), key=lambda one: one[1])
