"""Gathers what is printed. SELECT only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy import orm
from sqlmodel import col

from backend.auth.scope import visible
from backend.paper.documents import (
    PackingSlip,
    PickList,
    PickStop,
    Place,
    SlipLine,
    SlipParcel,
    address_lines,
    plain,
    size_of,
)
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from backend.picking import queries as picking
from backend.picking.queries import ToPick
from backend.promise.queries import network
from backend.waves.departures import Departures
from models.enums import Method, ShipmentStatus
from models.errors import not_found
from models.floor import Waiting
from models.tables import Location, Order, Parcel, PickWave, Product, Shipment, ShipmentLine, StockBin

_PRODUCT = table_of(Product)
_BIN = table_of(StockBin)
_LINE = table_of(ShipmentLine)
_PARCEL = table_of(Parcel)
_THERE = orm.aliased(Location)


def pick_list_of_shipment(uow: Uow, shipment_id: int) -> PickList:
    """Return the pick list of a shipment, or raise NOT_FOUND."""
    return _pick_list(uow, picking.of_shipment(uow, shipment_id))


def pick_list_of_wave(uow: Uow, wave_id: int) -> PickList:
    """Return the pick list of a wave, or raise NOT_FOUND."""
    return _pick_list(uow, picking.of_wave(uow, wave_id))


def packing_slip(uow: Uow, shipment_id: int) -> PackingSlip:
    """Return the packing slip of a shipment, or raise NOT_FOUND."""
    slips = packing_slips(uow, [shipment_id])
    if not slips:
        raise not_found("shipment", shipment_id)
    return slips[0]


def packing_slips_of_wave(uow: Uow, wave_id: int) -> list[PackingSlip]:
    """Return the packing slips of the shipments that are in a wave, as they are picked, or raise NOT_FOUND."""
    inside = picking.of_wave(uow, wave_id).shipments
    return packing_slips(uow, [one.shipment.id or 0 for one in inside])


def packing_slips(uow: Uow, shipment_ids: Sequence[int]) -> list[PackingSlip]:
    """Return packing slips in the order of the ids; of shipments that the actor may not see there are none."""
    statement = (
        sa.select(Shipment, Order, Location, _THERE)
        .join(Order, col(Order.id) == col(Shipment.order_id))
        .join(Location, col(Location.id) == col(Shipment.location_id))
        .join(_THERE, col(_THERE.id) == col(Shipment.to_location_id), isouter=True)
        .where(visible(uow.actor.scope, col(Shipment.location_id)), col(Shipment.id).in_(shipment_ids))
    )
    rows = {row[0].id or 0: row for row in uow.session.execute(statement).tuples()}
    lines, parcels = _slip_lines(uow, rows), _parcels(uow, rows)
    return [
        _slip(rows[id_], tuple(lines.get(id_, ())), tuple(parcels.get(id_, ()))) for id_ in shipment_ids if id_ in rows
    ]


def _slip(
    row: tuple[Shipment, Order, Location, Location | None], lines: tuple[SlipLine, ...], parcels: tuple[SlipParcel, ...]
) -> PackingSlip:
    shipment, order, location, there = row
    method = Method(shipment.method)
    return PackingSlip(
        shipment=shipment.id or 0,
        order=plain(order.external_id),
        placed_at=order.placed_at,
        place=_place(location),
        method=method,
        service_level=plain(shipment.service_level),
        customer="" if there else plain(order.customer.get("name") or ""),
        address=_destination(method, order, there),
        notes=tuple(_notes(shipment)),
        lines=lines,
        parcels=parcels,
    )


def _destination(method: Method, order: Order, there: Location | None) -> tuple[str, ...]:
    """Return where the goods go: to another location, to an address, or nowhere, as the customer comes for them."""
    if there is not None:
        return plain(f"{there.name} ({there.code})"), *address_lines(there.attributes)
    return address_lines(order.ship_to) if method in (Method.SHIP, Method.DELIVERY) else ()


def _pick_list(uow: Uow, found: picking.PickList) -> PickList:
    shipments = [one.shipment for one in found.shipments]
    wave = found.wave
    slots = {one.shipment.id or 0: one.slot for one in found.shipments}
    due = min((at for at in (s.sla_due_at or s.order_due_at for s in shipments) if at is not None), default=None)
    return PickList(
        wave=wave.number if wave else None,
        shipment=None if wave else shipments[0].id,
        order=None if wave else plain(found.shipments[0].order_external_id),
        place=_place(found.location),
        methods=tuple(dict.fromkeys(Method(one.method) for one in shipments)),
        shipments=len(shipments),
        due_at=due,
        cutoff_at=_cut_off(uow, wave, shipments),
        notes=tuple(dict.fromkeys(note for one in shipments for note in _notes(one, named=wave is not None))),
        stops=tuple(_stops(uow, found, slots)),
    )


def _stops(uow: Uow, found: picking.PickList, slots: dict[int, int | None]) -> Iterator[PickStop]:
    """Yield one stop per bin and product: units of several shipments are taken together and told apart by slot."""
    zones = _zones(uow, found.location.id or 0, {line.bin for line in found.lines if line.bin is not None})
    barcodes = _barcodes(uow, {line.sku for line in found.lines})
    ordered = _together(found.lines)
    for (bin_, sku, instead_of), lines in ordered.items():
        left = [(slots.get(line.shipment_id), line.quantity - line.awaited - line.picked) for line in lines]
        yield PickStop(
            bin=bin_,
            zone=plain(zones.get(bin_ or "", "")),
            name=plain(lines[0].name),
            sku=sku,
            barcode=plain(barcodes.get(sku) or sku),
            to_pick=sum(max(units, 0) for _, units in left),
            picked=sum(line.picked for line in lines),
            slots=tuple(_by_slot(left)),
            instead_of=instead_of,
        )


def _together(lines: Sequence[ToPick]) -> dict[tuple[str | None, str, str | None], list[ToPick]]:
    stops: dict[tuple[str | None, str, str | None], list[ToPick]] = {}
    for line in lines:
        stops.setdefault((line.bin, line.sku, line.ordered_sku), []).append(line)
    return stops


def _by_slot(units: list[tuple[int | None, int]]) -> Iterator[tuple[int, int]]:
    known = sorted((slot, count) for slot, count in units if slot is not None and count > 0)
    for slot, counts in groupby(known, key=lambda each: each[0]):
        yield slot, sum(count for _, count in counts)


def _zones(uow: Uow, location_id: int, bins: Collection[str]) -> dict[str, str]:
    statement = sa.select(_BIN.c.code, _BIN.c.zone).where(_BIN.c.location_id == location_id).distinct()
    return {row.code: row.zone for row in fetch_in(uow.session, statement, _BIN.c.code, bins)}


def _barcodes(uow: Uow, skus: Collection[str]) -> dict[str, str]:
    statement = sa.select(_PRODUCT.c.sku, _PRODUCT.c.barcodes)
    return {row.sku: row.barcodes[0] for row in fetch_in(uow.session, statement, _PRODUCT.c.sku, skus) if row.barcodes}


def _cut_off(uow: Uow, wave: PickWave | None, shipments: Sequence[Shipment]) -> datetime | None:
    """Return when the wave, or the shipment, has to be ready for its carrier."""
    if wave is not None:
        return wave.cutoff_at
    known = network(uow)
    ways = Departures(known.places[shipments[0].location_id].hours, known.carriers, uow.now)
    method = Method(shipments[0].method)
    return ways.cut_off(method, ways.carrier(method, shipments[0].service_level), shipments[0].order_due_at)


def _notes(shipment: Shipment, *, named: bool = False) -> Iterator[str]:
    """Yield what has to be known before anybody works on it."""
    of = f"Shipment {shipment.id}: " if named else ""
    if shipment.status == ShipmentStatus.CANCELLED:
        yield f"{of}Cancelled. Do not pick, do not send."
    if shipment.held:
        reason = plain(shipment.hold_reason or "")
        yield f"{of}On hold" + (f": {reason}" if reason else "")
    if shipment.waiting_for == Waiting.TRANSFER:
        yield f"{of}Waits for a transfer"


def _place(location: Location) -> Place:
    size = size_of(location.attributes, location.time_zone)
    return Place(plain(location.code), plain(location.name), location.time_zone, size)


def _slip_lines(uow: Uow, shipment_ids: Collection[int]) -> dict[int, list[SlipLine]]:
    statement = (
        sa.select(_LINE.c.shipment_id, _PRODUCT.c.name, _PRODUCT.c.sku, _LINE.c.quantity, _LINE.c.awaited)
        .add_columns(_LINE.c.ordered_sku)
        .join(_PRODUCT, _PRODUCT.c.id == _LINE.c.product_id)
        .order_by(_LINE.c.id)
    )
    found: dict[int, list[SlipLine]] = {}
    for id_, name, *rest in fetch_in(uow.session, statement, _LINE.c.shipment_id, shipment_ids):
        found.setdefault(id_, []).append(SlipLine(plain(name), *rest))
    return found


def _parcels(uow: Uow, shipment_ids: Collection[int]) -> dict[int, list[SlipParcel]]:
    statement = sa.select(_PARCEL).order_by(_PARCEL.c.number)
    found: dict[int, list[SlipParcel]] = {}
    for row in fetch_in(uow.session, statement, _PARCEL.c.shipment_id, shipment_ids):
        contents = tuple((plain(one["sku"]), int(one["quantity"])) for one in row.contents)
        parcel = SlipParcel(row.number, plain(row.box or ""), row.weight_g, plain(row.tracking_number or ""), contents)
        found.setdefault(row.shipment_id, []).append(parcel)
    return found
