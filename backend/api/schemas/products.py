"""Products over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, Strict, StringConstraints

from backend.api.schemas.common import MAX_ITEMS, Body, Code, Document, ShownInstant
from backend.catalog.service import ProductInput
from models.tables import Product

Barcode = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ProductIn(Body):
    """A product as its owner states it; weight in grams."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Green tea", "weight_g": 250}})

    sku: Code | None = None
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    barcodes: Annotated[list[Barcode], Field(max_length=50, default_factory=list)]
    weight_g: Annotated[int, Strict(), Field(ge=0, le=2_000_000_000)] = 0
    attributes: Document = Field(default_factory=dict)

    def to_input(self, sku: str) -> ProductInput:
        """Return what the service takes."""
        return ProductInput(sku, self.name, tuple(self.barcodes), self.weight_g, self.attributes)


class NamedProductIn(ProductIn):
    """A product of a batch: its SKU is required."""

    sku: Code


class ProductBatchIn(Body):
    """At most 1,000 products, all or none."""

    items: Annotated[list[NamedProductIn], Field(min_length=1, max_length=MAX_ITEMS)]


class ProductOut(Body):
    """A product."""

    sku: str
    name: str
    barcodes: list[str]
    weight_g: int
    attributes: dict[str, Any]
    version: int
    updated_at: ShownInstant


def show(product: Product) -> ProductOut:
    """Return a product as the API shows it."""
    return ProductOut(**product.model_dump(include=set(ProductOut.model_fields)))
