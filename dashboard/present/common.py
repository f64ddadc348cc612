"""Words and rows that several pages share. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.sla.views import LocationView
from dashboard import format as say
from dashboard.address import PAGE_SIZE, Address
from dashboard.format import Locale
from dashboard.views.common import STATUS_WORDS, Column, Pager, StatusKey
from models.enums import LocationKind, Method

METHOD_WORDS: dict[Method, str] = {
    Method.SHIP: "Ship to home",
    Method.PICKUP: "Pickup",
    Method.CURBSIDE: "Curbside",
    Method.DELIVERY: "Delivery",
    Method.TRANSFER: "Transfer",
}

KIND_WORDS: dict[str, str] = {
    LocationKind.STORE: "Store",
    LocationKind.WAREHOUSE: "Warehouse",
    LocationKind.DROPSHIP: "Dropship",
    LocationKind.THIRD_PARTY: "3PL",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and when: the business instant, how he writes numbers and dates, and the machine's instant, which is
    the time of deliveries."""

    now: datetime
    locale: Locale = say.AMERICAN
    machine_now: datetime | None = None

    @property
    def sent_now(self) -> datetime:
        """Return the instant that delivery times are measured against."""
        return self.machine_now or self.now


def status_of(view: LocationView) -> StatusKey:
    """Return how a location looks: grey when stale, its colour when it has work, else closed or idle."""
    if view.stale:
        return StatusKey.STALE
    if view.open:
        return StatusKey(view.grade.value)
    return StatusKey.CLOSED if view.closed else StatusKey.IDLE


def place_of(view: LocationView) -> str:
    """Return what and where it is: "Store · Texas"."""
    return " · ".join([view.code, KIND_WORDS.get(view.kind, view.kind), *view.groups[:1]])


def word_of(key: StatusKey) -> str:
    """Return the word of a status."""
    return STATUS_WORDS[key]


def share(part: int, whole: int) -> int:
    """Return whole percents for drawing; anything above zero stays visible."""
    return 0 if not whole or not part else max(2, round(100 * part / whole))


def location_href(code: str) -> str:
    """Return the address of a location's page."""
    return f"/locations/{code}"


def pager(address: Address, path: str, *, shown: int, total: int, noun: str, locale: Locale) -> Pager:
    """Return "51–100 of 150 locations" with the addresses around it."""
    if total == 0:
        return Pager(f"No {say.many(noun)}")
    first, last = address.offset + 1, address.offset + shown
    text = f"{say.count(first, locale)}–{say.count(last, locale)} of {say.plural(total, noun, locale)}"
    if shown == 0:
        text = f"Nothing on this page; {say.plural(total, noun, locale)} in all"
    elif shown == total:
        text = say.plural(total, noun, locale)
    return Pager(
        text,
        previous=address.href(path, page=address.page - 1) if address.page > 1 else "",
        next=address.href(path, page=address.page + 1) if address.offset + PAGE_SIZE < total else "",
    )


def plain_columns(labels: Sequence[tuple[str, str]], *, numeric: Sequence[str] = ()) -> list[Column]:
    """Return heads that do not sort, from (key, label)."""
    return [Column(key, label, numeric=key in numeric) for key, label in labels]
