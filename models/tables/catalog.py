"""What is sold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.tables.base import document, instant, key


class Product(SQLModel, table=True):
    """A stock-keeping unit."""

    __tablename__ = "product"
    __table_args__ = (  # whose code was scanned? SQLite reads the whole of this index, but nothing else
        sa.Index("ix_product_barcodes", "barcodes", postgresql_using="gin"),
    )

    id: int | None = key()
    sku: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=300)
    barcodes: list[str] = document(list)
    weight_g: int = Field(default=0, ge=0)
    attributes: dict[str, Any] = document()
    version: int = Field(default=1)
    created_at: datetime = instant()
    updated_at: datetime = instant()
