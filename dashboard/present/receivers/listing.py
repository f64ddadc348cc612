"""What the pages Channels and Subscriptions share: the list, how each fares, what is owed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.receivers import ReceiverView
from dashboard import format as say
from dashboard.address import PAGE_SIZE, DeliveriesAddress
from dashboard.address.receivers import Health, ReceiversAddress
from dashboard.present import common
from dashboard.present.common import Reader
from dashboard.present.deliveries import PATH as DELIVERIES_PATH
from dashboard.present.receivers.health import WORDS, fares, health_of
from dashboard.views.common import Choice, Column, Pager
from dashboard.views.receivers import ReceiverRow

CHANNELS_PATH = "/alerts/channels"
SUBSCRIPTIONS_PATH = "/alerts/subscriptions"
POLICY_PATH = "/alerts/policies/edit"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of receivers."""

    states: list[Choice]
    columns: list[Column]
    shown: Sequence[ReceiverView]
    pager: Pager


def listed(every: Sequence[ReceiverView], address: ReceiversAddress) -> list[ReceiverView]:
    """Return those that the address asks for."""
    return [one for one in every if address.health is None or health_of(one) is address.health]


def page(
    every: Sequence[ReceiverView],
    address: ReceiversAddress,
    reader: Reader,
    *,
    path: str,
    noun: str,
    columns: Sequence[tuple[str, str]],
) -> Page:
    """Return the page that the address asks for."""
    found = listed(every, address)
    shown = found[address.offset : address.offset + PAGE_SIZE]
    return Page(
        states=_states(every, address, reader, path),
        columns=common.plain_columns(columns, numeric=("owed",)),
        shown=shown,
        pager=common.pager(address, path, shown=len(shown), total=len(found), noun=noun, locale=reader.locale),
    )


def _states(every: Sequence[ReceiverView], address: ReceiversAddress, reader: Reader, path: str) -> list[Choice]:
    counts = Counter(health_of(one) for one in every)

    def one(health: Health | None, word: str, number: int) -> Choice:
        href = address.href(path, health=health, code="")
        value = health.value if health else ""
        return Choice(value, word, href, active=address.health is health, count=say.count(number, reader.locale))

    return [one(None, "All", len(every)), *[one(health, word, counts[health]) for health, word in WORDS.items()]]


def row(
    one: ReceiverView, address: ReceiversAddress, reader: Reader, *, path: str, kind: str, about: str
) -> ReceiverRow:
    """Return a receiver as a row."""
    how = fares(one, reader)
    return ReceiverRow(
        key=one.code,
        code=one.code,
        about=about,
        kind=kind,
        health=how.look,
        word=how.word,
        more=_short(one, how.health, reader),
        last=say.relative(one.last_delivered_at, reader.sent_now) if one.last_delivered_at else "Never",
        last_more=_utc(one, reader),
        owed=say.count(one.owed, reader.locale),
        owed_more=waits_since(one, reader),
        href=address.href(path, code=one.code, page=address.page),
        chosen=one.code == address.code,
    )


def _short(one: ReceiverView, health: Health, reader: Reader) -> str:
    """Return since when, in a word or two."""
    if health is Health.FAILING and one.failing_since:
        since = say.duration((reader.sent_now - one.failing_since).total_seconds())
        rests = one.broken_until is not None and one.broken_until > reader.sent_now
        return f"for {since}, rests" if rests else f"for {since}"
    paced = one.paced_until is not None and one.paced_until > reader.sent_now
    return "rate used up" if health is Health.WORKS and paced else ""


def _utc(one: ReceiverView, reader: Reader) -> str:
    at = one.last_delivered_at
    return say.at_place(at, "UTC", reader.sent_now, reader.locale) if at else ""


def waits_since(one: ReceiverView, reader: Reader) -> str:
    """Return how long the oldest message waits, nothing when none does."""
    if not one.owed or one.owed_since is None:
        return ""
    return f"oldest {say.duration((reader.sent_now - one.owed_since).total_seconds())}"


def owed_words(one: ReceiverView, reader: Reader) -> str:
    """Return what waits for it: "12 messages, the oldest for 3 min"."""
    if not one.owed:
        return "Nothing"
    said = say.plural(one.owed, "message", reader.locale)
    since = waits_since(one, reader)
    return f"{said}, {since.replace('oldest ', 'the oldest for ')}" if since else said


def deliveries_href(code: str) -> str:
    """Return where all messages to it are listed."""
    return DeliveriesAddress(subscription=code).href(DELIVERIES_PATH)


def made(one: ReceiverView, reader: Reader) -> str:
    """Return who made it and when it was changed."""
    changed = say.relative(one.updated_at, reader.sent_now)
    return f"{one.created_by}, changed {changed}" if one.updated_at != one.created_at else f"{one.created_by} {changed}"


def losing(one: ReceiverView, reader: Reader, *, noun: str) -> str:
    """Return what would be lost with it."""
    if not one.owed:
        return f"Nothing waits for this {noun}. The record of what was sent to it goes with it."
    return (
        f"{say.plural(one.owed, 'message', reader.locale)} that {'waits' if one.owed == 1 else 'wait'} for this {noun} "
        "will not be sent, and the record of what was sent goes with it."
    )
