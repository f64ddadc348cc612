"""A tried order in words: where it would go, why there, why not elsewhere, when it would arrive. Pure.

Reads the trace that `backend/routing/trace.py` writes; its sentences are `backend/routing/explain.py`'s."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend.routing.explain import explain, steps_of, why_not
from backend.routing.suggestions import Suggestion
from backend.routing.words import Out
from dashboard import format as say
from dashboard.present.common import METHOD_WORDS, Reader, location_href
from dashboard.present.routing.reasons import LEFT_OUT, reason_words
from dashboard.present.why import plain
from dashboard.views.trial import ChosenView, OutGroup, OutPlace, PartView, RankedView, StepView, Trial, WhyNot
from models.enums import RoutingOutcome

MOST_NAMED = 40
MOST_FOUND = 6
OUTCOMES = {
    RoutingOutcome.ASSIGNED: "One location takes all of it",
    RoutingOutcome.SPLIT: "Several locations take it together",
    RoutingOutcome.PARTIAL: "Only a part of it has a location",
    RoutingOutcome.NONE: "Nothing of it has a location",
}
_PARTS = {
    "pause": "Pause",
    "arrival": "Arrival of goods",
    "window": "Open hours",
    "queue": "Queue",
    "processing": "Processing",
    "transfer": "Transfer",
    "opening": "Opening",
    "collection": "Collection",
    "transit": "Transit",
}
_ACTIONS = {
    "unassigned": "would stay unassigned",
    "backordered": "would wait for stock",
    "customer_care": "would go to customer care",
    "cancel": "would be cancelled",
}
_CAME = {
    "whole": "One location takes all of it.",
    "transfer": "The chosen location takes all of it; another one sends what it lacks.",
    "split_by_line": "Split: each line whole from one location.",
    "split_by_quantity": "Split, lines too.",
}


def trial(facts: Suggestion, reader: Reader, *, by: str, zone: str = "UTC") -> Trial:
    """Return the answer in words; times are of `zone`."""
    trace, names = facts.decision.trace, _names(facts)
    date, hint = _promise(facts, zone, reader)
    return Trial(
        headline=explain(trace, names).text,
        outcome=OUTCOMES[RoutingOutcome(trace["outcome"])],
        by=by,
        order=_order(facts, reader),
        chosen=list(_chosen(facts, reader)),
        left=[_left(one, facts, reader) for one in trace.get("left", ())],
        promise=date,
        promise_hint=hint,
        parts=_parts(facts, zone, reader),
        steps=[_step(step, number, facts, reader) for number, step in enumerate(steps_of(trace), start=1)],
        none=_untried(trace),
    )


def found(facts: Suggestion, text: str) -> list[WhyNot]:
    """Return why the places whose name or code holds `text` were not chosen."""
    wanted, names = text.casefold(), _names(facts)
    if not wanted:
        return []
    matching = [one for one in facts.places.values() if wanted in f"{one.name} {one.code}".casefold()]
    answers = []
    for place in sorted(matching, key=lambda one: (one.name, one.code))[:MOST_FOUND]:
        said = why_not(facts.decision.trace, place.location_id, names)
        reasons = [one.text for one in said.under] or [said.text]
        answers.append(WhyNot(place.code, place.name or place.code, location_href(place.code), reasons))
    return answers


def _names(facts: Suggestion) -> dict[int, str]:
    return {id_: place.name or place.code for id_, place in facts.places.items()}


def _by_code(facts: Suggestion) -> dict[str, str]:
    return {place.code: place.name for place in facts.places.values() if place.name}


def _order(facts: Suggestion, reader: Reader) -> str:
    order = facts.order
    goods = ", ".join(
        f"{say.count(line.quantity, reader.locale)} × {_called(facts, line.sku)}" for line in order.lines[:6]
    )
    more = f" and {len(order.lines) - 6} more lines" if len(order.lines) > 6 else ""
    return " · ".join([f"{goods}{more}", METHOD_WORDS[order.method], order.channel, order.service_level])


def _chosen(facts: Suggestion, reader: Reader) -> Iterator[ChosenView]:
    names, goods = _names(facts), {line.line_id: _called(facts, line.sku) for line in facts.order.lines}
    said = {one[0]: why_not(facts.decision.trace, one[0], names).text for one in facts.decision.trace["chosen"]}
    for one in facts.decision.assignments:
        place = one.place
        yield ChosenView(
            key=place.code,
            name=place.name or place.code,
            href=location_href(place.code),
            distance=distance(one.distance_km, reader),
            units=[f"{say.count(units, reader.locale)} × {goods.get(line, line)}" for line, units in one.units],
            why=said.get(place.location_id, ""),
        )


def _called(facts: Suggestion, sku: str) -> str:
    return facts.names.get(sku) or sku


def _left(one: Sequence[Any], facts: Suggestion, reader: Reader) -> str:
    line_id, units, action, reason = one
    sku = next((sku for id_, sku, _ in facts.decision.trace["lines"] if id_ == line_id), str(line_id))
    what = f"{say.count(units, reader.locale)} × {_called(facts, sku)}"
    return f"{what} {_ACTIONS.get(action, action)}. {reason_words(reason)}."


def _untried(trace: Mapping[str, Any]) -> str:
    """Return why no scenario was tried at all, empty when one was."""
    if trace.get("steps"):
        return ""
    left = trace.get("left") or [[0, 0, "", ""]]
    return f"No location was looked at. {reason_words(left[0][3])}."


def _promise(facts: Suggestion, zone: str, reader: Reader) -> tuple[str, str]:
    promise, names = facts.promise, _by_code(facts)
    if promise.date is None:
        problem = next((one.problem for one in promise.shipments if one.problem), "not everything has a location")
        return "No date", plain(problem, names)
    return (
        say.at_place(promise.date, zone, reader.now, reader.locale),
        say.relative(promise.date, reader.now),
    )


def _parts(facts: Suggestion, zone: str, reader: Reader) -> list[PartView]:
    """Return the parts of the promise's sum that take time."""
    names = _by_code(facts)
    parts = [one for one in facts.promise.parts if one.end > one.start]
    longest = max((one.end - one.start for one in parts), default=None)
    return [
        PartView(
            key=str(number),
            word=_PARTS.get(one.part.value, one.part.value),
            text=plain(one.words, names, clock=say.wall_time(one.end, zone, reader.now, reader.locale)),
            took=say.duration((one.end - one.start).total_seconds()),
            until=say.at_place(one.end, zone, reader.now, reader.locale),
            percent=round(100 * (one.end - one.start) / longest) if longest else 0,
        )
        for number, one in enumerate(parts)
    ]


def distance(km: float | None, reader: Reader) -> str:
    """Return "12.3 km", a dash when it is not known."""
    return say.NOTHING if km is None else f"{say.decimal(km, reader.locale)} km"


def _step(step: Mapping[str, Any], number: int, facts: Suggestion, reader: Reader) -> StepView:
    ranked = step.get("ranked", ())
    rest = count_named(step.get("rest", ()))
    return StepView(
        key=str(number),
        name=f"{number}. {step['scenario']}",
        about=f"{_places(step['asked'], reader)} something of it, {say.count(len(ranked) + rest)} ranked",
        came=_came(step),
        ranked=[_ranked(row, place, step, facts, reader) for place, row in enumerate(ranked, start=1)],
        rest=f"{say.count(rest, reader.locale)} more are ranked after these." if rest else "",
        out=list(_out(step, facts, reader)),
        open="chose" in step,
    )


def _places(number: int, reader: Reader) -> str:
    return f"{say.plural(number, 'location', reader.locale)} {'has' if number == 1 else 'have'}"


def _came(step: Mapping[str, Any]) -> str:
    if step.get("incomplete"):
        return "A split would not have covered all of it, so none was made."
    if "chose" in step:
        return _CAME.get(str(step.get("did")), "") + (" No more parcels are allowed." if step.get("cut") else "")
    if step.get("cut"):
        return "It would take more parcels than allowed."
    return "Nothing was taken here."


def _ranked(row: Sequence[Any], rank: int, step: Mapping[str, Any], facts: Suggestion, reader: Reader) -> RankedView:
    id_, km = row[0], row[1]
    place = facts.places.get(id_)
    code = place.code if place else ""
    return RankedView(
        key=str(id_),
        rank=str(rank),
        name=(place.name or code) if place else f"Location {id_}",
        href=location_href(code) if code else "",
        distance=distance(km, reader),
        stock=_stock(id_, facts, reader),
        load=f"{say.count(place.load.open_shipments, reader.locale)} open" if place else "",
        chosen=any(one[0] == id_ for one in step.get("chose", ())),
    )


def _stock(id_: int, facts: Suggestion, reader: Reader) -> str:
    """Return what a place has of each line: "5", or "5 · 0 · 2"."""
    return " · ".join(
        say.count(facts.have.get(line.line_id, {}).get(id_, 0), reader.locale) for line in facts.order.lines[:4]
    )


def _out(step: Mapping[str, Any], facts: Suggestion, reader: Reader) -> Iterator[OutGroup]:
    for reason, ids in step.get("out", {}).items():
        yield _group(_reason(step, reason), [(id_, "") for id_ in ids if id_ > 0], count_named(ids), facts, reader)
    lines = facts.decision.trace["lines"]
    for number, reason, *ids in step.get("stopped", ()):
        told = [(id_, "") for id_ in ids if id_ > 0]
        yield _group(f"{lines[number][1]}: {_reason(step, reason)}", told, count_named(ids), facts, reader)
    for number, *ids in step.get("without", ()):
        told = [(id_, "") for id_ in ids if id_ > 0]
        yield _group(f"Has none of {lines[number][1]}", told, count_named(ids), facts, reader)
    for number, *pairs in step.get("short", ()):
        _, sku, wanted = lines[number]
        having = list(zip(pairs[::2], pairs[1::2], strict=True))
        told = [(id_, f"{have} of {wanted}") for id_, have in having]
        yield _group(f"Has too few of {sku}", told, len(told), facts, reader)
    if over := step.get("over_limit"):
        told = [(id_, "") for id_ in over if id_ > 0]
        yield _group("May not be given that much more", told, count_named(over), facts, reader)


def _reason(step: Mapping[str, Any], reason: str) -> str:
    word, _, number = reason.partition(":")
    if word == Out.FILTER:
        return f"Left out by the filter “{step.get('filters', {}).get(number, number)}”"
    return LEFT_OUT.get(word, word)


def _group(reason: str, told: Sequence[tuple[int, str]], number: int, facts: Suggestion, reader: Reader) -> OutGroup:
    shown = [_out_place(id_, detail, facts) for id_, detail in told[:MOST_NAMED]]
    more = number - len(shown)
    return OutGroup(
        key=reason,
        reason=reason,
        count=say.plural(number, "location", reader.locale),
        places=shown,
        more=f"and {say.count(more, reader.locale)} more" if more > 0 else "",
    )


def _out_place(id_: int, detail: str, facts: Suggestion) -> OutPlace:
    place = facts.places.get(id_)
    if place is None:
        return OutPlace(str(id_), f"Location {id_}", "", detail)
    return OutPlace(str(id_), place.name or place.code, location_href(place.code), detail)


def count_named(ids: Sequence[int]) -> int:
    """Return how many a list of a trace names; one that was cut ends with minus the number of the others."""
    return len(ids) - 1 - ids[-1] if ids and ids[-1] < 0 else len(ids)
