"""A trace in plain words: why here, why not there. Reads nothing but the trace and the names of locations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.routing.reading import brought, decisive
from backend.routing.words import Out, Why

Names = Mapping[int, str]
Trace = Mapping[str, Any]

_OUT: Mapping[str, str] = {
    Out.CLOSED: "closed by hand",
    Out.METHOD: "does not offer this method",
    Out.PAUSED: "takes no new work of this method for now",
    Out.GROUP: "not among this scenario's locations",
    Out.CLOSING: "closes too soon",
    Out.CUTOFF: "misses the carrier's cut-off",
    Out.REFUSED: "gave this order back before",
    Out.LIMIT: "was given as much as it may be",
    Out.BLOCKED: "the product is blocked there",
}

_WHY: Mapping[str, str] = {
    Why.NO_ROUTE: "no route of the strategy matches the order",
    Why.TOO_MANY_ATTEMPTS: "it was routed too often already",
    Why.GIVEN_UNKNOWN: "the chosen location is not known",
    Why.GIVEN_CLOSED: "the chosen location is closed",
    Why.GIVEN_METHOD: "the chosen location does not offer the method",
    Why.GIVEN_PAUSED: "the chosen location takes no new work of this method for now",
    Why.GIVEN_STOCK: "the chosen location lacks the stock",
    Why.GIVEN_LEFT_OUT: "the chosen location is left out",
    Why.NO_STOCK: "no location has any of it",
    Why.LEFT_OUT: "every location that has it is left out",
    Why.NOT_ENOUGH: "there is not enough where it may come from",
    Why.SPLIT_LIMIT: "it would take more shipments than allowed",
}

_ACTIONS: Mapping[str, str] = {
    "unassigned": "stays unassigned",
    "backordered": "waits for stock",
    "customer_care": "goes to customer care",
    "cancel": "is cancelled",
}

_THEN: Mapping[str, str] = {
    "next": "On to the next scenario.",
    "over": "No scenario is left to try.",
    "restart": "Starts again at the first scenario.",
    "unassigned": "The rest stays unassigned.",
    "backorder": "The rest waits for stock.",
    "customer_care": "The rest goes to customer care.",
    "cancel": "The rest is cancelled.",
}

_OTHERS = ("out", "filters", "closing_minutes", "cutoff_minutes", "stopped", "without", "short", "over_limit")

_TOLD = 10  # locations named in one sentence


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and the sentences under it."""

    text: str
    under: tuple[Said, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the tree as a JSON document."""
        return {"text": self.text, "under": [one.document() for one in self.under]}


def explain(trace: Trace, places: Names) -> Said:
    """Return a decision as a tree of sentences; `places` are the names of locations by id."""
    parts = [*_chosen(trace, places), *_left(trace)]
    for step in steps_of(trace):
        parts.append(_step(trace, step, places))
    if clashes := trace.get("clashes"):
        parts.append(Said("Comparisons whose types do not fit, so they did not match", tuple(map(Said, clashes))))
    return Said(_headline(trace, places), tuple(parts))


def why_not(trace: Trace, location_id: int, places: Names) -> Said:
    """Return why a location was not chosen, scenario by scenario (or that it was chosen, and why)."""
    name = _name(places, location_id)
    for chosen in trace.get("chosen", ()):
        if chosen[0] == location_id:
            return Said(_why_chosen(trace, chosen, places))
    said = tuple(
        Said(f"{step['scenario']}: {reason}")
        for step in steps_of(trace)
        if (reason := _why_not_in(trace, step, location_id, places)) is not None
    )
    if said:
        return Said(f"Why not {name}", said)
    return Said(f"Why not {name}", (Said(_unmet(trace, location_id)),))


def _unmet(trace: Trace, location_id: int) -> str:
    if not trace.get("steps"):
        left = trace.get("left") or [[0, 0, "", Why.NO_ROUTE]]
        return f"No location was looked at: {_WHY.get(left[0][3], left[0][3])}."
    if any(source == location_id for _, source, *_ in trace.get("brought", ())):
        return "It sends what is lacking there, by transfer."
    if given := trace.get("given"):
        return f"The order is for {given} alone."
    return "It has none of what the order needs."


def _headline(trace: Trace, places: Names) -> str:
    chosen = [_name(places, one[0]) for one in trace.get("chosen", ())]
    if not chosen:
        return "No location takes this order"
    where = f"Goes to {_listed(chosen)}" if len(chosen) == 1 else f"Split among {_listed(chosen)}"
    return f"{where}, with something left over" if trace.get("left") else where


def _chosen(trace: Trace, places: Names) -> Iterator[Said]:
    for chosen in trace.get("chosen", ()):
        lines = tuple(Said(f"{units} × {_sku(trace, line_id)}") for line_id, units in chosen[2:])
        yield Said(_why_chosen(trace, chosen, places), lines)


def _why_chosen(trace: Trace, chosen: Sequence[Any], places: Names) -> str:
    name, km = _name(places, chosen[0]), chosen[1]
    step = next((s for s in trace.get("steps", ()) if any(c[0] == chosen[0] for c in s.get("chose", ()))), None)
    far = "" if km is None else f", {_km(km)}"
    if step is None:
        return f"Why {name}{far}"
    if trace.get("given"):
        return "; ".join([f"Why {name}: it is the location the order is for{far}", *brought(trace, chosen, places)])
    count = len(step.get("ranked", ())) + _count(step.get("rest", ()))
    if step.get("did") == "whole":
        best = f"{_best(step)} of {count} that have all of it" if count > 1 else "the only one that has all of it"
        return f"Why {name}: {best}{far}"
    sharing = len(step.get("chose", ()))
    share = f"one of {sharing} that share it" if sharing > 1 else "it takes a part"
    return f"Why {name}: {share}, of {count} that have something of it{far}"


def _have(count: int) -> str:
    return "1 has" if count == 1 else f"{count:,} have"


def _best(step: Mapping[str, Any]) -> str:
    by = decisive(step)
    if by == "code":
        return "first by code, as nothing else tells them apart,"
    return "nearest" if by == "distance" else f"first by {by}"


def _left(trace: Trace) -> Iterator[Said]:
    for line_id, units, action, why in trace.get("left", ()):
        text = f"{units} × {_sku(trace, line_id)} {_ACTIONS.get(action, action)}: {_WHY.get(why, why)}"
        yield Said(text)


def _step(trace: Trace, step: Mapping[str, Any], places: Names) -> Said:
    parts = []
    for reason, ids in step.get("out", {}).items():
        parts.append(Said(f"{_count(ids)} left out: {_reason(step, reason)}", _some(ids, places)))
    for number, reason, *ids in step.get("stopped", ()):
        text = f"{_count(ids)} may not take {_line(trace, step, number)[0]}: {_reason(step, reason)}"
        parts.append(Said(text, _some(ids, places)))
    for number, *ids in step.get("without", ()):
        parts.append(Said(f"{_have(_count(ids))} no {_line(trace, step, number)[0]}", _some(ids, places)))
    for number, *pairs in step.get("short", ()):
        sku, wanted = _line(trace, step, number)
        having = [(id_, have) for id_, have in zip(pairs[::2], pairs[1::2], strict=True)]
        some = tuple(Said(f"{_name(places, id_)}: {have} of {wanted} there") for id_, have in having[:_TOLD])
        parts.append(Said(f"{_have(len(having))} not enough {sku}", some))
    if over := step.get("over_limit"):
        parts.append(Said(f"{_count(over)} may not be given that much more", _some(over, places)))
    if ranked := step.get("ranked"):
        rows = tuple(Said(_ranked_words(place, row, places)) for place, row in enumerate(ranked[:_TOLD], 1))
        total = len(ranked) + _count(step.get("rest", ()))
        parts.append(Said(f"{total} ranked by {', then '.join(step['sorted_by'])}", rows))
    if step.get("cut"):
        parts.append(Said("No more shipments are allowed."))
    if step.get("incomplete"):
        parts.append(Said("A split would not have covered everything, so none was made."))
    if then := step.get("then"):
        parts.append(Said(_THEN.get(then, then)))
    return Said(f"{step['scenario']}: {_have(step['asked'])} something of it", tuple(parts))


def _ranked_words(place: int, row: Sequence[Any], places: Names) -> str:
    if not row[0]:
        return f"{place}. another location"
    far = "distance unknown" if row[1] is None else _km(row[1])
    value = f", {row[2]}" if len(row) > 2 else ""
    return f"{place}. {_name(places, row[0])}, {far}{value}"


def _why_not_in(trace: Trace, step: Mapping[str, Any], id_: int, places: Names) -> str | None:
    for reason, ids in step.get("out", {}).items():
        if id_ in ids:
            return _minutes(step, reason, id_) or _reason(step, reason)
    if not step.get("did", "whole").startswith("split") and (lack := _lack(trace, step, id_)):
        return lack
    if id_ in step.get("over_limit", ()):
        return "that would be more than it may be given"
    ranked, rest = step.get("ranked", ()), step.get("rest", ())
    total = len(ranked) + _count(rest)
    for place, row in enumerate(ranked, 1):
        if row[0] == id_:
            far = "" if row[1] is None else f", {_km(row[1])}"
            return f"ranked {place} of {total}{far}{_instead(step, places)}"
    if id_ in rest:
        return f"ranked after the first {len(ranked)} of {total}{_instead(step, places)}"
    return None


def _lack(trace: Trace, step: Mapping[str, Any], id_: int) -> str | None:
    for number, reason, *ids in step.get("stopped", ()):
        if id_ in ids:
            return f"{_line(trace, step, number)[0]}: {_reason(step, reason)}"
    for number, *ids in step.get("without", ()):
        if id_ in ids:
            return f"no {_line(trace, step, number)[0]} there"
    for number, *pairs in step.get("short", ()):
        for place, have in zip(pairs[::2], pairs[1::2], strict=True):
            if place == id_:
                sku, wanted = _line(trace, step, number)
                return f"{have} of {wanted} {sku} there"
    return None


def steps_of(trace: Trace) -> list[dict[str, Any]]:
    """Return the steps, each with who was no candidate, though an earlier step tells it."""
    steps: list[dict[str, Any]] = []
    for step in trace.get("steps", ()):
        same = {name: steps[step["as"]][name] for name in _OTHERS if name in steps[step["as"]]} if "as" in step else {}
        steps.append(same | dict(step))
    if steps and steps[-1].get("then") in ("next", "restart"):  # the strategy said so, but there was nowhere to go
        steps[-1]["then"] = "over"
    return steps


def _instead(step: Mapping[str, Any], places: Names) -> str:
    chose = [_name(places, chosen[0]) for chosen in step.get("chose", ())]
    if not chose:
        return ""
    return f"; {_listed(chose)} came first" if len(chose) == 1 else f"; the split takes {_listed(chose)}"


def _reason(step: Mapping[str, Any], reason: str) -> str:
    word, _, number = reason.partition(":")
    if word == Out.FILTER:
        return f"does not match “{step.get('filters', {}).get(number, number)}”"
    return _OUT.get(word, word)


def _minutes(step: Mapping[str, Any], reason: str, id_: int) -> str | None:
    for place, left, needs in step.get(f"{reason}_minutes", ()):
        if place == id_:
            what = "closes" if reason == Out.CLOSING else "the carrier's cut-off is"
            return f"{what} in {max(0, left + needs)} min, needs {needs}" if needs else f"{-left} min too late"
    return None


def _line(trace: Trace, step: Mapping[str, Any], number: int) -> tuple[str, int]:
    _, sku, quantity = trace["lines"][number]
    return sku, next((units for n, units in step.get("wanted", ()) if n == number), quantity)


def _sku(trace: Trace, line_id: int) -> str:
    return next((sku for id_, sku, _ in trace.get("lines", ()) if id_ == line_id), str(line_id))


def _km(distance: float) -> str:
    """Return a distance; tenths say nothing any more where it is far."""
    return f"{distance:,.0f} km" if distance >= 100 else f"{distance:g} km"


def _name(places: Names, id_: int) -> str:
    return places.get(id_, f"location {id_}")


def _count(ids: Sequence[int]) -> int:
    """Return how many a list names; a list that was cut ends with minus the number of the others."""
    return len(ids) - 1 - ids[-1] if ids and ids[-1] < 0 else len(ids)


def _some(ids: Sequence[int], places: Names) -> tuple[Said, ...]:
    named = [Said(_name(places, id_)) for id_ in ids[:_TOLD] if id_ > 0]
    more = _count(ids) - len(named)
    return (*named, Said(f"and {more} more")) if more > 0 else tuple(named)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
