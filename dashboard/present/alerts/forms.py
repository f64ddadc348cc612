"""What may be done to an alert that needs words, as forms. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from dashboard.views.forms import Form, FormField


class AlertAction(StrEnum):
    """What may be done."""

    RESOLVE = "resolve"
    NOTE = "note"


#: The longest reason, and the longest note.
MOST = {AlertAction.RESOLVE: 300, AlertAction.NOTE: 500}
MISSING = {
    AlertAction.RESOLVE: "Say why it is over: the next one to see this will want to know.",
    AlertAction.NOTE: "Write something down.",
}
_FORMS: Mapping[AlertAction, Form] = {
    AlertAction.RESOLVE: Form(
        title="Resolve",
        explain="It is over for everybody who was told, even if its condition still holds: it comes back only when "
        "something happens anew. Alerts resolve by themselves once they are cleared.",
        button="Resolve it",
        fields=[FormField("words", "Why it is over", required=True)],
    ),
    AlertAction.NOTE: Form(
        title="Write a note",
        explain="It stands on the timeline and in the hand-over. Nobody is told of it.",
        button="Write it down",
        fields=[FormField("words", "Note", "area", required=True)],
    ),
}


def form(action: AlertAction) -> Form:
    """Return an empty form."""
    return replace(_FORMS[action], action=action.value)
