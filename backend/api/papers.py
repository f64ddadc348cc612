"""Paper: pick lists and packing slips to print, as HTML and as PDF. Opening one changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from backend.api.deps import Ctx, require
from backend.api.responses import READ
from backend.auth.actor import Actor
from backend.paper import html, queries
from backend.paper.documents import Document, PaperSize
from backend.paper.sheets import sheet_of
from models.enums import Permission
from models.errors import Fault, invalid, not_found

router = APIRouter(tags=["paper"])


class PaperForm(StrEnum):
    """What paper is made from."""

    HTML = "html"
    PDF = "pdf"


#: More than this is a print run that nobody waits for.
_MOST = 200

_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_ANSWERS: dict[int | str, dict[str, Any]] = READ | {
    200: {
        "description": "The document",
        "content": {"text/html": {"schema": {"type": "string"}}, "application/pdf": _BINARY},
    }
}

Reader = Annotated[Actor, Depends(require(Permission.ORDERS_READ))]
Id = Annotated[int, Path(ge=1, lt=2**63)]
Form = Annotated[PaperForm, Path(description="`html` prints on any paper and in any script, `pdf` is a file.")]
Size = Annotated[PaperSize | None, Query(description="Of the PDF; when not stated, that of the location.")]


@router.get("/shipments/{shipment_id}/pick-list.{form}", responses=_ANSWERS, response_class=Response)
def print_pick_list(
    request: Request, shipment_id: Id, form: Form, ctx: Ctx, actor: Reader, paper: Size = None
) -> Response:
    """Return what there is to pick for a shipment, to print: bins in walking order, barcodes, boxes to tick."""
    with ctx.read(actor) as uow:
        found = queries.pick_list_of_shipment(uow, shipment_id)
    return _answer(request, [found], form, paper, f"pick-list-{shipment_id}")


@router.get("/waves/{wave_id}/pick-list.{form}", responses=_ANSWERS, response_class=Response)
def print_wave(request: Request, wave_id: Id, form: Form, ctx: Ctx, actor: Reader, paper: Size = None) -> Response:
    """Return what there is to pick for a wave, to print, with the slots of its put wall."""
    with ctx.read(actor) as uow:
        found = queries.pick_list_of_wave(uow, wave_id)
    return _answer(request, [found], form, paper, f"pick-list-wave-{wave_id}")


@router.get("/shipments/{shipment_id}/packing-slip.{form}", responses=_ANSWERS, response_class=Response)
def print_packing_slip(
    request: Request, shipment_id: Id, form: Form, ctx: Ctx, actor: Reader, paper: Size = None
) -> Response:
    """Return what lies beside the goods of a shipment, to print: address, products, parcels; no prices."""
    with ctx.read(actor) as uow:
        found = queries.packing_slip(uow, shipment_id)
    return _answer(request, [found], form, paper, f"packing-slip-{shipment_id}")


@router.get("/packing-slips.{form}", responses=_ANSWERS, response_class=Response)
def print_packing_slips(
    request: Request,
    form: Form,
    ctx: Ctx,
    actor: Reader,
    wave: Annotated[int | None, Query(ge=1, lt=2**63, description="All shipments in this wave.")] = None,
    shipment: Annotated[
        list[Annotated[int, Query(ge=1, lt=2**63)]] | None, Query(max_length=_MOST, description="Repeat it.")
    ] = None,
    paper: Size = None,
) -> Response:
    """Return the packing slips of a wave's shipments, or of those named, each on a page of its own."""
    if (wave is None) == (not shipment):
        raise invalid([Fault("#query", "one_of", "Name either a wave or shipments.")])
    with ctx.read(actor) as uow:
        found = queries.packing_slips_of_wave(uow, wave) if wave else queries.packing_slips(uow, shipment or [])
    missing = set(shipment or ()) - {slip.shipment for slip in found}
    if missing:
        raise not_found("shipment", min(missing))
    return _answer(request, found, form, paper, f"packing-slips-wave-{wave}" if wave else "packing-slips")


def _answer(
    request: Request, documents: Sequence[Document], form: PaperForm, paper: PaperSize | None, name: str
) -> Response:
    """Return the documents in a form. They name customers: nothing on the way may keep them."""
    sheets = [sheet_of(one) for one in documents]
    title = sheets[0].title if len(sheets) == 1 else f"{len(sheets)} packing slips"
    headers = {"Cache-Control": "private, no-store"}
    if form is PaperForm.HTML:
        asked = f"?{request.url.query}" if request.url.query else ""
        twin = request.url.path.removesuffix(form) + PaperForm.PDF + asked
        body = html.render(sheets, title=title, pdf=twin)
        return Response(body, media_type="text/html", headers=headers | {"Content-Security-Policy": html.POLICY})
    from backend.paper import pdf  # only now: ReportLab takes memory that most processes never need

    headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return Response(pdf.render(sheets, title=title, size=paper), media_type="application/pdf", headers=headers)
