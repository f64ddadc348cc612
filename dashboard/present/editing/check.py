"""What typed text comes to: what is wrong with it and where, how it differs from what it is held against. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from dashboard.present.editing.changes import Vocabulary, change_views
from dashboard.present.editing.diff import diff
from dashboard.present.editing.sides import side_by_side
from dashboard.present.editing.text import read, write
from dashboard.views.editing import Checked, FaultView, Mark
from models.errors import Fault

MOST_FAULTS = 100
MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class Looked:
    """Text that was looked at. `document` is None while something is wrong with it, `typed` while it is no JSON."""

    checked: Checked
    document: Any
    typed: Any


def look(text: str, other: Any, *, faults_of: Callable[[Any], Sequence[Fault]], words: Vocabulary) -> Looked:
    """Return what the text comes to beside another document (None: there is none)."""
    typed = read(text)
    if typed.findings:
        found = [FaultView("", one.line, one.pointer, one.message) for one in typed.findings]
        return Looked(_checked(found, None, other, words), None, None)
    found = [
        FaultView("", typed.line_of(fault.pointer), fault.pointer, fault.message) for fault in faults_of(typed.document)
    ]
    checked = _checked(found, typed.document, other, words)
    return Looked(checked, None if found else typed.document, typed.document)


def _checked(found: list[FaultView], document: Any, other: Any, words: Vocabulary) -> Checked:
    faults = sorted(found, key=lambda fault: fault.line)[:MOST_FAULTS]
    edits = diff(other, document) if other is not None and document is not None else []
    return Checked(
        faults=[FaultView(str(at), one.line, one.where, one.message) for at, one in enumerate(faults)],
        marks=_marks(faults),
        changes=change_views(edits[:MOST_CHANGES], other, document, words=words),
        sides=side_by_side(write(other), write(document)) if edits else [],
    )


def _marks(faults: Sequence[FaultView]) -> list[Mark]:
    return [
        Mark(line, " ".join(one.message for one in there)) for line, there in groupby(faults, key=lambda one: one.line)
    ]
