"""A plan of waves for a location as it is now: load, decide, say it. Changes nothing; keeping it is `keeping.py`."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.persistence.uow import Uow
from backend.promise import queries as promises
from backend.waves import queries, wave_rules
from backend.waves.bins import place_of
from backend.waves.facts import Pace, Pick, PickTask, Plan, PlannedWave
from backend.waves.planner import plan_waves
from backend.waves.settings import WaveSettings, settings_faults
from backend.waves.work import Work, load
from models.enums import WaveLines
from models.errors import Fault, invalid

#: How many shipments one plan may name by hand.
MOST_NAMED = 500


@dataclass(frozen=True, slots=True)
class Ask:
    """Plan a location: by a rule, by settings (before those of the rule), or exactly these shipments as one wave."""

    location: str
    rule: str | None = None
    settings: WaveSettings | None = None
    shipments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan with what it was made from."""

    place: promises.Workplace
    settings: WaveSettings
    rule: str | None
    work: Work
    pace: Pace
    plan: Plan

    @property
    def tasks(self) -> Mapping[int, PickTask]:
        """Return the shipments by id."""
        return {task.task_id: task for task in self.work.tasks}


def preview(uow: Uow, ask: Ask) -> Preview:
    """Return what would be planned now.

    Raises NOT_FOUND for the location or the rule, INVALID with every fault.
    """
    place = promises.network(uow).places[place_of(uow, ask.location)]
    settings = ask.settings or _of_rule(uow, ask) or WaveSettings()
    if faults := settings_faults(settings, at="/settings"):
        raise invalid(faults)
    if ask.shipments:
        return _by_hand(uow, ask, place, settings)
    work = load(uow, place, settings)
    limits = settings.limits(uow.now, pace=_pace(uow, place, settings), time_zone=place.hours.zone)
    plan = plan_waves(work.tasks, limits, now=uow.now, supply=work.supply)
    plan = dataclasses.replace(plan, left_out=(*work.left_out, *plan.left_out))
    return Preview(place, settings, ask.rule, work, limits.pace, plan)


def one_wave(
    uow: Uow,
    place: promises.Workplace,
    settings: WaveSettings,
    shipment_ids: Collection[int],
    *,
    rule: str | None = None,
) -> Preview:
    """Return a plan of one wave with all of these that are free, whatever the limits: somebody chose them.

    Slots and pace are as the settings say.
    """
    open_to_all = WaveSettings(
        carts=settings.carts,
        slots_per_cart=settings.slots_per_cart,
        pickers=settings.pickers,
        set_up_seconds=settings.set_up_seconds,
        stop_seconds=settings.stop_seconds,
        unit_seconds=settings.unit_seconds,
        measured_pace=settings.measured_pace,
        lines=WaveLines.ANY,
        max_shipments=max(1, len(shipment_ids)),
        fill_percent=100,
    )
    work = load(uow, place, open_to_all, only=shipment_ids)
    limits = open_to_all.limits(uow.now, pace=_pace(uow, place, settings), time_zone=place.hours.zone)
    carts = -(-len(shipment_ids) // settings.slots_per_cart) if settings.slots_per_cart else 1
    limits = dataclasses.replace(limits, carts=max(limits.carts, carts))
    plan = plan_waves(work.tasks, limits, now=uow.now, supply=work.supply)
    plan = dataclasses.replace(plan, left_out=(*work.left_out, *plan.left_out))
    return Preview(place, settings, rule, work, limits.pace, plan)


def document(wave: PlannedWave, work: Work, pace: Pace) -> dict[str, Any]:
    """Return the wave's stops in walking order with what is taken there for whom, and the pace that its times were
    worked out with, as its row keeps them."""
    stops: defaultdict[str, defaultdict[int, list[Pick]]] = defaultdict(lambda: defaultdict(list))
    for pick in wave.picks:
        stops[pick.stop][pick.item].append(pick)
    slots = {task.task_id: number for task, number in zip(wave.tasks, slot_numbers(wave), strict=True)}
    return {
        "why": wave.why,
        "pace": dataclasses.asdict(pace),
        "group": {key.value: value for key, value in wave.group.items()},
        "stops": [
            {
                "bin": stop,
                "zone": work.zones.get(stop, ""),
                "items": [_item(work.skus[item], picks, slots) for item, picks in stops[stop].items()],
            }
            for stop in wave.stops
        ],
    }


def slot_numbers(wave: PlannedWave) -> list[int | None]:
    """Return the slot of each shipment of the wave, counted over all carts."""
    per_cart = max((task.slot.number for task in wave.tasks if task.slot is not None), default=1)
    return [None if task.slot is None else (task.slot.cart - 1) * per_cart + task.slot.number for task in wave.tasks]


def _item(sku: str, picks: Sequence[Pick], slots: Mapping[int, int | None]) -> dict[str, Any]:
    units: Counter[int] = Counter()
    for pick in picks:
        units[pick.task_id] += pick.units
    return {
        "sku": sku,
        "quantity": sum(units.values()),
        "shipments": [{"id": id_, "slot": slots[id_], "quantity": count} for id_, count in units.items()],
    }


def _of_rule(uow: Uow, ask: Ask) -> WaveSettings | None:
    return None if ask.rule is None else wave_rules.get(uow, ask.location, ask.rule).settings


def _pace(uow: Uow, place: promises.Workplace, settings: WaveSettings) -> Any:
    return settings.pace(queries.pace_factor(uow, place) if settings.measured_pace else 1.0)


def _by_hand(uow: Uow, ask: Ask, place: promises.Workplace, settings: WaveSettings) -> Preview:
    """Return the one wave of the named shipments; every one that cannot be in it is a fault."""
    if len(set(ask.shipments)) != len(ask.shipments) or len(ask.shipments) > MOST_NAMED:
        words = f"State each shipment once, at most {MOST_NAMED}."
        raise invalid([Fault("/shipments", "bad_list", words)])
    made = one_wave(uow, place, settings, ask.shipments)
    why = {out.task_id: (out.reason.value, out.why) for out in made.plan.left_out}
    inside = {task.task_id for wave in made.plan.waves for task in wave.tasks}
    elsewhere = queries.why_not_free(uow, place.location_id, set(ask.shipments) - inside - why.keys())
    faults = [
        Fault(f"/shipments/{index}", *(why.get(id_) or elsewhere[id_]))
        for index, id_ in enumerate(ask.shipments)
        if id_ not in inside
    ]
    if faults:
        raise invalid(faults)
    return made
