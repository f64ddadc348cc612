"""How a channel or a subscription fares, in words. Pure. Messages are the machine's time, not the business clock's."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.receivers import ReceiverView
from dashboard import format as say
from dashboard.address.receivers import Health
from dashboard.present.common import Reader

WORDS: dict[Health, str] = {
    Health.WORKS: "Works",
    Health.FAILING: "Failing",
    Health.PAUSED: "Paused",
    Health.DISABLED: "Disabled",
}

#: How one looks that was sent nothing so far.
NEW = "new"


@dataclass(frozen=True, slots=True)
class Fares:
    """How it fares: a word, and what there is to know about it; `look` is the key of its icon."""

    health: Health
    look: str
    word: str
    more: str


def health_of(one: ReceiverView) -> Health:
    """Return how it fares: what somebody did to it goes before what became of it."""
    if not one.enabled:
        return Health.DISABLED
    if one.paused:
        return Health.PAUSED
    return Health.FAILING if one.failing_since else Health.WORKS


def fares(one: ReceiverView, reader: Reader) -> Fares:
    """Return how it fares in words."""
    health = health_of(one)
    more = _more(one, health, reader)
    if health is Health.WORKS and one.last_delivered_at is None:
        return Fares(health, NEW, "Not tried yet", more)
    return Fares(health, health.value, WORDS[health], more)


def _more(one: ReceiverView, health: Health, reader: Reader) -> str:
    if health is Health.DISABLED:
        return one.disabled_reason or ""
    if health is Health.PAUSED:
        return "What happens is kept for it and sent when it goes on."
    if health is Health.FAILING:
        return _failing(one, reader)
    if one.paced_until and one.paced_until > reader.sent_now:
        return f"Its rate is used up; the next message goes {say.relative(one.paced_until, reader.sent_now)}."
    if one.last_delivered_at is None:
        return "It has taken no message so far."
    return f"Last message taken {say.relative(one.last_delivered_at, reader.sent_now)}."


def _failing(one: ReceiverView, reader: Reader) -> str:
    since = say.duration((reader.sent_now - one.failing_since).total_seconds()) if one.failing_since else ""
    times = f", {say.plural(one.failures, 'time', reader.locale)} in a row" if one.failures > 1 else ""
    said = f"For {since}{times}."
    if one.broken_until and one.broken_until > reader.sent_now:
        return f"{said} It rests; the next try is {say.relative(one.broken_until, reader.sent_now)}."
    return said
