"""The boxes of a shipment: said when it is packed, tracked when it is shipped. What is wrong with them is pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import sqlalchemy as sa
from sqlmodel import col

from backend.fulfillment.said import NewParcel, ParcelTracking
from backend.persistence.bulk import fetch_in, insert_rows, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from models.errors import Fault
from models.tables import Parcel, ShipmentLine

_PARCELS, _LINES = table_of(Parcel), table_of(ShipmentLine)


def packing_faults(parcels: Sequence[NewParcel], holds: Mapping[str, int], *, at: str) -> Iterator[Fault]:
    """Yield what is in the boxes but not in the shipment, which `holds` units by SKU."""
    left = Counter(holds)
    for index, parcel in enumerate(parcels):
        for place, (sku, units) in enumerate(parcel.contents):
            pointer = f"{at}/{index}/contents/{place}"
            if sku not in holds:
                yield Fault(f"{pointer}/sku", "not_in_shipment", f"{sku} is not in this shipment.")
            elif units > left[sku]:
                yield Fault(f"{pointer}/quantity", "too_many", f"Of {sku}, {left[sku]} are left to pack.")
            left[sku] -= units


def tracking_faults(tracked: Sequence[ParcelTracking], packed: int, *, at: str) -> Iterator[Fault]:
    """Yield what is tracked but was not packed, or tracked twice; none packed: each is a parcel of its own."""
    seen: set[int] = set()
    for index, parcel in enumerate(tracked):
        if packed and parcel.number > packed:
            yield Fault(f"{at}/{index}/number", "unknown_parcel", f"There are {packed} parcels.")
        elif parcel.number in seen:
            yield Fault(f"{at}/{index}/number", "duplicate", f"Parcel {parcel.number} is named twice.")
        seen.add(parcel.number)


def holdings(uow: Uow, shipment_ids: Iterable[int]) -> dict[int, Counter[str]]:
    """Return the units by SKU of each shipment."""
    found: dict[int, Counter[str]] = {}
    statement = sa.select(_LINES.c.shipment_id, _LINES.c.sku, _LINES.c.quantity)
    for shipment_id, sku, quantity in fetch_in(uow.session, statement, _LINES.c.shipment_id, shipment_ids):
        found.setdefault(shipment_id, Counter())[sku] += quantity
    return found


def counts(uow: Uow, shipment_ids: Iterable[int]) -> dict[int, int]:
    """Return how many parcels each shipment has."""
    statement = sa.select(_PARCELS.c.shipment_id, sa.func.count()).group_by(_PARCELS.c.shipment_id)
    return dict(fetch_in(uow.session, statement, _PARCELS.c.shipment_id, shipment_ids))


def pack(uow: Uow, packed: Mapping[int, Sequence[NewParcel]]) -> None:
    """Write the boxes of shipments that have none."""
    rows = [
        {
            "shipment_id": shipment_id,
            "number": number,
            "box": parcel.box,
            "weight_g": parcel.weight_g,
            "carrier": None,
            "tracking_number": None,
            "contents": [{"sku": sku, "quantity": units} for sku, units in parcel.contents],
        }
        for shipment_id, parcels in sorted(packed.items())
        for number, parcel in enumerate(parcels, start=1)
    ]
    insert_rows(uow.session, Parcel, rows)


def unpack(uow: Uow, shipment_ids: Iterable[int]) -> None:
    """Forget the boxes of shipments whose packing was taken back."""
    uow.session.connection().execute(_PARCELS.delete().where(_PARCELS.c.shipment_id.in_(sorted(shipment_ids))))


def track(uow: Uow, tracked: Mapping[int, Sequence[ParcelTracking]]) -> None:
    """Keep where parcels can be followed; those that nobody packed are made."""
    known = counts(uow, tracked)
    pack(
        uow,
        {id_: [NewParcel()] * max(p.number for p in parcels) for id_, parcels in tracked.items() if not known.get(id_)},
    )
    rows = [
        {
            "shipment_id": shipment_id,
            "number": parcel.number,
            "carrier": parcel.tracking.carrier,
            "tracking_number": parcel.tracking.number,
        }
        for shipment_id, parcels in sorted(tracked.items())
        for parcel in parcels
    ]
    update_columns(uow.session, Parcel, rows, key=("shipment_id", "number"))


def of_shipments(uow: Uow, shipment_ids: Sequence[int]) -> dict[int, list[Parcel]]:
    """Return the parcels of shipments, in order of their numbers."""
    found: dict[int, list[Parcel]] = {}
    statement = sa.select(Parcel).where(col(Parcel.shipment_id).in_(shipment_ids))
    for parcel in uow.session.scalars(statement.order_by(col(Parcel.shipment_id), col(Parcel.number))):
        found.setdefault(parcel.shipment_id, []).append(parcel)
    return found
