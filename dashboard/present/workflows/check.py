"""What typed text comes to as a workflow: what is wrong with it and where, its steps, how it differs from another
version. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dashboard.present.common import METHOD_WORDS
from dashboard.present.editing.check import look
from dashboard.present.workflows.changes import VOCABULARY
from dashboard.present.workflows.steps import step_views
from dashboard.present.workflows.ways import where
from dashboard.views.workflows import CheckedWorkflow
from models.enums import Method
from models.errors import Fault


def check(
    text: str, other: Mapping[str, Any], *, called: str, faults_of: Callable[[Any], Sequence[Fault]]
) -> CheckedWorkflow:
    """Return what the text comes to beside another version, which is `called` so."""
    looked = look(text, other, faults_of=faults_of, words=VOCABULARY)
    said, right = looked.checked, looked.document
    if right is None:
        return CheckedWorkflow(said.faults, said.marks, said.changes, said.sides, other=called)
    return CheckedWorkflow(
        said.faults,
        said.marks,
        said.changes,
        said.sides,
        title=right["title"],
        about=f"{METHOD_WORDS[Method(right['method'])]}, {where(right.get('group', ''))}",
        description=right.get("description", ""),
        steps=step_views(right),
        other=called,
    )
