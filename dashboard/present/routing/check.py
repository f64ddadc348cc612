"""What typed text comes to: what is wrong with it and where, what it says, how it differs from the active version.
Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from dashboard.present.routing.changes import change_views
from dashboard.present.routing.diff import diff
from dashboard.present.routing.sides import side_by_side
from dashboard.present.routing.text import read, write
from dashboard.present.routing.words import strategy_words
from dashboard.views.routing import Checked, FaultView, Mark, StrategyWords
from models.errors import Fault

MOST_FAULTS = 100
MOST_CHANGES = 200


def check(text: str, active: Any, *, faults_of: Callable[[Any], Sequence[Fault]]) -> Checked:
    """Return what the text comes to beside the active document (None: there is none)."""
    typed = read(text)
    if typed.findings:
        return _checked([FaultView("", one.line, one.pointer, one.message) for one in typed.findings], None, active)
    found = [
        FaultView("", typed.line_of(fault.pointer), fault.pointer, fault.message) for fault in faults_of(typed.document)
    ]
    return _checked(found, typed.document, active)


def _checked(found: list[FaultView], document: Any, active: Any) -> Checked:
    faults = sorted(found, key=lambda fault: fault.line)[:MOST_FAULTS]
    edits = diff(active, document) if active is not None and document is not None else []
    return Checked(
        faults=[FaultView(str(at), one.line, one.where, one.message) for at, one in enumerate(faults)],
        marks=_marks(faults),
        words=strategy_words(document) if document is not None and not faults else StrategyWords(),
        changes=change_views(edits[:MOST_CHANGES], active, document),
        sides=side_by_side(write(active), write(document)) if edits else [],
    )


def _marks(faults: Sequence[FaultView]) -> list[Mark]:
    return [
        Mark(line, " ".join(one.message for one in there)) for line, there in groupby(faults, key=lambda one: one.line)
    ]
