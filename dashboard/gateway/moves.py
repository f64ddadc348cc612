"""What is done to a shipment that does not go as planned, from wherever a page shows one."""

from __future__ import annotations

from collections.abc import Mapping

from backend.fulfillment import offers, reasons, remainder, service, transfers
from backend.fulfillment.offers import Move, Parts
from backend.locations import queries as locations
from backend.orders import by_hand
from backend.orders import service as orders
from backend.orders.whole import whole
from backend.persistence.uow import Uow
from backend.picking import service as picking
from dashboard.gateway.base import Asker, Door, if_there
from dashboard.gateway.places import near
from dashboard.present import moved as say_moved
from dashboard.present import moves as say_moves
from dashboard.present.moves import Asked, Meant
from dashboard.views.forms import Form
from dashboard.views.moves import Moves
from models.enums import Method, Permission
from models.errors import DomainError


class MovesDoor(Door):
    """Split, transfer, hand over, give back, let wait, hold, release, take back, cancel."""

    def moves(self, asker: Asker, shipment_id: int) -> Moves:
        """Return what may be done to a shipment; nothing to one that the actor does not see."""
        asker.actor.require(Permission.SHIPMENTS_WRITE)
        with self._context().read(asker.actor) as uow:
            return offered(uow, asker, [shipment_id])[shipment_id]

    def move_form(self, asker: Asker, shipment_id: int, move: Move) -> tuple[Form, int]:
        """Return the form of a move, and the version of the shipment that it shows; NOT_FOUND."""
        asker.actor.require(Permission.SHIPMENTS_WRITE)
        with self._context().read(asker.actor) as uow:
            shipment = offers.parts_of(uow, shipment_id)
            return say_moves.form(move, _asked(uow, asker, shipment, move), asker.locale), shipment.fact.version

    def carry_out_move(
        self, asker: Asker, shipment_id: int, move: Move, given: Mapping[str, str], *, version: int
    ) -> str:
        """Do it to the shipment as it was seen, and return what became of it in words; INVALID with a fault for each
        field, STALE, ILLEGAL_TRANSITION, CONFLICT, NOT_FOUND."""
        asker.actor.require(Permission.SHIPMENTS_WRITE)
        if move in say_moves.AT_ONCE:
            return self._at_once(asker, shipment_id, move, version)
        with self._context().read(asker.actor) as uow:
            shipment = offers.parts_of(uow, shipment_id)
            meant = say_moves.read(move, given, _asked(uow, asker, shipment, move))
        try:
            return self._carry_out(asker, shipment, move, meant, version)
        except DomainError as refused:
            faults = say_moves.at_fields(refused.faults, meant)
            raise DomainError(refused.code, refused.message, faults=faults) from refused

    def _at_once(self, asker: Asker, shipment_id: int, move: Move, version: int) -> str:
        with self._context().uow(asker.actor) as uow:
            if move is Move.RELEASE:
                service.release(uow, [shipment_id], expected={shipment_id: version})
                return say_moved.DONE[move.value]
            undone = offers.of_shipments(uow, [shipment_id]).get(shipment_id)
            service.undo(uow, [shipment_id], expected={shipment_id: version})
            return f"Taken back: {undone.undoes}." if undone else ""

    def _carry_out(self, asker: Asker, shipment: Parts, move: Move, meant: Meant, version: int) -> str:
        if move is Move.REJECT or (move is Move.SPLIT and not meant.here and meant.place is None):
            return self._give_back(asker, shipment, meant, version)
        with self._context().uow(asker.actor) as uow:
            if move is Move.SPLIT:
                return _split(uow, asker, shipment, meant, version)
            if move is Move.TRANSFER:
                return _transfer(uow, asker, shipment, meant, version)
            return _whole(uow, shipment, move, meant, version)

    def _give_back(self, asker: Asker, shipment: Parts, meant: Meant, version: int) -> str:
        """Give units back, or without any the whole shipment, and have them routed now rather than in a moment, so
        that it can be said where they went."""
        id_, order_id = shipment.fact.id, shipment.fact.order_id
        units = sum(line.quantity for line in meant.lines) or sum(part.quantity for part in shipment.parts)
        with self._context().uow(asker.actor) as uow:
            before = whole(uow, order_id)
            if meant.lines:
                remainder.reject_part(uow, id_, meant.lines, reason=meant.reason, expected_version=version)
                picking.complete(uow, [id_])
            else:
                remainder.reject(uow, [id_], reason=meant.reason, expected={id_: version})
        with self._context().uow() as uow:  # as routing does it; who is quicker does it
            orders.route_accepted(uow, [order_id])
        with self._context().read(asker.actor) as uow:
            after = if_there(lambda: whole(uow, order_id))  # what went out of one's part of the network is not seen
            return say_moved.sent_on(units, before, after, asker.locale)


def offered(uow: Uow, asker: Asker, shipment_ids: list[int]) -> dict[int, Moves]:
    """Return what the actor may do to each of these shipments."""
    may = asker.actor.can(Permission.SHIPMENTS_WRITE)
    known = offers.of_shipments(uow, shipment_ids) if may else {}
    return {id_: say_moves.moves(id_, known.get(id_)) for id_ in shipment_ids}


def _asked(uow: Uow, asker: Asker, shipment: Parts, move: Move) -> Asked:
    """Return what the form of a move needs to know."""
    here = locations.get(uow, shipment.fact.location_code).location
    method = Method.TRANSFER if move is Move.TRANSFER else shipment.fact.method
    why = [reason for reason in reasons.known(uow).values() if reason.active]
    return Asked(shipment.parts, near(uow, here, asker.locale, method=method), why)


def _split(uow: Uow, asker: Asker, shipment: Parts, meant: Meant, version: int) -> str:
    child = remainder.split(
        uow, shipment.fact.id, meant.lines, reason=meant.reason, to=meant.place, expected_version=version
    )
    picking.complete(uow, [shipment.fact.id])
    units = sum(line.quantity for line in meant.lines)
    return say_moved.parted(units, child, _name(uow, meant.place), asker.locale)


def _transfer(uow: Uow, asker: Asker, shipment: Parts, meant: Meant, version: int) -> str:
    id_ = transfers.transfer(
        uow, shipment.fact.id, meant.lines, reason=meant.reason, source=meant.place, expected_version=version
    )
    units = sum(line.quantity for line in meant.lines)
    source = offers.sender_of(uow, id_)
    return say_moved.awaited(units, id_, source, asker.locale)


def _whole(uow: Uow, shipment: Parts, move: Move, meant: Meant, version: int) -> str:
    """Do what takes the shipment as it is."""
    id_, expected = shipment.fact.id, {shipment.fact.id: version}
    if move is Move.REASSIGN:
        service.reassign(uow, id_, meant.place or "", reason=meant.reason, expected_version=version)
        return f"It goes on at {_name(uow, meant.place)}."
    if move is Move.BACKORDER:
        by_hand.backorder(uow, id_, reason=meant.reason, expected_version=version)
    elif move is Move.HOLD:
        service.hold(uow, [id_], reason=meant.reason, expected=expected)
    else:
        service.cancel(uow, [id_], reason=meant.reason, expected=expected)
    return say_moved.DONE[move.value]


def _name(uow: Uow, code: str | None) -> str | None:
    """Return the name of a location, None of none."""
    return None if code is None else locations.by_code(uow, [code])[code].name
