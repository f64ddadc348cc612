"""What the page Channels says: each channel, how it fares, what it is owed, who uses it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.receivers import ReceiverView
from dashboard import format as say
from dashboard.address.receivers import ReceiversAddress
from dashboard.present.common import Reader
from dashboard.present.receivers import listing, schema_form
from dashboard.present.receivers.health import fares
from dashboard.present.receivers.kinds import Kind
from dashboard.present.receivers.listing import CHANNELS_PATH
from dashboard.present.sheet import Cell
from dashboard.views.receivers import PolicyLink, ReceiverDetail, ReceiversScreen
from models.alerting import ReceiverKind

_COLUMNS = (("name", "Channel"), ("kind", "Kind"), ("health", "State"), ("last", "Last taken"), ("owed", "Owed"))
SHEET = ("code", "name", "kind", "state", "failing_since", "last_taken_at", "owed", "last_error")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from; `policies` are the titles of those that tell the opened channel, by code."""

    channels: Sequence[ReceiverView]
    kinds: Mapping[ReceiverKind, Kind]
    opened: ReceiverView | None
    policies: Mapping[str, str]
    may_write: bool


def screen(facts: Facts, address: ReceiversAddress, reader: Reader) -> ReceiversScreen:
    """Return the whole page."""
    page = listing.page(facts.channels, address, reader, path=CHANNELS_PATH, noun="channel", columns=_COLUMNS)
    return ReceiversScreen(
        states=page.states,
        columns=page.columns,
        rows=[
            listing.row(one, address, reader, path=CHANNELS_PATH, kind=facts.kinds[one.kind].title, about=_about(one))
            for one in page.shown
        ],
        pager=page.pager,
        csv=f"/ui/export/channels.csv?{address.href('', page=1, code='').removeprefix('?')}",
        detail=detail(facts, address, reader) if facts.opened else ReceiverDetail(),
        may_write=facts.may_write,
    )


def _about(one: ReceiverView) -> str:
    return " · ".join(part for part in (one.title, one.where) if part)


def detail(facts: Facts, address: ReceiversAddress, reader: Reader) -> ReceiverDetail:
    """Return the opened channel."""
    one = facts.opened
    assert one is not None  # noqa: S101  # `screen` asks only then
    how = fares(one, reader)
    return ReceiverDetail(
        code=one.code,
        heading=one.title or one.code,
        kind=facts.kinds[one.kind].title,
        health=how.look,
        word=how.word,
        more=how.more,
        facts=_facts(one, facts.kinds[one.kind], reader),
        policies=[
            PolicyLink(code, title, f"{listing.POLICY_PATH}?code={code}") for code, title in facts.policies.items()
        ],
        deliveries=listing.deliveries_href(one.code),
        close=address.href(CHANNELS_PATH, code="", page=address.page),
        may_write=facts.may_write,
        rotates=facts.kinds[one.kind].ours,
        paused=one.paused,
        disabled=not one.enabled,
        losing=_losing(one, facts.policies, reader),
        version=one.version,
    )


def _facts(one: ReceiverView, kind: Kind, reader: Reader) -> list[tuple[str, str]]:
    told = [("Code", one.code), ("Owed", listing.owed_words(one, reader))]
    if one.last_error:
        told.append(("Last error", one.last_error))
    if kind.url is not None:
        told.append((kind.url.title, one.url or kind.url.default))
    if kind.secret is not None:
        told.append((kind.secret.title, _secret(one, reader)))
    told += schema_form.shown(kind.schema, one.config)
    if one.calls_back:
        told.append(("Secret of its webhooks to us", "Set"))
    return [*told, ("Made by", listing.made(one, reader))]


def _secret(one: ReceiverView, reader: Reader) -> str:
    if one.previous_until and one.previous_until > reader.sent_now:
        return f"Set. The one before is good for another {_left(one, reader)}."
    return "Set" if one.has_secret else "Not set"


def _left(one: ReceiverView, reader: Reader) -> str:
    until = one.previous_until or reader.sent_now
    return say.duration((until - reader.sent_now).total_seconds())


def _losing(one: ReceiverView, policies: Mapping[str, str], reader: Reader) -> str:
    lost = listing.losing(one, reader, noun="channel")
    if not policies:
        return lost
    told = ", ".join(policies.values())
    return f"These policies tell it and will tell nobody by it: {told}. {lost}"


def sheet_row(one: ReceiverView, reader: Reader) -> tuple[Cell, ...]:
    """Return a channel as a row of `SHEET`."""
    return (
        one.code,
        one.title,
        one.kind.value,
        fares(one, reader).word,
        one.failing_since,
        one.last_delivered_at,
        one.owed,
        one.last_error,
    )
