"""What may come back, where it goes, and which step of a return may follow which. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from backend.routing.geometry import haversine_km
from models.errors import DomainError, ErrorCode, Fault
from models.floor import Resolution, ReturnStatus

_R = ReturnStatus


class ReturnMove(StrEnum):
    """What is done to a return."""

    RECEIVE = "receive"
    INSPECT = "inspect"
    CLOSE = "close"
    CANCEL = "cancel"


#: From which states each move may be made, and what it leads to. What was inspected may be inspected no more: its
#: units are on the shelf, or gone.
TRANSITIONS: Mapping[ReturnMove, tuple[frozenset[ReturnStatus], ReturnStatus]] = {
    ReturnMove.RECEIVE: (frozenset({_R.AUTHORISED, _R.RECEIVED}), _R.RECEIVED),
    ReturnMove.INSPECT: (frozenset({_R.RECEIVED}), _R.INSPECTED),
    ReturnMove.CLOSE: (frozenset({_R.INSPECTED}), _R.CLOSED),
    ReturnMove.CANCEL: (frozenset({_R.AUTHORISED}), _R.CANCELLED),
}


@dataclass(frozen=True, slots=True)
class ReturnItem:
    """Units of a product that a customer wants to send back."""

    sku: str
    quantity: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NewReturn:
    """A return somebody asks for; without a location it goes to the nearest that takes returns."""

    order_id: int
    items: tuple[ReturnItem, ...]
    reason: str
    resolution: Resolution = Resolution.REFUND
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Returnable:
    """Units of an order line that a customer has and did not announce to send back; `price_minor` of one."""

    order_line_id: int
    product_id: int
    sku: str
    units: int
    price_minor: int
    shipments: tuple[tuple[int, int], ...] = ()  # (id, location id) of what brought them
    may: bool = True  # the product's attribute `returnable`


@dataclass(frozen=True, slots=True)
class ReturnPlace:
    """A location that could take a return; degrees are WGS 84."""

    id: int
    code: str
    latitude: float | None
    longitude: float | None
    takes: bool  # open, and its attribute `accepts_returns` is not false


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a return: units authorised, and received so far; the segment on whose account they were sold."""

    id: int
    sku: str
    quantity: int
    received: int = 0
    segment_id: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an inspection found: so many units go back on sale in this condition, so many are written off."""

    sku: str
    restock: int = 0
    write_off: int = 0
    condition: str = "new"


@dataclass(frozen=True, slots=True)
class Share:
    """Units of one line."""

    line_id: int
    units: int
    verdict: Verdict = field(default_factory=lambda: Verdict(""))


def moved(move: ReturnMove, was: ReturnStatus, return_id: int) -> ReturnStatus:
    """Return the state after a move, or raise ILLEGAL_TRANSITION."""
    origins, to = TRANSITIONS[move]
    if was in origins:
        return to
    words = f"Return {return_id} is {was}; to {move} it, it must be {' or '.join(sorted(origins))}."
    raise DomainError(ErrorCode.ILLEGAL_TRANSITION, words, faults=[Fault("", "illegal_transition", words)])


def faults(new: NewReturn, there: Sequence[Returnable]) -> list[Fault]:
    """Return everything wrong with a return of an order of which `there` could come back."""
    found: list[Fault] = []
    seen: set[str] = set()
    for index, item in enumerate(new.items):
        mine = [one for one in there if one.sku == item.sku]
        units = sum(one.units for one in mine)
        if item.sku in seen:
            found.append(Fault(f"/lines/{index}/sku", "duplicate", f"{item.sku} comes twice."))
        elif not mine:
            found.append(Fault(f"/lines/{index}/sku", "unknown_sku", f"The customer has no {item.sku} of this order."))
        elif not all(one.may for one in mine):
            found.append(Fault(f"/lines/{index}/sku", "not_returnable", f"{item.sku} is not taken back."))
        elif item.quantity > units:
            words = f"{units} of {item.sku} can still come back."
            found.append(Fault(f"/lines/{index}/quantity", "too_many", words))
        seen.add(item.sku)
    return found


def deal(quantity: int, lines: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return how units spread over lines, given as (id, room), filling one after the other."""
    dealt: list[tuple[int, int]] = []
    for id_, room in lines:
        units = min(quantity, room)
        if units > 0:
            dealt.append((id_, units))
            quantity -= units
    return dealt


def choose_place(
    places: Sequence[ReturnPlace], customer: tuple[float, float] | None, shipped_from: Sequence[int]
) -> ReturnPlace | None:
    """Return where a return goes: the nearest place that takes returns, else the first it was shipped from."""
    taking = [place for place in places if place.takes]
    known = [place for place in taking if place.latitude is not None and place.longitude is not None]
    if customer is not None and known:
        return min(known, key=lambda p: (haversine_km(customer, (p.latitude or 0.0, p.longitude or 0.0)), p.code))
    by_id = {place.id: place for place in taking}
    first = next((by_id[id_] for id_ in shipped_from if id_ in by_id), None)
    return first or min(taking, key=lambda place: place.code, default=None)


def receive(lines: Sequence[Line], came: Mapping[str, int] | None) -> tuple[list[Share], list[Fault]]:
    """Return what each line received, on top of what it has; `came` None: all that is missing."""
    if came is None:
        return [Share(line.id, line.quantity - line.received) for line in lines if line.received < line.quantity], []
    shares: list[Share] = []
    found: list[Fault] = []
    for index, (sku, units) in enumerate(came.items()):
        mine = [(line.id, line.quantity - line.received) for line in lines if line.sku == sku]
        room = sum(units for _, units in mine)
        if not mine:
            found.append(Fault(f"/lines/{index}/sku", "unknown_sku", f"{sku} is not part of this return."))
        elif units > room:
            found.append(Fault(f"/lines/{index}/received", "too_many", f"{room} more of {sku} are expected."))
        else:
            shares += [Share(id_, part) for id_, part in deal(units, mine)]
    return shares, found


def inspect(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> tuple[list[Share], list[Fault]]:
    """Return each line's verdict; every unit that came has exactly one."""
    shares: list[Share] = []
    found: list[Fault] = []
    for index, verdict in enumerate(verdicts):
        if verdict.sku in [other.sku for other in verdicts[:index]]:
            found.append(Fault(f"/lines/{index}/sku", "duplicate", f"{verdict.sku} comes twice."))
            continue
        mine = [line for line in lines if line.sku == verdict.sku]
        came = sum(line.received for line in mine)
        if not mine:
            found.append(Fault(f"/lines/{index}/sku", "unknown_sku", f"{verdict.sku} is not part of this return."))
        elif verdict.restock + verdict.write_off != came:
            words = f"{came} of {verdict.sku} came: say of each whether it is restocked or written off."
            found.append(Fault(f"/lines/{index}", "not_all", words))
        else:
            shares += _split(mine, verdict)
    judged = {verdict.sku for verdict in verdicts}
    left = sorted({line.sku for line in lines if line.received and line.sku not in judged})
    found += [Fault("/lines", "missing", f"Say what becomes of {sku}.") for sku in left]
    return shares, found


def _split(lines: Sequence[Line], verdict: Verdict) -> list[Share]:
    back = dict(deal(verdict.restock, [(line.id, line.received) for line in lines]))
    return [
        Share(
            line.id,
            line.received,
            Verdict(line.sku, back.get(line.id, 0), line.received - back.get(line.id, 0), verdict.condition),
        )
        for line in lines
        if line.received
    ]
