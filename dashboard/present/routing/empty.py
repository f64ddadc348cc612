"""What the page of empty suggestions says. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.routing.decisions import EMPTY
from backend.routing.figures import EmptyView, RoutingFigures
from dashboard import format as say
from dashboard.address.routing import EmptyAddress
from dashboard.present import common, orders
from dashboard.present.common import Reader
from dashboard.present.routing.overview import trend
from dashboard.present.routing.reasons import reason_words
from dashboard.present.routing.versions import EMPTY_PATH
from dashboard.views.common import Choice
from dashboard.views.routing import EmptyRow, EmptyScreen, Share
from models.enums import Method, OrderStatus, RoutingOutcome

OUTCOME_WORDS = {RoutingOutcome.NONE: "Found nothing", RoutingOutcome.PARTIAL: "Found a part"}
_NOW = {
    OrderStatus.UNASSIGNED: "waits for a location",
    OrderStatus.PARTLY_ROUTED: "its rest waits",
    OrderStatus.BACKORDERED: "on backorder",
    OrderStatus.CUSTOMER_CARE: "with customer care",
    OrderStatus.PLACED: "waits for routing",
    OrderStatus.HELD: "on hold",
    OrderStatus.ROUTED: "has a location by now",
    OrderStatus.FULFILLED: "fulfilled by now",
    OrderStatus.CANCELLED: "cancelled",
}
_COLUMNS = (("order", "Order"), ("reason", "Main reason"), ("now", "Now"), ("when", "When"))
_MOST_REASONS = 8


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from."""

    figures: RoutingFigures
    counts: Mapping[RoutingOutcome, int]
    reasons: Sequence[tuple[str, int]]
    found: Sequence[EmptyView]


def screen(facts: Facts, address: EmptyAddress, reader: Reader) -> EmptyScreen:
    """Return the whole page."""
    total = sum(facts.counts.values()) if address.outcome is None else facts.counts[address.outcome]
    return EmptyScreen(
        trend=trend(facts.figures, reader),
        outcomes=_outcomes(facts.counts, address, reader),
        columns=common.plain_columns(_COLUMNS),
        rows=[row(one, reader) for one in facts.found],
        pager=common.pager(
            address, EMPTY_PATH, shown=len(facts.found), total=total, noun="suggestion", locale=reader.locale
        ),
        csv=f"/ui/export/empty-suggestions.csv?{address.href('', page=1).removeprefix('?')}",
        reasons=_reasons(facts.reasons, reader),
    )


def _outcomes(counts: Mapping[RoutingOutcome, int], address: EmptyAddress, reader: Reader) -> list[Choice]:
    def one(outcome: RoutingOutcome | None, word: str, number: int) -> Choice:
        value, href = outcome.value if outcome else "", address.href(EMPTY_PATH, outcome=outcome)
        return Choice(value, word, href, active=address.outcome is outcome, count=say.count(number, reader.locale))

    every = one(None, "All", sum(counts.values()))
    return [every, *[one(outcome, OUTCOME_WORDS[outcome], counts[outcome]) for outcome in EMPTY]]


def _reasons(reasons: Sequence[tuple[str, int]], reader: Reader) -> list[Share]:
    most = max((number for _, number in reasons), default=0)
    return [
        Share(reason_words(reason), say.count(number, reader.locale), common.share(number, most))
        for reason, number in reasons[:_MOST_REASONS]
    ]


def row(one: EmptyView, reader: Reader) -> EmptyRow:
    """Return a decision that left something without a place."""
    tries = f"try {one.attempt}" if one.attempt > 1 else ""
    what = [say.plural(one.units, "unit", reader.locale), common.METHOD_WORDS[Method(one.method)], one.channel]
    again = f"again {say.relative(one.again_at, reader.now)}" if one.again_at else ""
    return EmptyRow(
        key=str(one.id),
        order=one.external_id,
        what=" · ".join([*what, *([tries] if tries else [])]),
        outcome=OUTCOME_WORDS[one.outcome],
        reason=reason_words(one.reason),
        now=_NOW.get(one.status, one.status.value),
        again=again,
        when=say.relative(one.at, reader.now),
        title=say.at_place(one.at, "UTC", reader.now, reader.locale),
        href=orders.href(one.order_id),
    )
