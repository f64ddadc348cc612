"""What typed text comes to as a strategy: what is wrong with it and where, what it says, how it differs from the active
version. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dashboard.present.editing.check import look
from dashboard.present.routing.changes import VOCABULARY
from dashboard.present.routing.words import strategy_words
from dashboard.views.routing import CheckedStrategy, StrategyWords
from models.errors import Fault


def check(text: str, active: Any, *, faults_of: Callable[[Any], Sequence[Fault]]) -> CheckedStrategy:
    """Return what the text comes to beside the active document (None: there is none)."""
    looked = look(text, active, faults_of=faults_of, words=VOCABULARY)
    said, right = looked.checked, looked.document
    words = strategy_words(right) if right is not None else StrategyWords()
    return CheckedStrategy(said.faults, said.marks, said.changes, said.sides, words=words)
