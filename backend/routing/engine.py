"""Where an order goes: `route` decides one, `route_all` a batch. Pure: facts in, decisions with their traces out.

The first route that matches the order is taken; its scenarios are tried in turn. In each, the holders of what is left
are looked at (`pool.py`), ranked (`rank.py`), and one takes everything, or is sent what it lacks (`supply.py`), or a
split shares it out (`split.py`), or the scenario says what follows. Nothing depends on the order in which places or
stock are listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.routing.cost import cost_minor, parcel
from backend.routing.document import Scenario, Strategy
from backend.routing.facts import Assignment, Decision, Leftover, Network, OrderFacts, Place
from backend.routing.fields import Env
from backend.routing.filters import matches
from backend.routing.pool import Job, Look, Pool, gather
from backend.routing.prepare import Prepared, ReadyRoute, ReadyScenario, compiled, prepared
from backend.routing.rank import Ranking, distance_of
from backend.routing.room import Loads
from backend.routing.sieve import sieve
from backend.routing.split import Plan, Share, by_line, by_quantity
from backend.routing.supply import supply
from backend.routing.trace import TRANSFER, Step, Tracer
from backend.routing.words import ENDS, SPLITS, After, Choice, Out, Why

#: How often what a split left over may start again at the first scenario.
RESTARTS = 3


def route(order: OrderFacts, network: Network, strategy: Strategy) -> Decision:
    """Return where an order goes. Takes nothing from the network's stock."""
    return _decide(order, network, prepared(network, strategy), Loads())


def route_all(orders: Sequence[OrderFacts], network: Network, strategy: Strategy) -> list[Decision]:
    """Route orders one after the other, each on the stock and the loads that those before it left.

    Takes what it assigns from the network's stock.
    """
    ready, loads = prepared(network, strategy), Loads()
    decisions = []
    for order in orders:
        decision = _decide(order, network, ready, loads)
        loads.add(order, decision)
        if order.stock_matters:
            take(order, decision, network)
        decisions.append(decision)
    return decisions


def take(order: OrderFacts, decision: Decision, network: Network) -> None:
    """Count the units of a decision as promised in the network's stock."""
    products = {line.line_id: line.product_id for line in order.lines}
    for assignment in decision.assignments:
        for place, line_id, units in assignment.needs():
            network.stock.take(place.location_id, products[line_id], units, order)


def lane_of(order: OrderFacts, strategy: Strategy) -> int:
    """Return the number of the first lane that matches an order, 9 when none does; lane 0 is routed first."""
    env = Env(order)
    lanes = compiled(strategy).lanes
    return next((number for number, (_, when) in enumerate(lanes) if matches(when, env)), LAST_LANE)


#: The lane of an order that no lane matches (`models.tables.orders.LAST_LANE`; a document has at most nine others).
LAST_LANE = 9


def _decide(order: OrderFacts, network: Network, ready: Prepared, loads: Loads) -> Decision:
    strategy = ready.ready.strategy
    tracer = Tracer(order, strategy.title)
    given = None if order.given is None else network.by_code.get(order.given)
    limits = strategy.limits
    left = {number: line.quantity for number, line in enumerate(order.lines) if line.quantity > 0}
    job = Job(order, network, ready, loads, given, left, limits.splits_per_order - order.splits, limits.splits_per_line)
    if order.attempt > limits.attempts:
        return _finish(job, tracer, limits.too_many_attempts, Why.TOO_MANY_ATTEMPTS)
    if order.given is not None and given is None:
        return _finish(job, tracer, strategy.otherwise, Why.GIVEN_UNKNOWN)
    path = next((one for one in ready.ready.routes if matches(one.when, job.env)), None)
    if path is None:
        return _finish(job, tracer, strategy.otherwise, Why.NO_ROUTE)
    tracer.route = path.route.name
    end = _walk(job, path, tracer)
    why = _why(job, tracer) if job.left else Why.NOT_ENOUGH
    return _finish(job, tracer, strategy.otherwise if end is After.NEXT else end, why)


def _walk(job: Job, path: ReadyRoute, tracer: Tracer) -> After:
    """Try the scenarios in turn; return what ends the rest, NEXT when nothing did."""
    index = restarts = 0
    while job.left and index < len(path.scenarios):
        after = _scenario(job, path, path.scenarios[index], tracer)
        index += 1
        if after is After.RESTART and restarts < RESTARTS:
            index, restarts = 0, restarts + 1
        elif after not in (After.NEXT, After.RESTART):
            return after
    return After.NEXT


def _scenario(job: Job, path: ReadyRoute, ready: ReadyScenario, tracer: Tracer) -> After:
    """Assign what this scenario can; return what follows for the rest."""
    scenario = ready.scenario
    pool = gather(job, ready)
    sieve(job, pool, ready)
    ranking = Ranking(job.env, job.here, job.network.places, pool.memo.chart, job.loads.of)
    step = Step(ready, ranking, job.left, pool.out, pool.asked)
    step.stopped, step.some_left = pool.stopped, bool(pool.ids)
    tracer.steps.append(step)
    splits = scenario.when_partial in SPLITS
    if path.route.prefer_whole or not splits:
        whole = _whole(job, pool, step)
        if whole:
            step.ranked = ranking.ordered(whole, ready, _units(job, pool, whole, ready))
            return _assign(job, step, {step.ranked[0]: dict(job.left)})
    if scenario.transfer and job.given is not None and (found := supply(job, pool, ready)):
        job.supply, step.did = found, TRANSFER
        return _assign(job, step, {job.given.location_id: dict(job.left)})
    some = {id_ for holding in pool.holdings.values() for id_ in holding} & pool.ids
    if not some:
        step.then = scenario.when_none
        return scenario.when_none
    if not splits:
        step.then = scenario.when_partial
        return scenario.when_partial
    step.ranked = ranking.ordered(some, ready, _units(job, pool, some, ready))
    return _split(job, pool, step, path.route.candidates)


def _whole(job: Job, pool: Pool, step: Step) -> set[int]:
    """Return the candidates that have everything that is left; tell of the others what they lack."""
    full = _full(job, pool, step)
    if pool.rooms:
        rooms, items = pool.rooms, sum(job.left.values())
        money = sum(units * job.line(number).unit_price_minor for number, units in job.left.items())
        over = {id_ for id_ in full if id_ in rooms and not rooms[id_].holds(items, money)}
        step.too_much = sorted(over)
        step.some_left = len(over) < len(pool.ids)
        full = full - over
    return full


def _full(job: Job, pool: Pool, step: Step) -> set[int]:
    """Return the candidates with enough stock; what the last scenario found holds while its question was the same."""
    last = job.last_look
    if last is not None and not step.ready.per_line and last.ids == pool.ids and last.wanted == step.wanted:
        step.lacking, step.without = last.lacking, last.without
        return last.full
    full, needs = pool.ids, dict(job.left)
    if job.shares_products:
        needs = _together(job, needs)
    for number, need in needs.items():
        holding = pool.holdings[number]
        if without := full.difference(holding):
            step.without.append((number, sorted(without)))
            full = full - without
        if min(holding.values(), default=need) < need and (short := [id_ for id_ in full if holding[id_] < need]):
            step.lacking.append((number, sorted((id_, holding[id_]) for id_ in short)))
            full = full.difference(short)
    if not step.ready.per_line:
        job.last_look = Look(set(pool.ids), step.wanted, full, step.lacking, step.without)
    return full


def _together(job: Job, needs: dict[int, int]) -> dict[int, int]:
    """Return what each line needs when lines of the same product share its stock: every one needs all of it."""
    sums: dict[int, int] = {}
    for number, units in needs.items():
        product = job.line(number).product_id
        sums[product] = sums.get(product, 0) + units
    return {number: sums[job.line(number).product_id] for number in needs}


def _units(job: Job, pool: Pool, ids: Iterable[int], ready: ReadyScenario) -> dict[int, int]:
    """Return how many units of the order's products candidates have, when a sort asks for it."""
    if not any(sort.by == "stock" for sort in ready.scenario.sorts):
        return {}
    first = {job.line(number).product_id: number for number in job.left}
    return {id_: sum(pool.holdings[number].get(id_, 0) for number in first.values()) for id_ in ids}


def _split(job: Job, pool: Pool, step: Step, choice: Choice) -> After:
    scenario: Scenario = step.ready.scenario
    share = Share(
        step.ranked,
        pool.holdings,
        pool.rooms,
        job.order.lines,
        dict(job.left),
        most=job.more_shipments,
        already=frozenset(job.took),
        takers={number: frozenset(job.takers(number)) for number in job.left},
        most_per_line=job.most_per_line,
        shares_products=job.shares_products,
    )
    plan = (by_line if scenario.when_partial is After.SPLIT_BY_LINE else by_quantity)(share, choice)
    covered = sum(sum(units.values()) for units in plan.values()) == sum(job.left.values())
    step.cut = not covered and len(plan.keys() - job.took.keys()) >= job.more_shipments
    if not plan or (scenario.only_complete and not covered):
        step.incomplete = bool(plan)
        step.then = After.NEXT if scenario.rest is After.RESTART else scenario.rest
        return step.then
    step.did = scenario.when_partial
    return _assign(job, step, plan)


def _assign(job: Job, step: Step, plan: Plan) -> After:
    step.chose = plan
    for id_, units in plan.items():
        mine = job.took.setdefault(id_, {})
        for number, given in units.items():
            mine[number] = mine.get(number, 0) + given
            job.left[number] -= given
    for number in [number for number, units in job.left.items() if not units]:
        del job.left[number]
    if not job.left:
        return After.NEXT
    step.then = step.ready.scenario.rest
    return step.then


#: Why a location that the order names cannot have it, where that says more than that it is left out.
_GIVEN_OUT = ((Out.CLOSED, Why.GIVEN_CLOSED), (Out.METHOD, Why.GIVEN_METHOD), (Out.PAUSED, Why.GIVEN_PAUSED))


def _why(job: Job, tracer: Tracer) -> Why:
    """Return the reason of what is left over."""
    steps = tracer.steps
    shared_out = any(len(job.takers(number)) >= job.most_per_line for number in job.left)
    if (job.more_shipments <= 0 or shared_out or any(step.cut for step in steps)) and _elsewhere(job):
        return Why.SPLIT_LIMIT
    outs = {reason for step in steps for reason in step.out}
    if job.given is not None:
        for out, why in _GIVEN_OUT:
            if out in outs:
                return why
        return Why.GIVEN_LEFT_OUT if outs or any(step.too_much for step in steps) else Why.GIVEN_STOCK
    if not any(step.asked or step.out for step in steps):
        return Why.NO_STOCK
    if not any(step.some_left for step in steps):
        return Why.LEFT_OUT
    return Why.NOT_ENOUGH


def _elsewhere(job: Job) -> bool:
    """Return whether somebody who takes no part has something of what is left."""
    if not job.order.stock_matters:
        return True
    holders = job.network.stock.holders
    return any(not job.took.keys() >= holders(job.line(n).product_id, job.order).keys() for n in job.left)


def _finish(job: Job, tracer: Tracer, end: After, why: Why) -> Decision:
    order, places = job.order, job.network.places
    assignments = []
    for id_, units in sorted(job.took.items(), key=lambda took: places[took[0]].code):
        place: Place = places[id_]
        km = distance_of(job.here, place)
        what = parcel(order, [(order.lines[number], share) for number, share in units.items()])
        shares = tuple((order.lines[number].line_id, units[number]) for number in sorted(units))
        brought = job.supply if place is job.given else None
        assignments.append(Assignment(place, shares, km, cost_minor(place, what, km), brought))
    leftovers = tuple(
        Leftover(order.lines[number].line_id, units, ENDS[end], why) for number, units in sorted(job.left.items())
    )
    return Decision(tuple(assignments), leftovers, tracer.document(assignments, leftovers, job.env.clashes))
