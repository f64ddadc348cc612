"""Stock per location and product, its lots, and the ledger that explains it. Who may take it: `stock_rules.py`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.tables.base import document, instant, key, ref
from models.types import BigId


class StockBalance(SQLModel, table=True):
    """What is there and what is promised; all in units.

    `unsellable` units are on hand but damaged or expired. Units promised to shipments are `allocated` as
    far as sellable units cover them, the rest is `pending` until stock arrives. `safety_stock` and `floor` stay back.
    Available = max(0, on_hand - unsellable - allocated - pending - safety_stock - floor).
    `has_lots` says that `stock_lot` rows explain (part of) the units on hand. `attributes` are the owner's own.
    """

    __tablename__ = "stock_balance"
    __table_args__ = (
        sa.CheckConstraint("on_hand >= 0", name="ck_stock_on_hand"),
        sa.CheckConstraint("unsellable >= 0 AND unsellable <= on_hand", name="ck_stock_unsellable"),
        sa.CheckConstraint("allocated >= 0 AND allocated + unsellable <= on_hand", name="ck_stock_allocated"),
        sa.CheckConstraint(
            "pending >= 0 AND (pending = 0 OR allocated + unsellable = on_hand)", name="ck_stock_pending"
        ),
        sa.CheckConstraint("safety_stock >= 0 AND floor >= 0", name="ck_stock_kept_back"),
        sa.Index("ix_stock_balance_product", "product_id"),
    )

    location_id: int = Field(sa_column_args=[sa.ForeignKey("location.id")], sa_type=BigId, primary_key=True)
    product_id: int = Field(sa_column_args=[sa.ForeignKey("product.id")], sa_type=BigId, primary_key=True)
    on_hand: int = Field(default=0)
    unsellable: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    allocated: int = Field(default=0)
    pending: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    safety_stock: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    floor: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    has_lots: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    attributes: dict[str, Any] = document(server_default="{}")
    version: int = Field(default=1)
    updated_at: datetime = instant()


class StockMovement(SQLModel, table=True):
    """One ledger row per change, in signed units: `on_hand`, `unsellable`, and `allocated`, which here means promised
    (allocated and pending together). It is written under the lock on its balance, which knows location and product.
    """

    __tablename__ = "stock_movement"
    __table_args__ = (sa.Index("ix_stock_movement_balance", "location_id", "product_id"),)

    id: int | None = key()
    location_id: int = Field(sa_type=BigId)
    product_id: int = Field(sa_type=BigId)
    on_hand: int = Field(default=0)
    unsellable: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    allocated: int = Field(default=0)
    reason: str = Field(max_length=64)
    shipment_id: int | None = Field(default=None, sa_type=BigId, index=True)
    segment_id: int | None = Field(default=None, sa_type=BigId)
    lot_id: int | None = Field(default=None, sa_type=BigId)
    actor: str = Field(max_length=120)
    at: datetime = instant()


class StockLot(SQLModel, table=True):
    """Units on hand that share lot code, serial number, condition and expiry ("" and null: not recorded).

    `sellable` is false when damaged or expired. FEFO: what expires first is allocated first.
    """

    __tablename__ = "stock_lot"
    __table_args__ = (
        sa.UniqueConstraint(
            "location_id", "product_id", "lot", "serial", "condition", "expires_key", name="uq_stock_lot"
        ),
        sa.CheckConstraint("on_hand >= 0 AND allocated >= 0 AND allocated <= on_hand", name="ck_stock_lot_units"),
        sa.CheckConstraint("serial = '' OR on_hand <= 1", name="ck_stock_lot_serial"),
        sa.Index(  # what expires next
            "ix_stock_lot_expires",
            "expires_on",
            postgresql_where=sa.text("sellable"),
            sqlite_where=sa.text("sellable"),
        ),
    )

    id: int | None = key()
    location_id: int = ref("location.id", index=False)
    product_id: int = ref("product.id", index=False)
    lot: str = Field(default="", max_length=50)
    serial: str = Field(default="", max_length=30)
    condition: str = Field(default="new", max_length=50)
    expires_on: date | None = Field(default=None)
    expires_key: str = Field(default="", max_length=10)  # expires_on as text: NULLs would never collide
    sellable: bool = Field(default=True)
    on_hand: int = Field(default=0)
    allocated: int = Field(default=0)
    updated_at: datetime = instant()


class LotAllocation(SQLModel, table=True):
    """Which lots a shipment's units are to be taken from; stock is promised before the shipment's row is written."""

    __tablename__ = "lot_allocation"
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="ck_lot_allocation_quantity"),)

    shipment_id: int = Field(
        sa_column_args=[sa.ForeignKey("shipment.id", deferrable=True, initially="DEFERRED")],
        sa_type=BigId,
        primary_key=True,
    )
    lot_id: int = Field(sa_column_args=[sa.ForeignKey("stock_lot.id")], sa_type=BigId, primary_key=True)
    quantity: int
