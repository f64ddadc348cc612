"""Products: create, replace, list."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from backend.api import faults
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, WRITE, put
from backend.api.schemas.common import Code, Done
from backend.api.schemas.products import ProductBatchIn, ProductIn, ProductOut, show
from backend.auth.actor import Actor
from backend.catalog import queries, service
from backend.persistence.uow import Uow
from models.enums import Permission
from models.errors import Fault, invalid

router = APIRouter(tags=["products"])

Reader = Annotated[Actor, Depends(require(Permission.NETWORK_READ))]
Writer = Annotated[Actor, Depends(require(Permission.PRODUCTS_WRITE))]
Version = Annotated[int | None, Depends(expected_version)]
Sku = Annotated[Code, Path(description="Its SKU.")]


@router.put("/products/{sku}", responses=put(ProductOut), response_model=ProductOut)
def put_product(sku: Sku, body: ProductIn, response: Response, ctx: Ctx, actor: Writer, version: Version) -> ProductOut:
    """Create or replace a product: 201 when it is new. With If-Match only over the version you read."""
    if body.sku is not None and body.sku != sku:
        raise invalid([Fault("/sku", "mismatch", f"The address says {sku}.")])
    with ctx.uow(actor) as uow, faults.pointing(drop="/0"):
        is_new = not queries.ids_by_sku(uow, [sku])
        expected = {} if version is None else {sku: version}
        product = service.put_products(uow, [body.to_input(sku)], expected=expected)[0]
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag_of(product.version)
    return show(product)


@router.post("/products/batch", responses=WRITE, response_model=Done)
def put_products(body: ProductBatchIn, call: Annotated[Once, once(Permission.PRODUCTS_WRITE)]) -> Response:
    """Create or replace at most 1,000 products, all or none."""

    def work(uow: Uow) -> Answer:
        with faults.pointing(prefix="/items"):
            service.put_products(uow, [item.to_input(item.sku) for item in body.items])
        return Answer(200, Done(count=len(body.items)))

    return call.run(work)


@router.get("/products", responses=READ)
def list_products(ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None) -> Page[ProductOut]:
    """List products in order of SKU."""
    cursor = decode(after, str)
    with ctx.read(actor) as uow:
        rows = queries.listing(uow, after=cursor[0] if cursor else None, limit=limit + 1)
        return page(rows, limit, show, lambda product: encode(product.sku))


@router.get("/products/{sku}", responses=READ)
def get_product(sku: Sku, response: Response, ctx: Ctx, actor: Reader) -> ProductOut:
    """Return a product."""
    with ctx.read(actor) as uow:
        product = queries.get(uow, sku)
        response.headers["ETag"] = etag_of(product.version)
        return show(product)
