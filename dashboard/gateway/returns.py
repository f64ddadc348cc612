"""What the Returns page asks, and what is done to returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backend.locations import queries as locations
from backend.orders import queries as orders
from backend.persistence.uow import Uow
from backend.returns import queries, service
from backend.returns.queries import ReturnFilter, ReturnView
from dashboard.address import PAGE_SIZE, ReturnsAddress
from dashboard.gateway.base import BATCH, Asker, Door, Row, if_there, offsets
from dashboard.present import return_forms, return_sheet
from dashboard.present import returns as say_returns
from dashboard.present.reading import Reading
from dashboard.present.return_forms import ReturnAction
from dashboard.views.forms import Form
from dashboard.views.returns import ReturnsScreen
from models.enums import Permission
from models.errors import DomainError, invalid

_NEEDED = {
    ReturnAction.AUTHORISE: Permission.RETURNS_WRITE,
    ReturnAction.RECEIVE: Permission.SHIPMENTS_WRITE,
    ReturnAction.INSPECT: Permission.SHIPMENTS_WRITE,
    ReturnAction.CLOSE: Permission.RETURNS_WRITE,
    ReturnAction.CANCEL: Permission.RETURNS_WRITE,
}


class ReturnsDoor(Door):
    """What customers send back."""

    def returns(self, asker: Asker, address: ReturnsAddress) -> ReturnsScreen:
        """Return the Returns page as its address asks for it."""
        asker.actor.require(Permission.ORDERS_READ)
        with self._context().read(asker.actor) as uow:
            found = queries.listing(uow, _filter(address), offset=address.offset, limit=PAGE_SIZE)
            opened = if_there(lambda: queries.get(uow, address.id)) if address.id else None
            codes = {view.location for view in (*found, *([opened] if opened else []))}
            order = if_there(lambda: orders.get(uow, address.order)) if address.order else None
            facts = say_returns.Facts(
                returns=found,
                counts=queries.counts(uow, ReturnFilter(text=address.q)),
                opened=opened,
                zones={code: place.time_zone for code, place in locations.by_code(uow, codes).items()},
                asked=order.order.external_id if order else "",
                may=asker.actor.can,
            )
            return say_returns.screen(facts, address, self._reader(uow, asker))

    def return_form(self, asker: Asker, action: ReturnAction, about: int) -> tuple[Form, int]:
        """Return the form of an action and the version it was made from; `about` is a return, or the order that a new
        one is of. NOT_FOUND, FORBIDDEN."""
        asker.actor.require(_NEEDED[action])
        with self._context().read(asker.actor) as uow:
            if action is ReturnAction.AUTHORISE:
                return return_forms.authorise(queries.returnable(uow, about)), 0
            view = queries.get(uow, about)
            return return_forms.form(action, view), view.row.version

    def change_return(
        self, asker: Asker, action: ReturnAction, given: Mapping[str, str], *, about: int, version: int
    ) -> int:
        """Carry out what was typed, over the version that was seen, and return the id of the return; INVALID with a
        fault for each field, NOT_FOUND, STALE, ILLEGAL_TRANSITION."""
        asker.actor.require(_NEEDED[action])
        reading = Reading(given, "UTC")
        with self._context().uow(asker.actor) as uow:
            if action is ReturnAction.AUTHORISE:
                return _authorise(uow, reading, about)
            _CARRY_OUT[action](uow, reading, queries.get(uow, about), version)
            return about

    def every_return(self, asker: Asker, address: ReturnsAddress) -> Iterator[list[Row]]:
        """Yield the whole list of the Returns page, newest first, in batches."""
        asker.actor.require(Permission.ORDERS_READ)
        for offset in offsets():
            with self._context().read(asker.actor) as uow:
                found = queries.listing(uow, _filter(address), offset=offset, limit=BATCH)
                rows = [line for view in found for line in return_sheet.lines(view)]
            yield rows
            if len(found) < BATCH:
                return


def _filter(address: ReturnsAddress) -> ReturnFilter:
    return ReturnFilter(status=address.status, text=address.q)


def _checked(reading: Reading) -> None:
    if reading.faults:
        raise invalid(reading.faults)


def _authorise(uow: Uow, reading: Reading, order_id: int) -> int:
    there = queries.returnable(uow, order_id)
    new = return_forms.read_new(reading, order_id, there)
    _checked(reading)
    skus = list(dict.fromkeys(one.sku for one in there if one.may))
    places = [skus.index(item.sku) for item in new.items]
    try:
        return service.authorise(uow, new)
    except DomainError as error:
        raise return_forms.at_fields(error, places) from error


def _receive(uow: Uow, reading: Reading, view: ReturnView, version: int) -> None:
    skus = return_forms.skus_of(view)
    came = return_forms.read_received(reading, skus)
    location = reading.text("location", most=64) or None
    _checked(reading)
    try:
        service.receive(uow, int(view.row.id or 0), came, location=location, expected_version=version)
    except DomainError as error:
        raise return_forms.at_fields(error, [skus.index(sku) for sku in came]) from error


def _inspect(uow: Uow, reading: Reading, view: ReturnView, version: int) -> None:
    verdicts = return_forms.read_verdicts(reading, view)
    _checked(reading)
    service.inspect(uow, int(view.row.id or 0), verdicts, expected_version=version)


def _close(uow: Uow, reading: Reading, view: ReturnView, version: int) -> None:
    refund = return_forms.read_refund(reading)
    _checked(reading)
    service.close(uow, int(view.row.id or 0), refund_minor=refund, expected_version=version)


def _cancel(uow: Uow, reading: Reading, view: ReturnView, version: int) -> None:
    reason = reading.text("reason", most=200, missing="Say why.")
    _checked(reading)
    service.cancel(uow, int(view.row.id or 0), reason=reason, expected_version=version)


_CARRY_OUT = {
    ReturnAction.RECEIVE: _receive,
    ReturnAction.INSPECT: _inspect,
    ReturnAction.CLOSE: _close,
    ReturnAction.CANCEL: _cancel,
}
