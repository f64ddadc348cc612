"""What people with a scanner did: scans, parcels, and where products lie in a building."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.floor import ScanResult
from models.tables.base import document, instant, key, one_of, ref
from models.types import BigId


class Scan(SQLModel, table=True):
    """One scan, kept whatever came of it. `scan_id` is made where it was scanned: sent twice, it counts once.

    `units` were added to the line's `picked` (negative: taken back), 0 when it was refused. `shipment_id` is null for
    what no shipment of a wave needs. `undoes` is the `scan_id` that was taken back.
    """

    __tablename__ = "scan"
    __table_args__ = (
        sa.UniqueConstraint("scan_id", name="uq_scan"),
        one_of("result", ScanResult, "ck_scan_result"),
    )

    id: int | None = key()
    scan_id: str = Field(max_length=64)
    shipment_id: int | None = ref("shipment.id", nullable=True)
    shipment_line_id: int | None = Field(default=None, sa_type=BigId)
    wave_id: int | None = Field(default=None, sa_type=BigId)
    code: str = Field(max_length=100)
    undoes: str | None = Field(default=None, max_length=64, index=True)
    units: int
    result: str = Field(max_length=20)
    actor: str = Field(max_length=120)
    at: datetime = instant()
    recorded_at: datetime = instant()


class Parcel(SQLModel, table=True):
    """A box of a shipment. `contents` is `[{sku, quantity}]`; empty when nobody said what is in which box."""

    __tablename__ = "parcel"
    __table_args__ = (
        sa.UniqueConstraint("shipment_id", "number", name="uq_parcel"),
        sa.CheckConstraint("weight_g IS NULL OR weight_g > 0", name="ck_parcel_weight"),
    )

    id: int | None = key()
    shipment_id: int = ref("shipment.id", index=False)
    number: int
    box: str | None = Field(default=None, max_length=64)
    weight_g: int | None = Field(default=None)
    carrier: str | None = Field(default=None, max_length=64)
    tracking_number: str | None = Field(default=None, max_length=100)
    contents: list[dict[str, Any]] = document(list)


class StockBin(SQLModel, table=True):
    """A place in a building where a product lies, such as `A-07-2`: aisle, bay, level. `zone` is the part of the
    building. `units` is what lies there when somebody counts by bin, null when nobody does."""

    __tablename__ = "stock_bin"
    __table_args__ = (
        sa.CheckConstraint("units IS NULL OR units >= 0", name="ck_stock_bin_units"),
        sa.Index("ix_stock_bin_code", "location_id", "code"),
    )

    location_id: int = Field(sa_column_args=[sa.ForeignKey("location.id")], sa_type=BigId, primary_key=True)
    product_id: int = Field(sa_column_args=[sa.ForeignKey("product.id")], sa_type=BigId, primary_key=True)
    code: str = Field(max_length=64, primary_key=True)
    zone: str = Field(default="", max_length=64)
    units: int | None = Field(default=None)
    updated_at: datetime = instant()
