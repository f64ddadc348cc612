"""Numbers and times as people read them: pure, English words, the viewer's separators, the location's time. Which
value is shown where is `dashboard/present`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60, 3600, 86_400
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Locale:
    """How the viewer writes numbers and dates."""

    thousands: str = ","
    decimal: str = "."
    month_first: bool = False


_COMMA_DECIMAL_DOT_GROUPS = {"de", "es", "it", "nl", "pt", "id", "tr", "da", "el", "hr", "ro"}
_COMMA_DECIMAL_SPACE_GROUPS = {"fr", "pl", "ru", "cs", "sk", "sv", "nb", "no", "nn", "fi", "uk", "hu", "bg"}
_SPACE = "\N{NARROW NO-BREAK SPACE}"


def locale_of(accept_language: str) -> Locale:
    """Return the locale of an Accept-Language header; American English when it says nothing known."""
    first = accept_language.split(",")[0].split(";")[0].strip().lower()
    language, _, region = first.partition("-")
    if language in _COMMA_DECIMAL_DOT_GROUPS:
        return Locale(".", ",")
    if language in _COMMA_DECIMAL_SPACE_GROUPS:
        return Locale(_SPACE, ",")
    return Locale(month_first=language != "en" or region in ("", "us"))


AMERICAN = Locale(month_first=True)


def count(number: int, locale: Locale = AMERICAN) -> str:
    """Return a whole number with its groups: 12345 → "12,345"."""
    return f"{number:,}".replace(",", locale.thousands)


def decimal(number: float, locale: Locale = AMERICAN, *, places: int = 1) -> str:
    """Return a number with fixed decimals: 1234.5 → "1,234.5"."""
    text = f"{number:,.{places}f}"
    return text.translate({ord(","): locale.thousands, ord("."): locale.decimal})


def percent(part: int, whole: int, locale: Locale = AMERICAN) -> str:
    """Return `part` of `whole`: "97.4%"; a dash when there is no whole. Never rounds up to a perfect 100%."""
    if whole <= 0:
        return NOTHING
    if part >= whole:
        return "100%"
    return f"{decimal(min(99.9, 100 * part / whole), locale)}%"


def plural(number: int, noun: str, locale: Locale = AMERICAN) -> str:
    """Return "1 shipment", "1,200 shipments", "2 policies"."""
    return f"{count(number, locale)} {noun if number == 1 else many(noun)}"


def many(noun: str) -> str:
    """Return the plural of a noun: "shipments", "policies", "days"."""
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"


def duration(seconds: float) -> str:
    """Return a length of time in at most two units: "45 s", "24 min", "3 h 5 min", "2 d 4 h"."""
    whole = max(0, int(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < DAY:
        return _two(whole // HOUR, "h", whole % HOUR // MINUTE, "min")
    return _two(whole // DAY, "d", whole % DAY // HOUR, "h")


def _two(major: int, unit: str, minor: int, small: str) -> str:
    return f"{major} {unit} {minor} {small}" if minor else f"{major} {unit}"


def relative(instant: datetime, now: datetime) -> str:
    """Return "in 24 min", "now" (within a second), "24 min ago"."""
    seconds = (instant - now).total_seconds()
    if abs(seconds) < 1:
        return "now"
    return f"in {duration(seconds)}" if seconds > 0 else f"{duration(-seconds)} ago"


def due(instant: datetime, now: datetime) -> str:
    """Return what is left of a promise: "24 min left", "24 min late"."""
    seconds = (instant - now).total_seconds()
    return f"{duration(seconds)} left" if seconds > 0 else f"{duration(-seconds)} late"


def city(time_zone: str) -> str:
    """Return the place that a time zone is named after: "America/New_York" → "New York"."""
    return time_zone.rsplit("/", 1)[-1].replace("_", " ")


def wall_time(instant: datetime, time_zone: str, now: datetime, locale: Locale = AMERICAN) -> str:
    """Return the clock on the location's wall: "16:42", "Tue 16:42" within a week, "Dec 3 16:42" beyond."""
    zone = ZoneInfo(time_zone)
    local, today = instant.astimezone(zone), now.astimezone(zone)
    clock = f"{local:%H:%M}"
    days = (local.date() - today.date()).days
    if days == 0:
        return clock
    if abs(days) < 7:
        return f"{local:%a} {clock}"
    return f"{date(instant, time_zone, now, locale)} {clock}"


def date(instant: datetime, time_zone: str, now: datetime, locale: Locale = AMERICAN) -> str:
    """Return the location's date: "Nov 27" or "27 Nov", with the year unless it is this year."""
    zone = ZoneInfo(time_zone)
    local = instant.astimezone(zone)
    text = f"{local:%b} {local.day}" if locale.month_first else f"{local.day} {local:%b}"
    return text if local.year == now.astimezone(zone).year else f"{text} {local.year}"


def at_place(instant: datetime, time_zone: str, now: datetime, locale: Locale = AMERICAN) -> str:
    """Return the wall time and whose wall it is: "16:42 in Chicago", "16:42 UTC"."""
    place = city(time_zone)
    joint = " " if place in ("UTC", "GMT") else " in "
    return f"{wall_time(instant, time_zone, now, locale)}{joint}{place}"


def moment(instant: datetime, time_zone: str, now: datetime, locale: Locale = AMERICAN) -> str:
    """Return an instant both ways: "in 24 min (16:42 in Chicago)"."""
    return f"{relative(instant, now)} ({at_place(instant, time_zone, now, locale)})"


def lasting(since: datetime, time_zone: str, now: datetime, locale: Locale = AMERICAN) -> str:
    """Return how long something has been so: "for 24 min (since 16:42 in Chicago)"."""
    return f"for {duration((now - since).total_seconds())} (since {at_place(since, time_zone, now, locale)})"


def rate(per_second: float, locale: Locale = AMERICAN) -> str:
    """Return a rate with as many decimals as it needs: "0.25", "3.4", "120"."""
    places = 0 if per_second >= 100 else 1 if per_second >= 1 or per_second == 0 else 2
    return decimal(per_second, locale, places=places)
