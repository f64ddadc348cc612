"""What a location's page says. Pure: the backend's figures and the address in, words and links out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.browse import AlertView
from alerts.queries import DeliveryView
from backend.events.queries import EventView
from backend.sla.grading import Thresholds, describe
from backend.sla.views import ClockView, LocationView, QueueItem
from dashboard import format as say
from dashboard.address import LocationAddress, NetworkAddress
from dashboard.present import common, events, hours
from dashboard.present.alerts.here import here
from dashboard.present.common import METHOD_WORDS, Reader
from dashboard.present.deliveries import STATE_WORDS
from dashboard.present.network import why
from dashboard.present.orders import href as order_href
from dashboard.present.shipments import SLA_WORDS, STEP_WORDS
from dashboard.views.common import Choice, Kpi, StatusKey
from dashboard.views.controls import PlannedWave, Running
from dashboard.views.location import LocationHead, LocationScreen, QueueRow, Told
from models.enums import Method

_RUNBOOKS = {
    StatusKey.NON_COMPLIANT: "location-non-compliant",
    StatusKey.AT_RISK: "location-at-risk",
    StatusKey.STALE: "location-grey",
}
_COLUMNS = (("order", "Order"), ("status", "Status"), ("left", "Time left"), ("step", "Step"))


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from; `deliveries` is None for those who may not see them,
    `orders` says whether orders may be opened."""

    view: LocationView
    hours: Mapping[str, Any]
    thresholds: Thresholds
    queue: Sequence[QueueItem]
    queued: int
    events: Sequence[EventView]
    deliveries: Sequence[DeliveryView] | None
    running: Sequence[Running] = ()
    orders: bool = False
    may_control: bool = False
    may_hand: bool = False
    waves: Sequence[PlannedWave] = ()
    alerts: Sequence[AlertView] = ()


def screen(facts: Facts, address: LocationAddress, reader: Reader) -> LocationScreen:
    """Return the whole page but its charts."""
    view, zone = facts.view, facts.view.time_zone
    path = common.location_href(view.code)
    query = address.href("", page=1).removeprefix("?")
    return LocationScreen(
        head=head(facts, reader),
        kpis=kpis(view, reader),
        methods=methods(view, address),
        bands=bands(view, address, reader),
        columns=common.plain_columns(_COLUMNS),
        queue=[row(item, zone, reader, orders=facts.orders) for item in facts.queue],
        pager=common.pager(
            address, path, shown=len(facts.queue), total=facts.queued, noun="shipment", locale=reader.locale
        ),
        csv=f"/ui/export/queue/{view.code}.csv?{query}",
        week=hours.week(facts.hours, zone, reader),
        exceptions=hours.exceptions(facts.hours, zone, reader),
        entries=events.entries(facts.events, zone, reader),
        told=None if facts.deliveries is None else [told(one, reader) for one in facts.deliveries],
        rule=describe(facts.thresholds),
        running=list(facts.running),
        may_control=facts.may_control,
        may_hand=facts.may_hand,
        waves=list(facts.waves),
        offered=[method.value for method in Method if method in view.methods],
        alerts=here(facts.alerts, reader),
    )


def head(facts: Facts, reader: Reader) -> LocationHead:
    """Return the name, the colour and why, and the hours of today."""
    view = facts.view
    key = common.status_of(view)
    return LocationHead(
        code=view.code,
        name=view.name,
        place=" · ".join([view.code, common.KIND_WORDS.get(view.kind, view.kind)]),
        status=key,
        word=common.word_of(key),
        since=say.lasting(view.since, view.time_zone, reader.now, reader.locale) if view.since else "",
        why=why(view, facts.thresholds, reader),
        runbook=f"/runbooks/{_RUNBOOKS[key]}" if key in _RUNBOOKS else "",
        hours_today=hours.now(facts.hours, view.time_zone, view.closed_reason, reader),
        local_time=say.at_place(reader.now, view.time_zone, reader.now, reader.locale),
        groups=[Choice(group, group, NetworkAddress(group=group).href("/"), active=False) for group in view.groups],
    )


def kpis(view: LocationView, reader: Reader) -> list[Kpi]:
    """Return the counts of running and finished promises."""
    locale, counts = reader.locale, view.counts
    done = view.met + view.missed
    return [
        _standing(StatusKey.NON_COMPLIANT, counts.non_compliant, view, reader),
        _standing(StatusKey.AT_RISK, counts.at_risk, view, reader),
        _standing(StatusKey.COMPLIANT, counts.compliant, view, reader),
        Kpi("Open shipments", say.count(counts.open, locale), "being worked on"),
        Kpi("Promises kept", say.percent(view.met, done, locale), f"of {say.count(done, locale)} finished"),
    ]


def _standing(key: StatusKey, number: int, view: LocationView, reader: Reader) -> Kpi:
    """Return a count by the word that stands on the pills too."""
    return Kpi(common.word_of(key), say.count(number, reader.locale), _of(number, view, reader), key)


def _of(part: int, view: LocationView, reader: Reader) -> str:
    return f"{say.percent(part, view.counts.open, reader.locale)} of open" if view.open else ""


def methods(view: LocationView, address: LocationAddress) -> list[tuple[str, str]]:
    """Return the methods this place offers as a filter of its queue."""
    offered = [method for method in Method if method in view.methods or method is address.method]
    return [("", "All methods"), *[(method.value, METHOD_WORDS[method]) for method in offered]]


def bands(view: LocationView, address: LocationAddress, reader: Reader) -> list[Choice]:
    """Return the filter of the queue by band, with the counts."""
    path, locale = common.location_href(view.code), reader.locale
    every = Choice("", "All", address.href(path, sla=None), active=address.sla is None)
    return [every] + [
        Choice(
            band.value,
            word,
            address.href(path, sla=band),
            active=address.sla is band,
            count=say.count(getattr(view.counts, band.value), locale),
        )
        for band, word in SLA_WORDS.items()
    ]


def row(item: QueueItem, time_zone: str, reader: Reader, *, orders: bool = False) -> QueueRow:
    """Return an open shipment as a row of the queue, with a link to its order for those who may see `orders`."""
    key = StatusKey(item.sla_status.value) if item.sla_status else StatusKey.IDLE
    clock = next((clock for clock in item.clocks if clock.due_at == item.due_at), None)
    method = METHOD_WORDS[Method(item.method)]
    return QueueRow(
        key=str(item.shipment_id),
        order=item.external_id,
        href=order_href(item.order_id) if orders else "",
        what=f"{method} · {say.plural(item.units, 'unit', reader.locale)}",
        step=STEP_WORDS.get(item.status, item.status),
        held="On hold" if item.held else "",
        status=key,
        word=SLA_WORDS[item.sla_status] if item.sla_status else "Not counted",
        due=say.due(item.due_at, reader.now) if item.due_at else "Clock stands still",
        due_title=say.at_place(item.due_at, time_zone, reader.now, reader.locale) if item.due_at else "",
        left=left(clock, reader),
    )


def left(clock: ClockView | None, reader: Reader) -> int:
    """Return the percent of the allowed time that is left; 0 when late or when nothing runs."""
    if clock is None:
        return 0
    allowed = (clock.due_at - clock.started_at).total_seconds()
    remaining = (clock.due_at - reader.now).total_seconds()
    return 0 if allowed <= 0 else max(0, min(100, round(100 * remaining / allowed)))


def told(delivery: DeliveryView, reader: Reader) -> Told:
    """Return who was told of this place, and whether it arrived."""
    return Told(
        key=str(delivery.id),
        text=f"{delivery.event_type} to {delivery.subscription}",
        when=say.relative(delivery.created_at, reader.sent_now),
        state=STATE_WORDS[delivery.status],
        href=f"/deliveries?id={delivery.id}",
    )
