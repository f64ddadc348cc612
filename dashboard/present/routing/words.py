"""A strategy as people read it: whose orders, which places in turn, what becomes of the rest. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.routing.document import Guards, Lane, Limits, Route, Scenario, parse_strategy
from backend.routing.words import SPLITS, After, Choice
from dashboard.present.routing.phrases import both, either, phrases, sort_words
from dashboard.views.routing import Clause, RouteWords, ScenarioWords, StrategyWords

#: What is done, after "then" or a colon.
AFTER_WORDS: dict[After, str] = {
    After.NEXT: "try the next scenario",
    After.RESTART: "start again with the first scenario",
    After.SPLIT_BY_LINE: "split it, each line whole from one location",
    After.SPLIT_BY_QUANTITY: "split it, lines too where they must be",
    After.UNASSIGNED: "leave it unassigned",
    After.BACKORDER: "put it on backorder",
    After.CUSTOMER_CARE: "hand it to customer care",
    After.CANCEL: "cancel it",
}
_MOST_NAMED = 6
_GUARDS = {
    "closing": ("Closing time", "close before they could finish"),
    "cutoff": ("Carrier cut-off", "would miss the carrier today"),
    "daily_limit": ("Daily limit", "were given as much as they may be"),
    "blocks": ("Blocked products", "have the product blocked"),
}


def strategy_words(document: Mapping[str, Any]) -> StrategyWords:
    """Return the whole strategy in words; the document has no fault."""
    strategy, usual = parse_strategy(document), Guards(**document.get("guards", {}))
    return StrategyWords(
        title=strategy.title,
        description=strategy.description,
        routes=[_route(route, index, strategy.limits, usual) for index, route in enumerate(strategy.routes)],
        otherwise=f"What is left after that: {AFTER_WORDS[strategy.otherwise]}.",
        lanes=[_lane(lane, number) for number, lane in enumerate(strategy.lanes, start=1)],
        limits=_limits(strategy.limits),
        guards=_guard_clauses(usual),
    )


def _route(route: Route, index: int, limits: Limits, usual: Guards) -> RouteWords:
    return RouteWords(
        key=f"{index}-{route.name}",
        name=route.name,
        who=_whose(route, first=index == 0),
        scenarios=[
            ScenarioWords(
                key=f"{number}-{one.name}",
                number=str(number),
                name=one.name,
                text=_sentence(one, number, route),
                then=[*_own_guards(one.guards, usual), *_then(one, number, route, limits)],
            )
            for number, one in enumerate(route.scenarios, start=1)
        ],
    )


def _whose(route: Route, *, first: bool) -> str:
    if route.when:
        return f"Orders {phrases(route.when)}"
    return "All orders" if first else "All other orders"


def _sentence(one: Scenario, number: int, route: Route) -> str:
    """Return which places are taken: "First places of group east within 50 km that have all of it, nearest first."."""
    order = "" if len(route.scenarios) == 1 else "First " if number == 1 else "Then "
    whole = one.when_partial not in SPLITS or route.prefer_whole
    places = " ".join(filter(None, [_where(one), phrases(one.filters), "that have all of it" if whole else ""]))
    sentence = f"{order}{places}, {', then '.join(sort_words(sort) for sort in one.sorts)}."
    return sentence[:1].upper() + sentence[1:]


def _where(one: Scenario) -> str:
    places = []
    if one.groups:
        places.append(f"locations of {'group' if len(one.groups) == 1 else 'groups'} {_named(one.groups)}")
    if one.locations:
        places.append(f"{'location' if len(one.locations) == 1 else 'locations'} {_named(one.locations)}")
    return either(places) if places else "all locations"


def _named(codes: tuple[str, ...]) -> str:
    if len(codes) <= _MOST_NAMED:
        return both(codes)
    return f"{', '.join(codes[:_MOST_NAMED])} and {len(codes) - _MOST_NAMED} more"


def _then(one: Scenario, number: int, route: Route, limits: Limits) -> list[str]:
    said = []
    partly = one.when_partial
    if partly in SPLITS:
        how = ", in the order above" if route.candidates is Choice.AS_SORTED else ", in as few parcels as possible"
        most = f", at most {limits.splits_per_order}" if limits.splits_per_order > 1 else ""
        condition = "; only if that covers all of it" if one.only_complete else ""
        whole = "If no single location has everything: " if route.prefer_whole else "If the first has not everything: "
        said.append(f"{whole}{AFTER_WORDS[partly]}{how}{most}{condition}.")
        if one.rest is not After.NEXT:
            said.append(f"What a split leaves over: {AFTER_WORDS[one.rest]}.")
    elif partly is not After.NEXT:
        said.append(f"If no single location has everything: {AFTER_WORDS[partly]}.")
    if one.when_none is not After.NEXT:
        said.append(f"If no location has any of it: {AFTER_WORDS[one.when_none]}.")
    if not said and number < len(route.scenarios):
        said.append("Else: the next scenario.")
    sent = ["What the location of a pickup lacks: another one that has all of that sends it there."]
    return [*sent, *said] if one.transfer else said


def _lane(lane: Lane, number: int) -> Clause:
    return Clause(f"{number}. {lane.name}", f"Orders {phrases(lane.when)}" if lane.when else "All other orders")


def _limits(limits: Limits) -> list[Clause]:
    parcels, places = limits.splits_per_order, limits.splits_per_line
    return [
        Clause("Parcels per order", "One: never split" if parcels == 1 else f"At most {parcels}"),
        Clause("Locations per line", "One: a line is never divided" if places == 1 else f"At most {places}"),
        Clause("Tries per order", f"At most {limits.attempts}, then {AFTER_WORDS[limits.too_many_attempts]}"),
    ]


def _guard_clauses(usual: Guards) -> list[Clause]:
    return [
        Clause(title, f"{'Passes over' if getattr(usual, name) else 'Off: takes'} locations that {what}")
        for name, (title, what) in _GUARDS.items()
    ]


def _own_guards(guards: Guards, usual: Guards) -> list[str]:
    """Return what is passed over, or not, in this scenario alone."""
    differ = [name for name in _GUARDS if getattr(guards, name) is not getattr(usual, name)]
    on = [_GUARDS[name][1] for name in differ if getattr(guards, name)]
    off = [_GUARDS[name][1] for name in differ if not getattr(guards, name)]
    said = [f"Passes over locations that {either(on)}."] if on else []
    return [*said, *([f"Takes also locations that {either(off)}."] if off else [])]
