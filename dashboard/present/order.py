"""What an order's page says: the answer, the story, where each unit is, the shipments. Pure; the answer is
`answer.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alerts.browse import AlertView
from backend.fulfillment.workflow import has_left
from backend.orders.rules import ALLOWED, OrderCommand
from backend.orders.story import Entry, Kind
from backend.orders.whole import LinePart, OrderWhole, ShipmentPart
from backend.paper.documents import address_lines
from dashboard import format as say
from dashboard.address import ReturnsAddress
from dashboard.present.alerts.here import here
from dashboard.present.answer import answer, until
from dashboard.present.common import METHOD_WORDS, Reader, location_href
from dashboard.present.money import money
from dashboard.present.order_shipment import shipment
from dashboard.present.orders import ORDER_WORDS
from dashboard.present.shipments import STEP_WORDS
from dashboard.present.why import reckoned
from dashboard.views.moves import Moves
from dashboard.views.order import (
    Fact,
    LineRow,
    OrderHead,
    OrderScreen,
    ShipmentCard,
    StoryLine,
    UnitsAt,
    WhyLine,
)
from models.enums import OrderStatus, Remainder, ShipmentStatus

_REST = {
    Remainder.UNASSIGNED: "wait: no location has them",
    Remainder.BACKORDERED: "wait for stock",
    Remainder.CUSTOMER_CARE: "wait for somebody to decide",
    None: "wait for a location",
}
#: Kinds of a story that are steps of work: who did it adds nothing for a customer.
_NOBODY = ("system", "demo")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from. `promise` is the document of its sum, empty when it was not reckoned; `may` says
    whether the reader may change orders, `returns` whether he may let customers send things back, `moves` what he may
    do to each shipment."""

    order: OrderWhole
    story: Sequence[Entry]
    why: Sequence[WhyLine] = ()
    steps: Sequence[WhyLine] = ()
    decided: str = ""
    promise: Mapping[str, Any] = field(default_factory=dict)
    may: Collection[OrderCommand] = ()
    alerts: Sequence[AlertView] = ()
    returns: bool = False
    moves: Mapping[int, Moves] = field(default_factory=dict)


def screen(facts: Facts, reader: Reader) -> OrderScreen:
    """Return the whole page."""
    order = facts.order
    return OrderScreen(
        head=head(facts, reader),
        answer=answer(order, _reasons(facts.story), reader),
        story=story(facts, reader),
        lines=[line(part, order, reader) for part in order.lines],
        total=money(order.total_minor, reader.locale) if order.total_minor else "",
        shipments=_shipments(facts, reader),
        customer=customer(order),
        address=list(address_lines(order.ship_to)),
        promise=reckoned(facts.promise, order.time_zone, reader, _names(order)),
        why=list(facts.why),
        why_steps=list(facts.steps),
        decided=facts.decided,
        alerts=here(facts.alerts, reader),
    )


def _shipments(facts: Facts, reader: Reader) -> list[ShipmentCard]:
    zone, may = facts.order.time_zone, facts.moves
    return [shipment(part, zone, may.get(part.id, Moves(part.id)), reader) for part in facts.order.shipments]


def head(facts: Facts, reader: Reader) -> OrderHead:
    """Return what stands on top, and what may be done."""
    order = facts.order
    may = {command for command in facts.may if order.status in ALLOWED[command]}
    live = [part for part in order.shipments if part.status is not ShipmentStatus.CANCELLED]
    if all(has_left(part.method, part.status) for part in live) and not any(part.open for part in order.lines):
        may -= {OrderCommand.HOLD, OrderCommand.CANCEL}
    return OrderHead(
        id=order.id,
        number=order.external_id,
        about=f"{METHOD_WORDS[order.method]} · {order.channel} · {order.service_level}",
        state=order.status.value,
        state_word=ORDER_WORDS[order.status],
        placed=say.moment(order.placed_at, order.time_zone, reader.now, reader.locale),
        zone=f"Times are those of {say.city(order.time_zone)}",
        version=order.version,
        may_hold=OrderCommand.HOLD in may,
        may_release=OrderCommand.RELEASE in may,
        may_cancel=OrderCommand.CANCEL in may,
        send_back=ReturnsAddress(order=order.id).href("/returns") if facts.returns and _is_out(live) else "",
    )


def _is_out(live: Sequence[ShipmentPart]) -> bool:
    return any(part.status in (ShipmentStatus.SHIPPED, ShipmentStatus.HANDED_OVER) for part in live)


def _names(order: OrderWhole) -> dict[str, str]:
    here = [part.where for part in order.shipments]
    here += [arrival.where for part in order.lines for arrival in part.arrivals]
    return {where.code: where.name for where in here}


def _reasons(entries: Sequence[Entry]) -> dict[str, str]:
    """Return why it was held and cancelled, by the last entry that says so."""
    reasons = {}
    for entry in entries:
        words, _, reason = entry.words.partition(": ")
        if entry.kind is Kind.STOPPED and words == "Put on hold":
            reasons["held"] = reason
        if entry.kind is Kind.CANCELLED and reason:  # the order's own, or that of the shipments called back with it
            reasons["cancelled"] = reason
    return reasons


def story(facts: Facts, reader: Reader) -> list[StoryLine]:
    """Return what happened, oldest first, and at the end what is promised."""
    zone = facts.order.time_zone
    lines = [
        StoryLine(
            key=str(number),
            text=entry.words,
            detail=_detail(entry, again, zone, reader),
            kind=entry.kind.value,
            when=say.wall_time(entry.at, zone, reader.now, reader.locale),
            title=say.moment(entry.at, zone, reader.now, reader.locale),
            by="" if entry.actor.startswith(_NOBODY) else f"by {entry.actor}",
        )
        for number, (entry, again) in enumerate(_folded(facts.story))
    ]
    next_ = _next_due(facts.order)
    if next_ is not None and (due := next_.due_at):
        lines.append(
            StoryLine(
                "ahead",
                f"{'To' if due > reader.now else 'Was to'} {until(next_)} by then",
                say.due(due, reader.now),
                "ahead",
                when=say.wall_time(due, zone, reader.now, reader.locale),
                title=say.moment(due, zone, reader.now, reader.locale),
                ahead=True,
            )
        )
    return lines


def _folded(entries: Sequence[Entry]) -> list[tuple[Entry, list[datetime]]]:
    """Return the entries; one that says again what is waited for is told by its moment at the first that said so."""
    kept: list[tuple[Entry, list[datetime]]] = []
    waits: dict[tuple[str, str | None], list[datetime]] = {}
    for entry in entries:
        if entry.kind is not Kind.WAITING:
            waits = {}
        elif (again := waits.get((entry.words, entry.detail))) is not None:
            again.append(entry.at)
            continue
        kept.append((entry, []))
        waits[entry.words, entry.detail] = kept[-1][1]
    return kept


def _detail(entry: Entry, again: Sequence[datetime], zone: str, reader: Reader) -> str:
    if not again:
        return entry.detail or ""
    tries = say.plural(len(again), "time", reader.locale)
    last = say.wall_time(again[-1], zone, reader.now, reader.locale)
    words = f"Tried again {tries}, last {last}"
    return f"{entry.detail} · {words}" if entry.detail else words


def _next_due(order: OrderWhole) -> ShipmentPart | None:
    if order.status in (OrderStatus.FULFILLED, OrderStatus.CANCELLED, OrderStatus.HELD):
        return None
    return min((part for part in order.shipments if part.due_at), key=_due_at, default=None)


def _due_at(part: ShipmentPart) -> float:
    return part.due_at.timestamp() if part.due_at else 0.0


def line(part: LinePart, order: OrderWhole, reader: Reader) -> LineRow:
    """Return a product and where each unit of it is."""
    locale = reader.locale
    where = [
        UnitsAt(
            f"{say.count(shipment.units[part.id], locale)} at {shipment.where.name}: "
            f"{STEP_WORDS[shipment.status].lower()}{', on hold' if shipment.held else ''}",
            location_href(shipment.where.code),
        )
        for shipment in order.shipments
        if shipment.units.get(part.id)
    ]
    if part.elsewhere:
        where.append(UnitsAt(f"{say.count(part.elsewhere, locale)} elsewhere, outside the part you see"))
    where += _rest(part, reader)
    if part.cancelled:
        where.append(UnitsAt(f"{say.count(part.cancelled, locale)} cancelled"))
    return LineRow(
        key=str(part.id),
        name=part.name,
        sku=part.sku,
        href=f"/inventory?sku={part.sku}",
        quantity=say.count(part.quantity, locale),
        total=money(part.quantity * part.unit_price_minor, locale) if part.unit_price_minor else "",
        where=where,
    )


def _rest(part: LinePart, reader: Reader) -> list[UnitsAt]:
    """Return what the units without a location wait for."""
    said, left = [], part.open
    for arrival in part.arrivals:
        units = min(left, arrival.units)
        if units:
            day = say.date(arrival.arrives_at, arrival.where.time_zone, reader.now, reader.locale)
            said.append(UnitsAt(f"{say.count(units, reader.locale)} from the arrival on {day} at {arrival.where.name}"))
            left -= units
    if left:
        words = _REST[part.remainder] if left > 1 else _REST[part.remainder].replace("wait", "waits", 1)
        said.append(UnitsAt(f"{say.count(left, reader.locale)} {words}"))
    return said


def customer(order: OrderWhole) -> list[Fact]:
    """Return what is known of the customer and what was asked for."""
    known = order.customer
    stated = [
        ("Name", known.get("name")),
        ("E-mail", known.get("email")),
        ("Customer", known.get("id")),
        ("Tier", known.get("tier")),
        ("Picks up at", order.pickup.name if order.pickup else None),
    ]
    own = {"segment": known.get("segment"), **known.get("attributes", {}), **order.attributes}
    extra = [(str(key).replace("_", " ").capitalize(), value) for key, value in own.items()]
    return [Fact(label, str(value)) for label, value in (*stated, *extra) if value not in (None, "", [], {})]
