"""The one writer of products: create or replace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select

from backend.persistence.bulk import chunks, insert_missing
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode, Fault, invalid
from models.events import EventType
from models.tables import Product


@dataclass(frozen=True, slots=True)
class ProductInput:
    """A product as its owner states it; weight in grams."""

    sku: str
    name: str
    barcodes: tuple[str, ...] = ()
    weight_g: int = 0
    attributes: Mapping[str, Any] = field(default_factory=dict)


def put_products(
    uow: Uow, inputs: Sequence[ProductInput], *, expected: Mapping[str, int] | None = None
) -> list[Product]:
    """Create or replace products, all or none; return them in the order of `inputs`.

    What is already as stated is left alone and tells no event. `expected` holds versions by SKU: STALE when another
    came first. Raises INVALID with every fault, pointers `/{index}/…`.
    """
    _refuse(inputs)
    known = _load_for_update(uow, [item.sku for item in inputs])
    for sku, version in (expected or {}).items():
        if sku not in known or known[sku].version != version:
            raise DomainError(ErrorCode.STALE, f"The product {sku} has changed since you read it.")
    created = [item for item in inputs if item.sku not in known]
    rows = [{"sku": item.sku, **_stated(item), "created_at": uow.now, "updated_at": uow.now} for item in created]
    insert_missing(uow.session, Product, sorted(rows, key=lambda row: str(row["sku"])))
    known |= _load_for_update(uow, [item.sku for item in created])
    made = {item.sku for item in created}
    # Also what another transaction created in this instant: it is there now, and is replaced like any other.
    changed = [item for item in inputs if _differs(known[item.sku], item)]
    for item in changed:
        _replace(uow, known[item.sku], item)
    uow.session.flush()
    for item in (*created, *(item for item in changed if item.sku not in made)):
        action = "created" if item.sku in made else "replaced"
        data = {"sku": item.sku, "action": action, "version": known[item.sku].version}
        uow.record(EventType.PRODUCT_CHANGED, subject=f"product/{item.sku}", data=data)
    return [known[item.sku] for item in inputs]


def _refuse(inputs: Sequence[ProductInput]) -> None:
    faults: list[Fault] = []
    seen: set[str] = set()
    for index, item in enumerate(inputs):
        if item.sku in seen:
            faults.append(Fault(f"/{index}/sku", "duplicate", f"{item.sku} comes twice in this batch."))
        if item.weight_g < 0:
            faults.append(Fault(f"/{index}/weight_g", "out_of_range", "A weight is not below zero."))
        seen.add(item.sku)
    if faults:
        raise invalid(faults)


def _load_for_update(uow: Uow, skus: Sequence[str]) -> dict[str, Product]:
    found: dict[str, Product] = {}
    for chunk in chunks(sorted(set(skus))):
        statement = select(Product).where(col(Product.sku).in_(chunk)).order_by(col(Product.sku))
        fresh = statement.with_for_update().execution_options(populate_existing=True)
        found.update({product.sku: product for product in uow.session.exec(fresh)})
    return found


def _stated(item: ProductInput) -> dict[str, Any]:
    return {
        "name": item.name,
        "barcodes": list(item.barcodes),
        "weight_g": item.weight_g,
        "attributes": dict(item.attributes),
    }


def _differs(product: Product, item: ProductInput) -> bool:
    return any(getattr(product, name) != value for name, value in _stated(item).items())


def _replace(uow: Uow, product: Product, item: ProductInput) -> None:
    for name, value in _stated(item).items():
        setattr(product, name, value)
    product.version += 1
    product.updated_at = uow.now
