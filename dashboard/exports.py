"""The lists of the pages as CSV files, filtered as on screen: `/ui/export/…`. They take the session cookie or an API
key, and show what the same person sees on the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import StreamingResponse

from backend.api.deps import require
from backend.auth.actor import Actor
from dashboard.address import (
    DeliveriesAddress,
    InventoryAddress,
    LocationAddress,
    NetworkAddress,
    OrdersAddress,
    QueueAddress,
    ReturnsAddress,
)
from dashboard.address.routing import EmptyAddress, RoutingAddress
from dashboard.address.waves import WavesAddress
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, door
from dashboard.present import order_sheet, return_sheet, sheet, stock_sheet, wave_sheet
from dashboard.present import queue as say_queue
from dashboard.present.routing import sheets
from models.enums import Permission

router = APIRouter(prefix="/ui/export", include_in_schema=False)

Reader = Annotated[Actor, Depends(require(Permission.NETWORK_READ))]
RoutingReader = Annotated[Actor, Depends(require(Permission.ROUTING_READ))]
RunId = Annotated[int, Path(ge=1, lt=2**53)]
OrderReader = Annotated[Actor, Depends(require(Permission.ORDERS_READ))]
Fulfiller = Annotated[Actor, Depends(require(Permission.SHIPMENTS_WRITE))]
StockReader = Annotated[Actor, Depends(require(Permission.INVENTORY_READ))]
SubscriptionReader = Annotated[Actor, Depends(require(Permission.SUBSCRIPTIONS_READ))]


@router.get("/locations.csv")
def locations(request: Request, actor: Reader) -> StreamingResponse:
    """Return the list of the Network page, all pages of it."""
    address = NetworkAddress.parse(request.query_params)
    return _file("locations", sheet.LOCATIONS, door().every_location(Asker(actor, AMERICAN), address))


@router.get("/queue/{code}.csv")
def queue(request: Request, code: str, actor: Reader) -> StreamingResponse:
    """Return the open shipments of a location's page, all pages of them; 404 for a location one may not see."""
    address = LocationAddress.parse(request.query_params)
    return _file(f"queue-{code}", sheet.QUEUE, door().every_shipment(Asker(actor, AMERICAN), code, address))


@router.get("/orders.csv")
def orders(request: Request, actor: OrderReader) -> StreamingResponse:
    """Return the list of the Orders page, all pages of it."""
    address = OrdersAddress.parse(request.query_params)
    return _file("orders", order_sheet.ORDERS, door().every_order(Asker(actor, AMERICAN), address))


@router.get("/work.csv")
def work(request: Request, actor: Fulfiller) -> StreamingResponse:
    """Return the work queue of a location, all pages of it; 404 for a location one may not see."""
    address = QueueAddress.parse(request.query_params)
    return _file("work", say_queue.SHEET, door().every_work(Asker(actor, AMERICAN), address))


@router.get("/returns.csv")
def returns(request: Request, actor: OrderReader) -> StreamingResponse:
    """Return the list of the Returns page, all pages of it, a row for each line."""
    address = ReturnsAddress.parse(request.query_params)
    return _file("returns", return_sheet.RETURNS, door().every_return(Asker(actor, AMERICAN), address))


@router.get("/waves.csv")
def waves(request: Request, actor: OrderReader) -> StreamingResponse:
    """Return the list of the Waves page, all pages of it."""
    address = WavesAddress.parse(request.query_params)
    return _file("waves", wave_sheet.WAVES, door().every_wave(Asker(actor, AMERICAN), address))


@router.get("/inventory.csv")
def inventory(request: Request, actor: StockReader) -> StreamingResponse:
    """Return the list of the Inventory page, all pages of it: sums or balances, as on the page."""
    address = InventoryAddress.parse(request.query_params)
    head = stock_sheet.SUMS if address.summed else stock_sheet.BALANCES
    return _file("inventory", head, door().every_balance(Asker(actor, AMERICAN), address))


@router.get("/deliveries.csv")
def deliveries(request: Request, actor: SubscriptionReader) -> StreamingResponse:
    """Return the list of the Deliveries page, all pages of it."""
    address = DeliveriesAddress.parse(request.query_params)
    return _file("deliveries", sheet.DELIVERIES, door().every_delivery(Asker(actor, AMERICAN), address))


@router.get("/strategies.csv")
def strategies(request: Request, actor: RoutingReader) -> StreamingResponse:
    """Return the versions of strategies, all pages of them."""
    address = RoutingAddress.parse(request.query_params)
    return _file("strategies", sheets.VERSIONS, door().every_version(Asker(actor, AMERICAN), address))


@router.get("/shadow-run/{run}.csv")
def shadow_run(run: RunId, actor: RoutingReader) -> StreamingResponse:
    """Return the orders that a shadow run sends elsewhere; 404 for a run that is not there."""
    return _file(f"shadow-run-{run}", sheets.DIFFERENCES, door().every_difference(Asker(actor, AMERICAN), run))


@router.get("/empty-suggestions.csv")
def empty_suggestions(request: Request, actor: RoutingReader) -> StreamingResponse:
    """Return the orders that found no place, all pages of them."""
    address = EmptyAddress.parse(request.query_params)
    rows = door().every_empty_suggestion(Asker(actor, AMERICAN), address)
    return _file("empty-suggestions", sheets.EMPTY, rows)


def _file(name: str, head: Sequence[str], batches: Iterator[Iterable[Sequence[sheet.Cell]]]) -> StreamingResponse:
    first = next(batches, ())  # a refusal comes before the answer begins

    def rows() -> Iterator[Sequence[sheet.Cell]]:
        yield from first
        for batch in batches:
            yield from batch

    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in name)
    return StreamingResponse(
        sheet.lines(head, rows()),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{plain}.csv"', "Cache-Control": "private, no-store"},
    )
