"""What the Routing page says: the active strategy, key figures, versions. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.routing.figures import LOOKED_AT, RoutingFigures
from dashboard import format as say
from dashboard.address.routing import RoutingAddress
from dashboard.present import common
from dashboard.present.common import Reader
from dashboard.present.routing.versions import EDIT_PATH, PATH, STATE_WORDS, version_href
from dashboard.present.routing.words import strategy_words
from dashboard.present.spark import spark
from dashboard.views.common import Choice, Kpi
from dashboard.views.kept import Version
from dashboard.views.network import Trend
from dashboard.views.routing import RoutingScreen, VersionRow
from models.enums import OrderStatus, RoutingOutcome, StrategyStatus

HOURS = 24
_COLUMNS = (("version", "Version"), ("state", "State"), ("saved", "Saved"))


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from; `active` is None while the strategy that Pickwatch ships decides."""

    active: Version | None
    document: Mapping[str, Any]
    figures: RoutingFigures
    versions: Sequence[Version]
    counts: Mapping[StrategyStatus, int]
    may_write: bool


def screen(facts: Facts, address: RoutingAddress, reader: Reader) -> RoutingScreen:
    """Return the whole page."""
    active = facts.active
    total = sum(facts.counts.values()) if address.state is None else facts.counts[address.state]
    return RoutingScreen(
        active=f"{active.name}, version {active.version}" if active else "The strategy that Pickwatch ships",
        since=_since(active, reader),
        words=strategy_words(facts.document),
        kpis=kpis(facts.figures, reader),
        empty=trend(facts.figures, reader),
        states=_states(facts.counts, address, reader),
        columns=common.plain_columns(_COLUMNS),
        versions=[version_row(one, reader) for one in facts.versions],
        pager=common.pager(address, PATH, shown=len(facts.versions), total=total, noun="version", locale=reader.locale),
        csv=f"/ui/export/strategies.csv?{address.href('', page=1).removeprefix('?')}",
        may_write=facts.may_write,
        edit=EDIT_PATH if active is None else version_href(active.name, active.version),
    )


def _since(active: Version | None, reader: Reader) -> str:
    if active is None:
        return "active until you activate another"
    since = active.activated_at or active.created_at
    return f"active for {say.duration((reader.sent_now - since).total_seconds())}, saved by {active.created_by}"


def kpis(figures: RoutingFigures, reader: Reader) -> list[Kpi]:
    """Return the figures of the strip."""
    outcomes, waiting = figures.outcomes, figures.waiting
    routed = outcomes[RoutingOutcome.ASSIGNED] + outcomes[RoutingOutcome.SPLIT] + outcomes[RoutingOutcome.PARTIAL]
    empty = outcomes[RoutingOutcome.NONE] + outcomes[RoutingOutcome.PARTIAL]
    split = outcomes[RoutingOutcome.SPLIT]
    more = "+" if figures.capped else ""
    of = f"of the last {say.count(LOOKED_AT, reader.locale)}" if figures.capped else f"in {HOURS} h"
    unassigned = waiting[OrderStatus.UNASSIGNED] + waiting[OrderStatus.PARTLY_ROUTED]
    return [
        Kpi("Routed", f"{say.count(routed, reader.locale)}{more}", "orders in 24 h"),
        Kpi("Split", say.percent(split, routed, reader.locale), f"{say.count(split, reader.locale)} {of}"),
        Kpi("Waiting for a location", say.count(unassigned, reader.locale), _others(waiting, reader)),
        Kpi("Found no location", say.count(empty, reader.locale), f"empty or partial, {of}"),
    ]


def _others(waiting: Mapping[OrderStatus, int], reader: Reader) -> str:
    words = ((OrderStatus.BACKORDERED, "backordered"), (OrderStatus.CUSTOMER_CARE, "with care"))
    said = [f"{say.count(waiting[status], reader.locale)} {word}" for status, word in words if waiting[status]]
    return ", ".join(said) or "none backordered"


def trend(figures: RoutingFigures, reader: Reader) -> Trend:
    """Return empty suggestions by hour as a line; the last point is the running hour."""
    counts = by_hour(figures.empties, reader.now, hours=HOURS)
    line, area = spark(counts, high=max(4, *counts))
    return Trend(say.count(counts[-1], reader.locale), "in the last hour", line, area)


def by_hour(instants: Sequence[datetime], now: datetime, *, hours: int) -> list[int]:
    """Return how many fall into each of the last `hours` hours before `now`, oldest first."""
    counts = [0] * hours
    for instant in instants:
        age = int((now - instant) / timedelta(hours=1))
        if 0 <= age < hours:
            counts[hours - 1 - age] += 1
    return counts


def _states(counts: Mapping[StrategyStatus, int], address: RoutingAddress, reader: Reader) -> list[Choice]:
    def one(status: StrategyStatus | None, word: str, number: int) -> Choice:
        value, href = status.value if status else "", address.href(PATH, state=status)
        return Choice(value, word, href, active=address.state is status, count=say.count(number, reader.locale))

    every = one(None, "All", sum(counts.values()))
    return [every, *[one(status, word, counts[status]) for status, word in STATE_WORDS.items()]]


def version_row(one: Version, reader: Reader) -> VersionRow:
    """Return a version as a row of the list."""
    return VersionRow(
        key=f"{one.name}:{one.version}",
        name=one.name,
        version=f"{one.name} {one.version}",
        state=one.status,
        word=STATE_WORDS[StrategyStatus(one.status)],
        note=one.note or "No note",
        who=one.created_by,
        when=say.relative(one.created_at, reader.sent_now),
        title=say.at_place(one.created_at, "UTC", reader.sent_now, reader.locale),
        href=version_href(one.name, one.version),
    )
