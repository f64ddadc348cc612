"""What one location's stock of one product says: figures, lots, shares of segments, arrivals, the ledger. Pure."""

from __future__ import annotations

from datetime import datetime

from backend.inventory.views import BlockView, FutureView, LotView, MovementView, SegmentShare, StockDetail
from dashboard import format as say
from dashboard.address.inventory import InventoryAddress
from dashboard.present.common import Reader
from dashboard.present.inventory import PATH
from dashboard.views.inventory import ArrivalLine, Figure, LotLine, MovementLine, ShareLine, StockPanel


def panel(
    detail: StockDetail, zone: str, address: InventoryAddress, reader: Reader, *, may_write: bool = False
) -> StockPanel:
    """Return everything about one balance; times are those of its location."""
    row = detail.row
    return StockPanel(
        at=row.location,
        of=row.sku,
        title=row.product_name,
        place=row.location_name,
        zone=f"Times are those of {say.city(zone)}.",
        version=row.version,
        safety_stock=str(row.safety_stock),
        floor=str(row.floor),
        figures=figures(detail, reader),
        block=blocked(detail.block, zone, reader) if detail.block else "",
        lots=[lot(one, number, reader) for number, one in enumerate(detail.lots)],
        shares=[share(one, reader) for one in detail.segments],
        arrivals=[arrival(one, zone, reader) for one in detail.future],
        movements=[movement(one, zone, reader) for one in detail.movements],
        may_write=may_write,
        close=address.href(PATH, at="", of="", page=address.page),
    )


def figures(detail: StockDetail, reader: Reader) -> list[Figure]:
    """Return the balance, number by number; what is nothing and usually is nothing is left out."""
    row, locale = detail.row, reader.locale
    always = [
        Figure("On hand", say.count(row.on_hand, locale), "In the building."),
        Figure("Available", say.count(row.available, locale), "May still be promised."),
        Figure("Allocated", say.count(row.allocated, locale), "Promised to shipments, and there."),
    ]
    sometimes = [
        (row.pending, "Pending", "Promised to shipments, and not there yet."),
        (row.safety_stock, "Safety stock", "Kept back against errors of counting."),
        (row.floor, "Floor", "Kept back for the sales floor."),
        (row.unsellable, "Unsellable", "Damaged or expired."),
        (row.arriving, "Arriving", "Announced, and promised to nobody."),
        (detail.open_units if detail.segments else 0, "For anybody", "Available and kept for no segment."),
    ]
    return [*always, *(Figure(label, say.count(number, locale), hint) for number, label, hint in sometimes if number)]


def blocked(block: BlockView, zone: str, reader: Reader) -> str:
    """Return why and for how long no order is routed to it here."""
    until = "until it is lifted by hand"
    if block.until_count:
        until = "until it is counted next"
    if block.until:
        until = f"until {say.at_place(block.until, zone, reader.now, reader.locale)}"
    return f"Blocked {until}: {block.reason} ({block.actor}, {say.relative(block.at, reader.now)})"


def lot(one: LotView, number: int, reader: Reader) -> LotLine:
    """Return a lot; sellable ones stand in the order in which they are taken."""
    about = [f"Serial {one.serial}"] if one.serial else []
    if one.expires_on:
        written = f"{one.expires_on:%b} {one.expires_on.day}" if reader.locale.month_first else f"{one.expires_on.day} "
        if not reader.locale.month_first:
            written += f"{one.expires_on:%b}"
        about.append(f"expires {written} {one.expires_on.year}")
    if one.condition != "new":
        about.append(one.condition)
    if not one.sellable:
        about.append("not sold")
    return LotLine(
        key=str(number),
        name=one.lot or one.serial or "Without a number",
        about=", ".join(about),
        on_hand=say.count(one.on_hand, reader.locale),
        allocated=say.count(one.allocated, reader.locale),
        sellable=one.sellable,
        lot=one.lot,
        expires_on=one.expires_on.isoformat() if one.expires_on else "",
        condition=one.condition,
    )


def share(one: SegmentShare, reader: Reader) -> ShareLine:
    """Return what a segment keeps and how much of it is promised."""
    quota, used, left = (say.count(number, reader.locale) for number in (one.quota, one.used, one.left))
    return ShareLine(
        one.code,
        one.name,
        f"{used} of {quota} promised, {left} kept now",
        min(100, round(100 * one.used / one.quota)) if one.quota else 0,
    )


def arrival(one: FutureView, zone: str, reader: Reader) -> ArrivalLine:
    """Return units that are still to come."""
    promised = f", {say.count(one.allocated, reader.locale)} promised" if one.allocated else ""
    late = " · overdue" if one.arrives_at < reader.now else ""
    return ArrivalLine(
        one.reference,
        str(one.quantity),
        f"{say.plural(one.quantity, 'unit', reader.locale)}{promised}",
        f"{say.wall_time(one.arrives_at, zone, reader.now, reader.locale)}{late}",
        say.moment(one.arrives_at, zone, reader.now, reader.locale),
    )


def movement(one: MovementView, zone: str, reader: Reader) -> MovementLine:
    """Return a row of the ledger in words."""
    extra = [f"lot {one.lot}"] if one.lot else []
    extra += [f"segment {one.segment}"] if one.segment else []
    text = moved(one, reader)
    return MovementLine(
        key=str(one.id),
        text=f"{text} ({', '.join(extra)})" if extra else text,
        when=_when(one.at, zone, reader),
        title=say.moment(one.at, zone, reader.now, reader.locale),
        by="" if one.actor == "system" else one.actor,
    )


def _when(at: datetime, zone: str, reader: Reader) -> str:
    return say.wall_time(at, zone, reader.now, reader.locale)


def moved(one: MovementView, reader: Reader) -> str:
    """Return what a movement did: "3 added: delivery", "1 promised to shipment 12", "1 left with shipment 12"."""
    shipment = f"shipment {one.shipment_id}" if one.shipment_id else "a shipment"
    units = say.count(abs(one.on_hand or one.promised or one.unsellable), reader.locale)
    if one.promised > 0 and not one.on_hand:
        return f"{units} promised to {shipment}"
    if one.promised < 0:
        return f"{units} left with {shipment}" if one.on_hand < 0 else f"{units} given back by {shipment}"
    if one.on_hand:
        sold = ", not to be sold" if one.unsellable > 0 else ""
        return f"{units} {'added' if one.on_hand > 0 else 'taken off'}{sold}: {one.reason}"
    if one.unsellable:
        return f"{units} {'no longer sold' if one.unsellable > 0 else 'sold again'}: {one.reason}"
    return f"Counted, nothing to change: {one.reason}"
