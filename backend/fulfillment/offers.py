"""What may be done to a shipment that does not go as planned, so that a page offers that and nothing else. SELECT only;
the commands themselves decide again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from backend.fulfillment import journal, line_rows, rules, store
from backend.fulfillment.rules import Destination, DoneStep, ShipmentFacts
from backend.fulfillment.splitting import DIVISIBLE, PICKABLE, LineFacts
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.enums import Role
from models.errors import not_found
from models.tables import Location, Product, StockBalance

_STOCK, _PRODUCTS = table_of(StockBalance), table_of(Product)


class Move(StrEnum):
    """Something that may be done to a shipment besides its steps, in the order a page offers them."""

    SPLIT = "split"
    TRANSFER = "transfer"
    REASSIGN = "reassign"
    REJECT = "reject"
    BACKORDER = "backorder"
    HOLD = "hold"
    RELEASE = "release"
    UNDO = "undo"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be done to a shipment as it is at this version; `undoes` names the step that can be taken back."""

    version: int
    moves: tuple[Move, ...]
    undoes: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A product of a shipment: `here` of its units are promised at its location, `picked` are in hand, and `lacking`
    are not there, as a count has shown."""

    sku: str
    name: str
    quantity: int
    here: int
    picked: int
    lacking: int


@dataclass(frozen=True, slots=True)
class Parts:
    """A shipment with what is in it, product by product."""

    fact: ShipmentFacts
    parts: tuple[Part, ...]


def possible(
    fact: ShipmentFacts, lines: Sequence[LineFacts], last: DoneStep | None, role: Role | None = None
) -> tuple[Move, ...]:
    """Return what may be done to a shipment whose last step is `last`; `role` is a person's, None for a program."""
    return tuple(move for move in Move if move in set(_possible(fact, lines, last, role)))


def _possible(
    fact: ShipmentFacts, lines: Sequence[LineFacts], last: DoneStep | None, role: Role | None
) -> Iterator[Move]:
    free = not fact.held
    parts = sum(line.here for line in lines) > 0 and sum(line.quantity for line in lines) > 1
    if free and fact.status in DIVISIBLE and fact.for_shipment_id is None and parts:
        yield Move.SPLIT
    if free and fact.status in PICKABLE and rules.may_await(fact) is None and any(line.to_pick for line in lines):
        yield Move.TRANSFER
    if not rules.may_reassign(fact, Destination("", frozenset({fact.method}))):
        yield Move.REASSIGN
    if rules.may_reject(fact) is None:
        yield Move.REJECT
    if rules.may_cancel(fact) is None:
        yield Move.CANCEL
        if rules.may_await(fact) is None:
            yield Move.BACKORDER
    if rules.may_hold(fact) is None:
        yield Move.HOLD
    if rules.may_release(fact) is None:
        yield Move.RELEASE
    if rules.may_undo(fact, last, role=role) is None:
        yield Move.UNDO


def of_shipments(uow: Uow, shipment_ids: Iterable[int]) -> dict[int, Offer]:
    """Return what may be done to those of these shipments that the actor may see, by id."""
    facts = store.look(uow, shipment_ids)
    lines, done = line_rows.lines_of(uow, facts), journal.last_done(uow, facts)
    return {id_: _offer(uow, fact, lines[id_], done.get(id_)) for id_, fact in facts.items()}


def parts_of(uow: Uow, shipment_id: int) -> Parts:
    """Return a shipment with its products, or raise NOT_FOUND."""
    fact = store.look(uow, [shipment_id]).get(shipment_id)
    if fact is None:
        raise not_found("shipment", shipment_id)
    lines = line_rows.lines_of(uow, [shipment_id])[shipment_id]
    ids = {line.product_id for line in lines}
    names = dict(fetch_in(uow.session, sa.select(_PRODUCTS.c.id, _PRODUCTS.c.name), _PRODUCTS.c.id, ids))
    short = _lacking(uow, fact.location_id, ids)
    by_sku: dict[str, list[LineFacts]] = {}
    for line in lines:
        by_sku.setdefault(line.sku, []).append(line)
    return Parts(fact, tuple(_part(sku, mine, names, short) for sku, mine in by_sku.items()))


def sender_of(uow: Uow, transfer_id: int) -> str:
    """Return the name of the location that sends a transfer, wherever it is."""
    place = table_of(Location)
    statement = sa.select(place.c.name).join(store.SHIPMENTS, store.SHIPMENTS.c.location_id == place.c.id)
    return str(uow.session.connection().execute(statement.where(store.SHIPMENTS.c.id == transfer_id)).scalar_one())


def _offer(uow: Uow, fact: ShipmentFacts, lines: Sequence[LineFacts], last: DoneStep | None) -> Offer:
    moves = possible(fact, lines, last, uow.actor.role)
    step = fact.way.step(last.step) if last is not None and Move.UNDO in moves else None
    return Offer(fact.version, moves, step.name if step else "")


def _lacking(uow: Uow, location_id: int, product_ids: Iterable[int]) -> Mapping[int, int]:
    """Return how many promised units are not there, by product: a count found fewer than were promised."""
    columns = sa.select(_STOCK.c.product_id, _STOCK.c.pending).where(_STOCK.c.location_id == location_id)
    return dict(fetch_in(uow.session, columns, _STOCK.c.product_id, product_ids))


def _part(sku: str, lines: Sequence[LineFacts], names: Mapping[int, str], short: Mapping[int, int]) -> Part:
    product = lines[0].product_id
    left = sum(line.to_pick for line in lines)
    return Part(
        sku,
        names.get(product, sku),
        sum(line.quantity for line in lines),
        sum(line.here for line in lines),
        sum(line.picked for line in lines),
        min(left, short.get(product, 0)),
    )
