"""The network as a batch of orders sees it. Places are kept in the process and made again only when they changed.

What moves with every order is read per batch: stock, blocks, and the loads of locations that have a limit. How many
shipments are open where is at most a second old, the clock part (open time left today) at most a minute.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from backend.auth.actor import LocationScope
from backend.auth.scope import visible
from backend.controls import queries as controls
from backend.controls.rules import Effect
from backend.inventory import blocks
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from backend.promise import queries as promises
from backend.routing.facts import Held, Load, Network, Place, Stock
from backend.routing.limits import Allowance, limit_of, running
from backend.routing.worktime import WorkTime, closing_left, cutoff_left
from backend.sla.calendar import OpenHours, calendar_of
from models.enums import Method
from models.tables import Location, LocationHealth

_LOCATIONS, _HEALTH = table_of(Location), table_of(LocationHealth)

#: How old the counts of open shipments may be, in real seconds.
_HEALTH_SECONDS = 1.0
#: With more places than this, orders that all name theirs are given only those.
_FEW = 50

_NO_EFFECT = Effect()


@dataclass(frozen=True, slots=True)
class Site:
    """A location without what moves."""

    place: Place
    calendar: OpenHours
    processing: Mapping[Method, float]
    allowance: Allowance | None


@dataclass(slots=True)
class _Known:
    """What this process knows of one database's network, and by which token it can tell that it changed."""

    token: tuple[Any, ...] | None = None
    sites: dict[str, Site] = field(default_factory=dict)
    open_shipments: dict[int, int] = field(default_factory=dict)
    counted_at: float = 0.0
    minute: datetime | None = None
    places: dict[int, Place] = field(default_factory=dict)
    zones: dict[int, ZoneInfo] = field(init=False)

    def __post_init__(self) -> None:
        """Note the clock of each location."""
        self.zones = {site.place.location_id: site.calendar.zone for site in self.sites.values()}


_KNOWN: WeakKeyDictionary[Any, _Known] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The places of a batch, the limits among them, the blocks on its products, the clocks of all locations, and the
    lanes of its transfers."""

    places: Mapping[int, Place]
    by_code: Mapping[str, Place]
    allowances: Mapping[int, Allowance]
    blocked: frozenset[tuple[int, int]]
    zones: Mapping[int, ZoneInfo]
    lanes: Mapping[tuple[int, int], int]

    def without_limits(self) -> Snapshot:
        """Return the same network as a history sees it: nothing was limited then."""
        places = {id_: replace(place, limit=None) if place.limit else place for id_, place in self.places.items()}
        by_code = {place.code: place for place in places.values()}
        return Snapshot(places, by_code, {}, self.blocked, self.zones, self.lanes)

    def network(self, stock: Stock, held: Mapping[tuple[int, int], Held]) -> Network:
        """Return what the engine decides on."""
        return Network(self.places, self.by_code, stock, self.blocked, held, self.lanes)


def take(
    uow: Uow,
    *,
    products: Collection[int],
    given: Collection[str | None] = (None,),
    supplied: Collection[str] = (),
) -> Snapshot:
    """Return the network for orders of these products; `given` holds the location each order names, None for none, and
    `supplied` those to which any other may send goods."""
    known = _current(uow)
    codes: Collection[str] = known.sites
    if not supplied and None not in given and len(known.sites) > _FEW:
        codes = known.sites.keys() & set(given)
        places = {site.place.location_id: _place(uow, known, site) for site in (known.sites[code] for code in codes)}
    else:
        places = _places(uow, known)
    if not uow.actor.scope.everything:
        seen = set(uow.session.scalars(sa.select(_LOCATIONS.c.id).where(seen_by(uow.actor.scope))))
        places = {id_: place for id_, place in places.items() if id_ in seen}
    allowances = {
        site.place.location_id: site.allowance
        for code in codes
        if (site := known.sites[code]).allowance is not None and site.place.location_id in places
    }
    if allowances:
        places = {**places, **_loaded(uow, places, allowances)}
    by_code = {place.code: place for place in places.values()}
    targets = [by_code[code].location_id for code in sorted(supplied) if code in by_code]
    lanes = promises.lanes(uow, targets) if targets else {}
    return Snapshot(places, by_code, allowances, blocks.active(uow, products), known.zones, lanes)


def seen_by(scope: LocationScope) -> sa.ColumnElement[bool]:
    """Return the condition on locations that such an actor may see."""
    return visible(scope, _LOCATIONS.c.id)


def forget(uow: Uow) -> None:
    """Read the network of this database anew next time."""
    _KNOWN.pop(_database(uow), None)


def _current(uow: Uow) -> _Known:
    """Return what is known of the network, brought up to date."""
    database = _database(uow)
    token = tuple(uow.session.connection().execute(_TOKEN).one())
    known = _KNOWN.get(database)
    if known is None or known.token != token:
        known = _KNOWN[database] = _Known(token, _sites(uow))
    if time.monotonic() - known.counted_at > _HEALTH_SECONDS:
        counts = {id_: int(count) for id_, count in uow.session.connection().execute(_OPEN)}
        if counts != known.open_shipments:
            known.open_shipments, known.minute = counts, None
        known.counted_at = time.monotonic()
    return known


def _database(uow: Uow) -> Any:
    return uow.session.get_bind().engine.pool


def _places(uow: Uow, known: _Known) -> dict[int, Place]:
    """Return all places, made again when a minute has passed; a dict that is never changed, as others hold it too."""
    minute = uow.now.replace(second=0, microsecond=0)
    if known.minute == minute:
        return known.places
    places = {site.place.location_id: _place(uow, known, site) for site in known.sites.values()}
    known.places, known.minute = places, minute
    return places


def _place(uow: Uow, known: _Known, site: Site) -> Place:
    place = site.place
    return replace(
        place,
        load=Load(open_shipments=known.open_shipments.get(place.location_id, 0)),
        work_minutes_left=WorkTime(site, uow.now, closing_left),
        cutoff_minutes_left=WorkTime(site, uow.now, cutoff_left),
    )


def _loaded(uow: Uow, places: Mapping[int, Place], allowances: Mapping[int, Allowance]) -> dict[int, Place]:
    """Return the places with a limit that were given something in their running window, with that load."""
    loads = running(uow, allowances)
    return {
        id_: replace(places[id_], load=replace(load, open_shipments=places[id_].load.open_shipments))
        for id_, load in loads.items()
        if load != Load()
    }


def _sites(uow: Uow) -> dict[str, Site]:
    """Return every location, in order of its code."""
    effects = controls.effects(uow)
    rows = uow.session.connection().execute(_ROWS)
    return {row.code: _site(row, effects.get(row.id, _NO_EFFECT)) for row in rows}


def _site(row: Any, effect: Effect) -> Site:
    limit = limit_of(row.daily_limit if effect.cap is None else effect.cap)
    processing = {Method(method): float(minutes) for method, minutes in row.processing.items()}
    calendar = calendar_of(row.hours_text, row.time_zone)
    place = Place(
        location_id=row.id,
        code=row.code,
        methods=frozenset(map(Method, row.methods)),
        name=row.name,
        kind=row.kind,
        groups=frozenset(row.groups),
        attributes=row.attributes,
        closed=row.closed_reason is not None,
        paused=effect.paused,
        latitude=row.latitude,
        longitude=row.longitude,
        limit=limit,
        processing_minutes=processing,
    )
    return Site(place, calendar, processing, Allowance(limit, calendar.zone) if limit else None)


# Every edit of a location, and every control put on it or ended, adds one to its version, so that the sum tells of it;
# the ids tell of new ones.
_TOKEN = sa.select(
    sa.func.count(),
    sa.func.sum(_LOCATIONS.c.id),
    sa.func.sum(_LOCATIONS.c.version),
    sa.func.max(_LOCATIONS.c.updated_at),
).select_from(_LOCATIONS)
_OPEN = sa.select(_HEALTH.c.location_id, _HEALTH.c.compliant + _HEALTH.c.at_risk + _HEALTH.c.non_compliant)
_ROWS = sa.select(
    *(
        _LOCATIONS.c[name]
        for name in (
            "id",
            "code",
            "name",
            "kind",
            "methods",
            "groups",
            "attributes",
            "closed_reason",
            "latitude",
            "longitude",
            "time_zone",
            "daily_limit",
            "processing",
        )
    ),
    sa.cast(_LOCATIONS.c.hours, sa.Text).label("hours_text"),
).order_by(_LOCATIONS.c.code)
