"""What the page Subscriptions says: each program that is told of events, how it fares, how far behind it is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from alerts.receivers import ReceiverView
from dashboard import format as say
from dashboard.address.receivers import ReceiversAddress
from dashboard.format import Locale
from dashboard.present.common import Reader
from dashboard.present.receivers import listing
from dashboard.present.receivers.filters import filter_words
from dashboard.present.receivers.health import fares
from dashboard.present.receivers.listing import SUBSCRIPTIONS_PATH
from dashboard.present.sheet import Cell
from dashboard.views.receivers import ReceiverDetail, ReceiversScreen
from models.alerting import ContentMode

_COLUMNS = (("name", "Subscription"), ("kind", "How"), ("health", "State"), ("last", "Last taken"), ("owed", "Owed"))
SHEET = ("code", "url", "mode", "types", "state", "failing_since", "last_taken_at", "owed", "oldest_owed_at")
MODE_WORDS = {
    ContentMode.STRUCTURED: "Structured: the whole CloudEvent is the body",
    ContentMode.BINARY: "Binary: attributes in ce- headers, its data is the body",
}
PUSH, PULL = "Push", "Pull"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from."""

    subscriptions: Sequence[ReceiverView]
    opened: ReceiverView | None
    may_write: bool


def screen(facts: Facts, address: ReceiversAddress, reader: Reader) -> ReceiversScreen:
    """Return the whole page."""
    page = listing.page(
        facts.subscriptions, address, reader, path=SUBSCRIPTIONS_PATH, noun="subscription", columns=_COLUMNS
    )
    return ReceiversScreen(
        states=page.states,
        columns=page.columns,
        rows=[
            listing.row(one, address, reader, path=SUBSCRIPTIONS_PATH, kind=_way(one), about=_about(one))
            for one in page.shown
        ],
        pager=page.pager,
        csv=f"/ui/export/subscriptions.csv?{address.href('', page=1, code='').removeprefix('?')}",
        detail=_detail(facts.opened, facts, address, reader) if facts.opened else ReceiverDetail(),
        may_write=facts.may_write,
    )


def _way(one: ReceiverView) -> str:
    return PUSH if one.url else PULL


def _about(one: ReceiverView) -> str:
    return f"{_types(one)} · {urlsplit(one.url).hostname}" if one.url else _types(one)


def _types(one: ReceiverView) -> str:
    return ", ".join(one.types) if one.types else "Every type"


def _detail(one: ReceiverView, facts: Facts, address: ReceiversAddress, reader: Reader) -> ReceiverDetail:
    how = fares(one, reader)
    return ReceiverDetail(
        code=one.code,
        heading=one.title or one.code,
        kind="Subscription by push" if one.url else "Subscription by pull",
        health=how.look,
        word=how.word,
        more=how.more,
        facts=_facts(one, reader),
        deliveries=listing.deliveries_href(one.code) if one.url else "",
        close=address.href(SUBSCRIPTIONS_PATH, code="", page=address.page),
        may_write=facts.may_write,
        rotates=bool(one.url),
        paused=one.paused,
        disabled=not one.enabled,
        losing=listing.losing(one, reader, noun="subscription"),
        version=one.version,
    )


def _facts(one: ReceiverView, reader: Reader) -> list[tuple[str, str]]:
    told = [("Code", one.code), ("Lag", _lag(one, reader))]
    if one.last_error:
        told.append(("Last error", one.last_error))
    if one.url:
        told += [("Address", one.url), ("Format", MODE_WORDS[one.content_mode])]
    else:
        told.append(("How", f"GET /api/v1/subscriptions/{one.code}/events, then acknowledge"))
    told.append(("Event types", _types(one)))
    if one.filters:
        told.append(("Only where", "\n".join(filter_words(one.filters))))
    places = [*(f"Location {code}" for code in one.locations), *(f"Group {code}" for code in one.groups)]
    told.append(("Where", ", ".join(places) if places else "Everywhere that its maker may see"))
    if one.url:
        told.append(("Signing secret", _secret(one, reader)))
    return [*told, ("Made by", listing.made(one, reader))]


def _lag(one: ReceiverView, reader: Reader) -> str:
    if not one.owed:
        return "None: everything was taken"
    return listing.owed_words(one, reader)


def _secret(one: ReceiverView, reader: Reader) -> str:
    if one.previous_until and one.previous_until > reader.sent_now:
        left = say.duration((one.previous_until - reader.sent_now).total_seconds())
        return f"Set. The one before is good for another {left}."
    return "Set"


def replayed(count: int, locale: Locale, *, pulled: bool) -> str:
    """Return what became of a replay."""
    if pulled:
        return "It goes back to there: what it pulls next begins then."
    return (
        f"{say.plural(count, 'message', locale)} will be sent again now." if count else "Nothing happened since then."
    )


def sheet_row(one: ReceiverView, reader: Reader) -> tuple[Cell, ...]:
    """Return a subscription as a row of `SHEET`."""
    return (
        one.code,
        one.url,
        one.content_mode.value,
        " ".join(one.types),
        fares(one, reader).word,
        one.failing_since,
        one.last_delivered_at,
        one.owed,
        one.owed_since,
    )
