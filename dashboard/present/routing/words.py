"""A strategy as people read it: whose orders, which places in turn, what becomes of the rest. Pure."""

from __future__ import annotations

from collections import Counter

from backend.routing.document import Guards, Lane, Limits, Route, Scenario, Strategy
from backend.routing.words import After, Choice
from dashboard.present.routing.phrases import both, either, phrases, sort_words
from dashboard.views.routing import Clause, RouteWords, ScenarioWords, StrategyWords

#: What is done, after "then" or a colon.
AFTER_WORDS: dict[After, str] = {
    After.NEXT: "try the next scenario",
    After.RESTART: "start again with the first scenario",
    After.SPLIT_BY_LINE: "split it, each line whole from one place",
    After.SPLIT_BY_QUANTITY: "split it, lines too where they must be",
    After.UNASSIGNED: "leave it unassigned",
    After.BACKORDER: "put it on backorder",
    After.CUSTOMER_CARE: "hand it to customer care",
    After.CANCEL: "cancel it",
}
_MOST_NAMED = 6
_GUARDS = {
    "closing": ("Closing time", "places that close before they could finish"),
    "cutoff": ("Carrier cut-off", "places that would miss the carrier today"),
    "daily_limit": ("Daily limit", "places that were given as much as they may be"),
    "blocks": ("Blocked products", "places where the product is blocked"),
}


def strategy_words(strategy: Strategy) -> StrategyWords:
    """Return the whole strategy in words."""
    return StrategyWords(
        title=strategy.title,
        routes=[_route(route, index, strategy) for index, route in enumerate(strategy.routes)],
        otherwise=f"What is left after that: {AFTER_WORDS[strategy.otherwise]}.",
        lanes=[_lane(lane, number) for number, lane in enumerate(strategy.lanes, start=1)],
        limits=_limits(strategy.limits),
        guards=_guards(strategy),
    )


def _route(route: Route, index: int, strategy: Strategy) -> RouteWords:
    return RouteWords(
        key=f"{index}-{route.name}",
        name=route.name,
        who=_whose(route, first=index == 0),
        scenarios=[_scenario(one, number, route, strategy) for number, one in enumerate(route.scenarios, start=1)],
    )


def _whose(route: Route, *, first: bool) -> str:
    if route.when:
        return f"Orders {phrases(route.when)}"
    return "All orders" if first else "All other orders"


def _scenario(one: Scenario, number: int, route: Route, strategy: Strategy) -> ScenarioWords:
    order = "First" if number == 1 else "Then"
    ranks = ", then ".join(sort_words(sort) for sort in one.sorts)
    only = phrases(one.filters)
    sentence = f"{order} {_where(one)}{f' {only}' if only else ''}, {ranks}."
    return ScenarioWords(
        key=f"{number}-{one.name}",
        number=str(number),
        name=one.name,
        text=sentence,
        then=[
            *_own_guards(one.guards, _usual(strategy)),
            *_then(one, route, last=number == len(route.scenarios), limits=strategy.limits),
        ],
    )


def _where(one: Scenario) -> str:
    places = []
    if one.groups:
        places.append(f"places of {'group' if len(one.groups) == 1 else 'groups'} {_named(one.groups)}")
    if one.locations:
        places.append(f"{'place' if len(one.locations) == 1 else 'places'} {_named(one.locations)}")
    return either(places) if places else "all places"


def _named(codes: tuple[str, ...]) -> str:
    if len(codes) <= _MOST_NAMED:
        return both(codes)
    return f"{', '.join(codes[:_MOST_NAMED])} and {len(codes) - _MOST_NAMED} more"


def _then(one: Scenario, route: Route, *, last: bool, limits: Limits) -> list[str]:
    said = []
    partly = one.when_partial
    if partly in (After.SPLIT_BY_LINE, After.SPLIT_BY_QUANTITY):
        how = ", in the order above" if route.candidates is Choice.AS_SORTED else ", in as few parcels as possible"
        most = f", at most {limits.splits_per_order}" if limits.splits_per_order > 1 else ""
        condition = "; only if that covers all of it" if one.only_complete else ""
        whole = "If no single place has everything: " if route.prefer_whole else "If the first has not everything: "
        said.append(f"{whole}{AFTER_WORDS[partly]}{how}{most}{condition}.")
        if one.rest is not After.NEXT:
            said.append(f"What a split leaves over: {AFTER_WORDS[one.rest]}.")
    elif partly is not After.NEXT:
        said.append(f"If no single place has everything: {AFTER_WORDS[partly]}.")
    if one.when_none is not After.NEXT:
        said.append(f"If no place has any of it: {AFTER_WORDS[one.when_none]}.")
    if not said and not last:
        said.append("Else: the next scenario.")
    return said


def _lane(lane: Lane, number: int) -> Clause:
    return Clause(f"{number}. {lane.name}", f"Orders {phrases(lane.when)}" if lane.when else "All other orders")


def _limits(limits: Limits) -> list[Clause]:
    parcels, places = limits.splits_per_order, limits.splits_per_line
    return [
        Clause("Parcels per order", "One: never split" if parcels == 1 else f"At most {parcels}"),
        Clause("Places per line", "One: a line is never divided" if places == 1 else f"At most {places}"),
        Clause("Tries per order", f"At most {limits.attempts}, then {AFTER_WORDS[limits.too_many_attempts]}"),
    ]


def _guards(strategy: Strategy) -> list[Clause]:
    usual = _usual(strategy)
    return [
        Clause(title, f"{'Passes over' if getattr(usual, name) else 'Off: takes'} {what}")
        for name, (title, what) in _GUARDS.items()
    ]


def _usual(strategy: Strategy) -> Guards:
    """Return the guards of most scenarios; the others say in their own words what differs."""
    counted = Counter(one.guards for route in strategy.routes for one in route.scenarios)
    return counted.most_common(1)[0][0] if counted else Guards()


def _own_guards(guards: Guards, usual: Guards) -> list[str]:
    return [
        f"Here it {'passes over' if getattr(guards, name) else 'takes also'} {what}."
        for name, (_, what) in _GUARDS.items()
        if getattr(guards, name) is not getattr(usual, name)
    ]
