"""How the parts of a workflow are called where two of them differ. Pure."""

from __future__ import annotations

from dashboard.present.editing.changes import Vocabulary

VOCABULARY = Vocabulary(
    whole="The whole workflow",
    members={
        "steps": "step",
        "asks": "question",
        "options": "option",
        "by": "role",
        "next": "following step",
    },
    parts={
        "action": "what it does",
        "asks": "what is asked for",
        "by": "who may do it",
        "sla_step": "its moment for SLAs",
        "skippable": "may be skipped",
        "undoable": "can be taken back",
        "prints": "what it prints",
        "proof": "what the customer shows",
        "next": "what may follow",
        "required": "is needed",
        "min": "at least",
        "max": "at most",
    },
)
