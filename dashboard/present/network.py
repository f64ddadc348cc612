"""What the Network page says. Pure: the backend's figures and the address in, words and links out."""

from __future__ import annotations

from collections.abc import Sequence

from backend.sla.grading import Thresholds, describe
from backend.sla.views import Direction, LocationPage, LocationSort, LocationView, Shown, SummaryView, TrendPoint
from dashboard import format as say
from dashboard.address import NetworkAddress
from dashboard.present import common
from dashboard.present.common import METHOD_WORDS, Reader
from dashboard.present.spark import spark
from dashboard.views.common import STATUS_WORDS, Choice, Column, Hit, Kpi, Pager, StatusKey
from dashboard.views.network import Card, NetworkRow, NetworkScreen, Trend

PATH = "/"
_SHOWN_WORDS = {
    Shown.NON_COMPLIANT: "Non-Compliant",
    Shown.AT_RISK: "At Risk",
    Shown.COMPLIANT: "Compliant",
    Shown.STALE: "No fresh data",
}
KPI_LABELS = ("Open shipments", "At Risk", "Non-Compliant", "Orders/second", "Oldest open")
COMPLIANT = "Compliant"
_COLUMNS = (
    ("name", "Location", LocationSort.NAME, False),
    ("status", "Status", LocationSort.WORST, False),
    ("late", "Non-Compliant", LocationSort.NON_COMPLIANT, True),
    ("risk", "At Risk", LocationSort.AT_RISK, True),
    ("open", "Open", LocationSort.OPEN, True),
    ("since", "For", LocationSort.SINCE, False),
)


def kpis(summary: SummaryView, reader: Reader) -> list[Kpi]:
    """Return the figures of the strip, over the locations that the filters leave."""
    locale, counts = reader.locale, summary.counts
    oldest = summary.oldest_placed_at
    return [
        Kpi(
            "Open shipments", say.count(counts.open, locale), f"in {say.plural(summary.locations, 'location', locale)}"
        ),
        Kpi(
            "At Risk",
            say.count(counts.at_risk, locale),
            f"{say.percent(counts.at_risk, counts.open, locale)} of open",
            StatusKey.AT_RISK,
        ),
        Kpi(
            "Non-Compliant",
            say.count(counts.non_compliant, locale),
            f"{say.percent(counts.non_compliant, counts.open, locale)} of open",
            StatusKey.NON_COMPLIANT,
        ),
        Kpi("Orders/second", say.rate(summary.orders_per_second, locale), "last minute"),
        Kpi(
            "Oldest open",
            say.duration((reader.now - oldest).total_seconds()) if oldest else say.NOTHING,
            "since placed",
        ),
    ]


def compliance(points: Sequence[TrendPoint], summary: SummaryView, reader: Reader) -> Trend:
    """Return the share of open shipments that are on time: now, and as it went."""
    shares = [point.counts.compliant / point.counts.open for point in points if point.counts.open]
    now = say.percent(summary.counts.compliant, summary.counts.open, reader.locale)
    if len(shares) < 2:
        return Trend(now, "of open shipments")
    line, area = spark(shares, low=max(0.0, min(shares) - 0.1), high=1.0)
    return Trend(now, f"last {say.duration((points[-1].at - points[0].at).total_seconds())}", line, area)


def statuses(summary: SummaryView, address: NetworkAddress, reader: Reader) -> list[Choice]:
    """Return the status filter with the number of locations of each; `summary` is without the status filter."""
    every = Choice(
        "",
        "All",
        address.href(PATH, status=None),
        active=address.status is None,
        count=say.count(summary.locations, reader.locale),
    )
    return [every] + [
        Choice(
            shown.value,
            word,
            address.href(PATH, status=shown),
            active=address.status is shown,
            count=say.count(summary.shown.get(shown, 0), reader.locale),
        )
        for shown, word in _SHOWN_WORDS.items()
    ]


def methods() -> list[tuple[str, str]]:
    """Return the filter by fulfilment method."""
    return [("", "All methods"), *[(method.value, word) for method, word in METHOD_WORDS.items()]]


def columns(address: NetworkAddress) -> list[Column]:
    """Return the heads: a first click on a number sorts from many to few, a second click turns it round."""
    return [_head(address, key, label, sort, numeric) for key, label, sort, numeric in _COLUMNS]


def _head(address: NetworkAddress, key: str, label: str, sort: LocationSort, numeric: bool) -> Column:  # noqa: FBT001
    first, second = _DIRECTIONS if numeric else _DIRECTIONS[::-1]
    active = address.sort is sort
    direction = second if active and address.direction is first else first
    down = (address.direction is Direction.DESCENDING) != (sort is LocationSort.WORST)  # its "first" is the worst
    sorted_ = ("descending" if down else "ascending") if active else "none"
    return Column(key, label, address.href(PATH, sort=sort, direction=direction), sorted_, numeric)


_DIRECTIONS = (Direction.DESCENDING, Direction.ASCENDING)


def row(view: LocationView, address: NetworkAddress, reader: Reader) -> NetworkRow:
    """Return a location as a row of the list."""
    key = common.status_of(view)
    counts = view.counts
    return NetworkRow(
        key=view.code,
        name=view.name,
        place=common.place_of(view),
        status=key,
        word=common.word_of(key),
        recovering=recovering_briefly(view, reader),
        open=say.count(counts.open, reader.locale),
        at_risk=say.count(counts.at_risk, reader.locale),
        late=say.count(counts.non_compliant, reader.locale),
        late_share=common.share(counts.non_compliant, counts.open),
        risk_share=common.share(counts.at_risk, counts.open),
        since=say.duration((reader.now - view.since).total_seconds()) if view.since else say.NOTHING,
        since_title=say.at_place(view.since, view.time_zone, reader.now, reader.locale) if view.since else "",
        href=address.href(PATH, at=view.code, page=address.page),
        page=common.location_href(view.code),
        chosen=view.code == address.at,
    )


def screen(
    *,
    summary: SummaryView,
    page: LocationPage,
    gone: Sequence[LocationView] = (),
    trend: Sequence[TrendPoint],
    groups: Sequence[str],
    rule: Thresholds,
    thresholds: Thresholds,
    chosen: LocationView | None,
    address: NetworkAddress,
    reader: Reader,
) -> NetworkScreen:
    """Return the whole page; `gone` are locations still on screen that the list has left behind, `rule` is
    the legend's, `thresholds` those of the chosen location.

    `summary` is without the status filter, so that every status keeps its number.
    """
    return NetworkScreen(
        on_page=len(page.items),
        spoken=spoken(summary, reader),
        kpis=kpis(summary, reader),
        compliance=compliance(trend, summary, reader),
        statuses=statuses(summary, address, reader),
        methods=methods(),
        groups=[("", "All groups"), *((code, code) for code in groups)],
        columns=columns(address),
        rows=[row(view, address, reader) for view in (*page.items, *gone)],
        pager=pager(page, address, reader),
        csv=f"/ui/export/locations.csv?{query_string(address)}",
        card=card(chosen, address, thresholds, reader) if chosen else Card(),
        rule=describe(rule),
    )


def spoken(summary: SummaryView, reader: Reader) -> str:
    """Return the one sentence worth interrupting for: it changes only with the number of Non-Compliant locations."""
    number = summary.shown.get(Shown.NON_COMPLIANT, 0)
    if not number:
        return "No location is Non-Compliant."
    verb = "is" if number == 1 else "are"
    return f"{say.plural(number, 'location', reader.locale)} {verb} Non-Compliant."


def query_string(address: NetworkAddress) -> str:
    """Return the filters alone, for the map and the CSV: "status=at_risk", or nothing."""
    return address.href("", page=1, at="", view="map", wall=0).removeprefix("?")


def pager(page: LocationPage, address: NetworkAddress, reader: Reader) -> Pager:
    """Return where one is in the list."""
    return common.pager(address, PATH, shown=len(page.items), total=page.total, noun="location", locale=reader.locale)


def card(view: LocationView, address: NetworkAddress, thresholds: Thresholds, reader: Reader) -> Card:
    """Return the chosen location: its counts, why it has its colour, and where to go on."""
    key = common.status_of(view)
    locale, counts = reader.locale, view.counts
    return Card(
        code=view.code,
        name=view.name,
        place=common.place_of(view),
        status=key,
        word=common.word_of(key),
        since=say.lasting(view.since, view.time_zone, reader.now, locale) if view.since else "",
        why=why(view, thresholds, reader),
        local_time=say.at_place(reader.now, view.time_zone, reader.now, locale),
        counts=[
            Kpi("Non-Compliant", say.count(counts.non_compliant, locale), tone=StatusKey.NON_COMPLIANT),
            Kpi("At Risk", say.count(counts.at_risk, locale), tone=StatusKey.AT_RISK),
            Kpi("Compliant", say.count(counts.compliant, locale), tone=StatusKey.COMPLIANT),
        ],
        page=common.location_href(view.code),
        close=address.href(PATH, at="", page=address.page),
    )


def hit(view: LocationView) -> Hit:
    """Return a location as the search shows it."""
    key = common.status_of(view)
    return Hit(view.name, common.place_of(view), key, common.word_of(key), common.location_href(view.code))


def why(view: LocationView, thresholds: Thresholds, reader: Reader) -> str:
    """Return in one or two sentences what decided the colour."""
    locale, counts = reader.locale, view.counts
    if view.stale and view.data_seen_at:
        seen = say.moment(view.data_seen_at, view.time_zone, reader.now, locale)
        return f"Nothing was heard from here since {seen}. What is shown may be out of date."
    if not counts.open:
        return "No open shipments." + _closed(view)
    if said := recovering(view, reader):
        return said + _closed(view)
    late = say.plural(counts.non_compliant, "open shipment", locale)
    if counts.non_compliant:
        verb = "is" if counts.non_compliant == 1 else "are"
        share = say.percent(counts.non_compliant, counts.open, locale)
        return (
            f"{late} {verb} late: {share} of {say.count(counts.open, locale)}. "
            f"From {thresholds.non_compliant_percent}% on it is Non-Compliant.{_closed(view)}"
        )
    if counts.at_risk:
        share = say.percent(counts.at_risk, counts.open, locale)
        return (
            f"{say.plural(counts.at_risk, 'open shipment', locale)} will soon be late: {share} of "
            f"{say.count(counts.open, locale)}. From {thresholds.at_risk_percent}% on it is At Risk.{_closed(view)}"
        )
    return f"All {say.plural(counts.open, 'open shipment', locale)} are on time.{_closed(view)}"


def recovering(view: LocationView, reader: Reader) -> str:
    """Return why it keeps a colour that its counts no longer have, and what it turns into when; empty when it does
    not."""
    held = view.held
    if held is None or not view.open:
        return ""
    counts, locale = view.counts, reader.locale
    since, until = (say.wall_time(at, view.time_zone, reader.now, locale) for at in (held.since, held.until))
    return (
        f"Recovering: {say.count(counts.non_compliant, locale)} late and {say.count(counts.at_risk, locale)} at risk "
        f"of {say.count(counts.open, locale)}, below the limit since {since}. "
        f"It turns {STATUS_WORDS[StatusKey(held.becomes.value)]} at {until} in {say.city(view.time_zone)} "
        "if it stays so."
    )


def recovering_briefly(view: LocationView, reader: Reader) -> str:
    """Return the same for a list: "recovering, until 12:13"."""
    held = view.held
    if held is None or not view.open or view.stale:
        return ""
    return f"recovering, until {say.wall_time(held.until, view.time_zone, reader.now, reader.locale)}"


def _closed(view: LocationView) -> str:
    if view.closed_reason:
        return f" Closed: {view.closed_reason}."
    return " Closed now." if view.closed else ""
