"""The lists of the pages as CSV files, filtered as on screen: `/ui/export/…`. They take the session cookie or an API
key, and show what the same person sees on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, TypeVar

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
from dashboard.address.alerts import AlertsAddress
from dashboard.address.base import Address
from dashboard.address.drills import DrillsAddress
from dashboard.address.policies import PoliciesAddress
from dashboard.address.receivers import CatalogueAddress, ReceiversAddress
from dashboard.address.routing import EmptyAddress, RoutingAddress
from dashboard.address.silences import SilencesAddress
from dashboard.address.waves import WavesAddress
from dashboard.address.workflows import WorkflowsAddress
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway, door
from dashboard.present import order_sheet, return_sheet, sheet, stock_sheet, wave_sheet
from dashboard.present import queue as say_queue
from dashboard.present.alerts import drills as say_drills
from dashboard.present.alerts import overview as say_alerts
from dashboard.present.alerts import silences as say_silences
from dashboard.present.policies import overview as say_policies
from dashboard.present.receivers import catalogue as say_catalogue
from dashboard.present.receivers import channels as say_channels
from dashboard.present.receivers import subscriptions as say_subscriptions
from dashboard.present.routing import sheets
from dashboard.present.workflows import sheet as workflow_sheet
from models.enums import Permission

router = APIRouter(prefix="/ui/export", include_in_schema=False)

A = TypeVar("A", bound=Address)
Batches = Iterator[Sequence[Sequence[sheet.Cell]]]
Head = Sequence[str]
Reader = Annotated[Actor, Depends(require(Permission.NETWORK_READ))]
RoutingReader = Annotated[Actor, Depends(require(Permission.ROUTING_READ))]
RunId = Annotated[int, Path(ge=1, lt=2**53)]


def _list(
    name: str,
    permission: Permission,
    address: type[A],
    rows: Callable[[Gateway, Asker, A], Batches],
    head: Callable[[A], Head],
) -> None:
    """Serve the list of a page, all pages of it: what `address` asks for, under the titles of `head`."""

    reader = Depends(require(permission))  # as a value: an annotation could not name what is local

    @router.get(f"/{name}.csv", name=name)
    def export(request: Request, actor: Actor = reader) -> StreamingResponse:
        asked = address.parse(request.query_params)
        return _file(name, head(asked), rows(door(), Asker(actor, AMERICAN), asked))


def _balances(asked: InventoryAddress) -> Head:
    return stock_sheet.SUMS if asked.summed else stock_sheet.BALANCES


_list("locations", Permission.NETWORK_READ, NetworkAddress, Gateway.every_location, lambda _: sheet.LOCATIONS)
_list("orders", Permission.ORDERS_READ, OrdersAddress, Gateway.every_order, lambda _: order_sheet.ORDERS)
_list("work", Permission.SHIPMENTS_WRITE, QueueAddress, Gateway.every_work, lambda _: say_queue.SHEET)
_list("returns", Permission.ORDERS_READ, ReturnsAddress, Gateway.every_return, lambda _: return_sheet.RETURNS)
_list("policies", Permission.ALERTS_READ, PoliciesAddress, Gateway.every_policy, lambda _: say_policies.SHEET)
_list(
    "subscriptions",
    Permission.SUBSCRIPTIONS_READ,
    ReceiversAddress,
    Gateway.every_subscription,
    lambda _: say_subscriptions.SHEET,
)
_list("event-types", Permission.EVENTS_READ, CatalogueAddress, Gateway.every_event_type, lambda _: say_catalogue.SHEET)
_list("channels", Permission.CHANNELS_READ, ReceiversAddress, Gateway.every_channel, lambda _: say_channels.SHEET)
_list("alerts", Permission.ALERTS_READ, AlertsAddress, Gateway.every_alert, lambda _: say_alerts.SHEET)
_list("silences", Permission.ALERTS_READ, SilencesAddress, Gateway.every_silence, lambda _: say_silences.SHEET)
_list("drills", Permission.ALERTS_READ, DrillsAddress, Gateway.every_drill, lambda _: say_drills.SHEET)
_list("waves", Permission.ORDERS_READ, WavesAddress, Gateway.every_wave, lambda _: wave_sheet.WAVES)
_list("inventory", Permission.INVENTORY_READ, InventoryAddress, Gateway.every_balance, _balances)
_list(
    "deliveries",
    Permission.SUBSCRIPTIONS_READ,
    DeliveriesAddress,
    Gateway.every_delivery,
    lambda _: sheet.DELIVERIES,
)
_list("strategies", Permission.ROUTING_READ, RoutingAddress, Gateway.every_version, lambda _: sheets.VERSIONS)
_list(
    "empty-suggestions",
    Permission.ROUTING_READ,
    EmptyAddress,
    Gateway.every_empty_suggestion,
    lambda _: sheets.EMPTY,
)
_list("workflows", Permission.ORDERS_READ, WorkflowsAddress, Gateway.every_workflow, lambda _: workflow_sheet.VERSIONS)


@router.get("/queue/{code}.csv")
def queue(request: Request, code: str, actor: Reader) -> StreamingResponse:
    """Return the open shipments of a location's page, all pages of them; 404 for a location one may not see."""
    address = LocationAddress.parse(request.query_params)
    return _file(f"queue-{code}", sheet.QUEUE, door().every_shipment(Asker(actor, AMERICAN), code, address))


@router.get("/shadow-run/{run}.csv")
def shadow_run(run: RunId, actor: RoutingReader) -> StreamingResponse:
    """Return the orders that a shadow run sends elsewhere; 404 for a run that is not there."""
    return _file(f"shadow-run-{run}", sheets.DIFFERENCES, door().every_difference(Asker(actor, AMERICAN), run))


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
