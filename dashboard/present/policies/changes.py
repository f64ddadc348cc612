"""How the parts of an alert policy are called where two of them differ. Pure."""

from __future__ import annotations

from typing import Any

from dashboard import format as say
from dashboard.present.editing.changes import Vocabulary
from dashboard.present.editing.diff import Path
from dashboard.present.policies.words import channels, match_words, quiet_words, test_words


def _said(value: Any, path: Path) -> str | None:
    """Return a part in words, None where it has none of its own; what is typed may be anything yet."""
    try:
        return _words(value, path)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _words(value: Any, path: Path) -> str | None:
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    if isinstance(value, int | float) and not isinstance(value, bool) and str(name).endswith("_s"):
        return say.duration(value)
    if not isinstance(value, dict):
        return None
    if name in ("raise", "clear"):
        return match_words(value)
    if name == "where":
        return test_words(value)
    if name == "escalate":
        return f"{channels(value['notify'])} after {say.duration(value['after_s'])}"
    return quiet_words(value) if name == "quiet" else None


VOCABULARY = Vocabulary(
    whole="The whole policy",
    members={
        "raise": "what opens it",
        "clear": "what ends it",
        "where": "test",
        "escalate": "step",
        "notify": "channel",
        "quiet": "quiet time",
        "mutes": "muted level",
        "group_by": "field of the group",
    },
    parts={
        "raise": "what opens it",
        "clear": "what ends it",
        "where": "its tests",
        "op": "comparison",
        "for_s": "how long it must hold",
        "wait_s": "how long the first notice waits",
        "keep_s": "how long it stays when nothing holds any more",
        "update_s": "how often changes are told at most",
        "repeat_s": "how often it is said again",
        "lasts_s": "how long a problem lasts",
        "after_s": "after",
        "within_s": "within",
        "at_least": "how many problems make an alert",
        "notify": "who is told",
        "escalate": "escalation",
        "quiet": "quiet times",
        "mutes": "what it mutes",
        "group_by": "what is one alert",
        "says": "its title",
        "clears": "what ends it, in words",
        "enabled": "watches",
    },
    say=_said,
)
