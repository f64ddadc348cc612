"""What the bell in the top bar says. Pure."""

from __future__ import annotations

from alerts.browse import AlertCounts
from dashboard import format as say
from dashboard.format import Locale
from dashboard.present.alerts.words import SEVERITY_WORDS
from dashboard.views.alerts import Ringing

#: A bell has room for two digits.
_MOST = 99


def ringing(waiting: AlertCounts, locale: Locale) -> Ringing:
    """Return what it says of the alerts that nobody has taken on."""
    number = waiting.open
    if not number:
        return Ringing()
    worst = max((one for one, count in waiting.by_severity.items() if count), key=lambda one: one.rank)
    waits = "waits" if number == 1 else "wait"
    return Ringing(
        count=say.count(number, locale) if number <= _MOST else f"{_MOST}+",
        words=f"{say.plural(number, 'alert', locale)} {waits} for somebody, the worst {SEVERITY_WORDS[worst].lower()}",
        severity=worst.value,
    )
