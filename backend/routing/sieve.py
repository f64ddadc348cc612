"""Filters that an order is asked about, on the candidates of a scenario: each is judged no oftener than it must be.

By what a filter depends on (`fields.Scope`): the order alone, a place with what it was given, order and place, or a
line and what a place has of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from backend.routing.fields import Env, Scope
from backend.routing.filters import Compiled
from backend.routing.pool import Holding, Job, Pool
from backend.routing.prepare import Live, Numbered, ReadyScenario
from backend.routing.words import Out

#: What a filter depends on that judges a number of units of one line the same wherever it lies.
_OF_UNITS = Scope.STOCK | Scope.ITEM | Scope.ORDER


def sieve(job: Job, pool: Pool, ready: ReadyScenario) -> None:
    """Take out of a pool whom the filters of its scenario leave out; those on places alone, its memo knows."""
    _per_order(job, pool, ready.per_order)
    _per_pair(job, pool, ready.per_pair)
    if ready.per_line:
        _per_line(job, pool, ready.per_line)


def _per_order(job: Job, pool: Pool, filters: Numbered) -> None:
    for number, part in filters:
        if not part.test(job.env):
            pool.drop(set(pool.ids), f"{Out.FILTER}:{number}")


def _per_pair(job: Job, pool: Pool, filters: Numbered) -> None:
    for number, part in filters:
        if part.scope & ~(Scope.LIVE | Scope.PLACE):
            failing: Collection[int] = _failing(job, pool, part, pool.ids)
        else:
            failing = _failing_live(job, pool, number, part)
        pool.drop(failing, f"{Out.FILTER}:{number}")


def _failing_live(job: Job, pool: Pool, number: int, part: Compiled) -> set[int]:
    """Return who fails a filter on places and what they were given: judged again only where that changed."""
    live = pool.memo.live.get(number)
    if live is None:
        live = pool.memo.live[number] = Live(part)
    if unmet := pool.ids - live.judged:
        live.learn(unmet, job.network, job.order)
    changed = pool.ids & job.loads.changed
    steady = pool.ids - changed
    for id_ in steady & live.clashes.keys():
        job.env.clashes |= live.clashes[id_]
    return (steady & live.failing).union(_failing(job, pool, part, changed))


def _failing(job: Job, pool: Pool, part: Compiled, ids: set[int]) -> list[int]:
    if part.scope & Scope.PAIR and not ids <= job.env.far.keys():
        job.env.far = dict(zip(ids, pool.memo.chart.km(ids, job.here), strict=True))
    env, places, loads, test = job.env, job.network.places, job.loads, part.test
    live, failing = bool(part.scope & Scope.LIVE), []
    for id_ in ids:
        place = env.place = places[id_]
        if live:
            env.load = loads.of(place)
        if not test(env):
            failing.append(id_)
    return failing


def _per_line(job: Job, pool: Pool, filters: Numbered) -> None:
    """Take lines off candidates whose filters fail for them; a candidate that is left with none is out."""
    covers = _whole_lines(job, pool) if any(part.scope & Scope.COVER for _, part in filters) else {}
    failed: dict[int, dict[int, str]] = {}  # location id → line number → reason
    kept: dict[int, Holding] = {}
    for number in job.left:
        fails = _line_fails(job, pool, number, (filters, covers))
        for id_, reason in fails.items():
            failed.setdefault(id_, {})[number] = reason
        kept[number] = {id_: units for id_, units in pool.holdings[number].items() if id_ not in fails}
    pool.holdings = kept
    out: dict[str, list[int]] = {}
    for id_, reasons in failed.items():
        if len(reasons) == len(job.left):
            out.setdefault(next(iter(reasons.values())), []).append(id_)
    for reason, ids in out.items():
        pool.drop(ids, reason)
    _tell_stopped(job, pool, failed)


def _tell_stopped(job: Job, pool: Pool, failed: Mapping[int, Mapping[int, str]]) -> None:
    """Tell which candidates a filter lets take some lines but not these."""
    told: dict[tuple[int, str], list[int]] = {}
    for id_ in sorted(pool.ids & failed.keys()):
        for number, reason in failed[id_].items():
            told.setdefault((number, reason), []).append(id_)
    pool.stopped += [(number, reason, ids) for (number, reason), ids in sorted(told.items())]


def _whole_lines(job: Job, pool: Pool) -> dict[int, int]:
    left, holdings = job.left, pool.holdings
    return {id_: sum(holdings[n].get(id_, 0) >= units for n, units in left.items()) for id_ in pool.ids}


def _line_fails(job: Job, pool: Pool, number: int, asked: tuple[Numbered, Mapping[int, int]]) -> dict[int, str]:
    """Return the candidates that may not take a line, with the filter that says so."""
    (filters, covers), env, places, loads = asked, job.env, job.network.places, job.loads
    have = pool.holdings[number].get
    line = env.line = job.line(number)
    fails: dict[int, str] = {}
    for part_number, part in filters:
        reason, ids = f"{Out.FILTER}:{part_number}", pool.ids - fails.keys()
        if not part.scope & ~_OF_UNITS:
            fails |= dict.fromkeys(_failing_units(ids, pool.holdings[number], part, env), reason)
            continue
        for id_ in ids:
            env.available, env.whole_lines = have(id_, 0), covers.get(id_, 0)
            env.held = job.network.held.get((id_, line.product_id))
            place = env.place = places[id_]
            env.load = loads.of(place)
            if not part.test(env):
                fails[id_] = reason
    env.line = env.held = None
    return fails


def _failing_units(ids: Iterable[int], holding: Holding, part: Compiled, env: Env) -> list[int]:
    """Return who fails a filter on how much there is of a line: every number of units is judged once."""
    verdicts: dict[int, bool] = {}
    failing = []
    for id_ in ids:
        units = holding.get(id_, 0)
        verdict = verdicts.get(units)
        if verdict is None:
            env.available = units
            verdict = verdicts[units] = part.test(env)
        if not verdict:
            failing.append(id_)
    return failing
