"""The open alerts about one thing, as its own page tells of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.browse import AlertView
from dashboard import format as say
from dashboard.present.alerts import words
from dashboard.present.common import Reader
from dashboard.views.alerts import OpenHere


def here(alerts: Sequence[AlertView], reader: Reader) -> list[OpenHere]:
    """Return each alert with who has it and since when."""
    return [
        OpenHere(
            key=str(one.id),
            title=one.title,
            href=words.href(one.id),
            severity=one.severity.value,
            severity_word=words.SEVERITY_WORDS[one.severity],
            more=f"{words.state_word(one)} · {say.duration((reader.now - one.since).total_seconds())}",
        )
        for one in alerts
    ]
