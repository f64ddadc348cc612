"""What stands on a sheet of paper: head, facts, tables, notes. Pure; both renderers draw this and add nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from backend.paper.documents import Document, PackingSlip, PaperSize, PickList, PickStop, SlipLine, SlipParcel
from models.enums import Method

_METHODS = {
    Method.SHIP: "Ship to home",
    Method.PICKUP: "Pickup",
    Method.CURBSIDE: "Curbside pickup",
    Method.DELIVERY: "Delivery",
    Method.TRANSFER: "Transfer",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `width` is its share of the paper in hundredths."""

    title: str
    width: int
    number: bool = False
    strong: bool = False
    scanned: bool = False  # holds barcodes: nothing for a narrow screen


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: a text with smaller lines below it, a barcode, or a box to tick."""

    text: str = ""
    more: tuple[str, ...] = ()
    barcode: str = ""
    box: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose head is repeated on every page; `nothing` stands there when it has no rows."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document; it begins on a page of its own, and its pages are counted apart."""

    title: str
    barcode: str
    place: str
    size: PaperSize
    facts: tuple[tuple[str, str], ...]
    address: tuple[str, ...]
    notes: tuple[str, ...]
    tables: tuple[Table, ...]


def sheet_of(document: Document) -> Sheet:
    """Return a document as it is printed."""
    return _pick_sheet(document) if isinstance(document, PickList) else _slip_sheet(document)


def _pick_sheet(found: PickList) -> Sheet:
    zone = found.place.time_zone
    facts = [
        ("Order", found.order or ""),
        ("For", ", ".join(_METHODS[method] for method in found.methods)),
        ("Shipments", str(found.shipments) if found.wave is not None else ""),
        ("Units to pick", f"{found.units:,}"),
        ("Due", _when(found.due_at, zone)),
        ("Carrier leaves" if Method.SHIP in found.methods else "Cut-off", _when(found.cutoff_at, zone)),
    ]
    walled = any(stop.slots for stop in found.stops)
    columns = (
        Column("", 5),
        Column("Bin", 14, strong=True),
        Column("Product", 34 if walled else 44),
        Column("Barcode", 29, scanned=True),
        *([Column("Slot: units", 10)] if walled else []),
        Column("Pick", 8, number=True),
    )
    rows = tuple(_pick_row(stop, walled=walled) for stop in found.stops)
    kind = "Wave" if found.wave is not None else "Shipment"
    return Sheet(
        title=f"Pick list: {kind.lower()} {found.number}",
        barcode=str(found.number),
        place=f"{found.place.name} ({found.place.code})",
        size=found.place.size,
        facts=tuple(fact for fact in facts if fact[1]),
        address=(),
        notes=found.notes,
        tables=(Table("To pick, in walking order", columns, rows, "There is nothing to pick."),),
    )


def _pick_row(stop: PickStop, *, walled: bool) -> tuple[Cell, ...]:
    more = [f"SKU {stop.sku}"]
    if stop.instead_of is not None:
        more.append(f"Instead of {stop.instead_of}")
    if stop.picked:
        more.append(f"{stop.picked:,} picked already")
    slots = tuple(f"{slot}: {units:,}" for slot, units in stop.slots)
    return (
        Cell(box=True),
        Cell(stop.bin or "Bin unknown", (f"Zone {stop.zone}",) if stop.zone else ()),
        Cell(stop.name, tuple(more)),
        Cell(barcode=stop.barcode),
        *([Cell(slots[0] if slots else "", slots[1:])] if walled else []),
        Cell(f"{stop.to_pick:,}"),
    )


def _slip_sheet(slip: PackingSlip) -> Sheet:
    facts = [
        ("Order", slip.order),
        ("Ordered", _when(slip.placed_at, slip.place.time_zone)),
        ("Shipment", str(slip.shipment)),
        ("By", _METHODS[slip.method] + (f", {slip.service_level}" if slip.service_level else "")),
        ("Units", f"{sum(line.quantity - line.awaited for line in slip.lines):,}"),
    ]
    name = (slip.customer,) if slip.customer and slip.customer not in slip.address else ()
    tables = [Table("In this shipment", _SLIP_COLUMNS, tuple(_slip_row(line) for line in slip.lines), "No products.")]
    if slip.parcels:
        tables.append(Table("Parcels", _PARCEL_COLUMNS, tuple(_parcel_row(parcel) for parcel in slip.parcels)))
    return Sheet(
        title=f"Packing slip: order {slip.order}",
        barcode=str(slip.shipment),
        place=f"{slip.place.name} ({slip.place.code})",
        size=slip.place.size,
        facts=tuple(facts),
        address=(*name, *slip.address),
        notes=slip.notes,
        tables=tuple(tables),
    )


_SLIP_COLUMNS = (Column("", 5), Column("Product", 57, strong=True), Column("SKU", 26), Column("Units", 12, number=True))
_PARCEL_COLUMNS = (Column("Parcel", 12), Column("Box", 20), Column("Weight", 14), Column("Contents and tracking", 54))


def _slip_row(line: SlipLine) -> tuple[Cell, ...]:
    more = []
    if line.instead_of is not None:
        more.append(f"Instead of {line.instead_of}")
    if line.awaited:
        more.append(f"{line.awaited:,} more to come")
    return Cell(box=True), Cell(line.name, tuple(more)), Cell(line.sku), Cell(f"{line.quantity - line.awaited:,}")


def _parcel_row(parcel: SlipParcel) -> tuple[Cell, ...]:
    weight = f"{parcel.weight_g / 1000:,.2f} kg" if parcel.weight_g is not None else ""
    inside = ", ".join(f"{units:,} × {sku}" for sku, units in parcel.contents)
    tracking = f"Tracking {parcel.tracking}" if parcel.tracking else ""
    said = [words for words in (inside, tracking) if words]
    return Cell(str(parcel.number)), Cell(parcel.box), Cell(weight), Cell(said[0] if said else "", tuple(said[1:]))


def _when(at: datetime | None, zone: str) -> str:
    """Return a moment by the clocks of the location."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M (%Z)}" if at is not None else ""
