"""What the page Shadow run says: runs, and what the tried strategy would have done otherwise. Pure.

The form of a result is `backend/routing/shadowing.py`'s."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import format as say
from dashboard.address.routing import ShadowAddress
from dashboard.present import common, orders
from dashboard.present.common import Reader, location_href
from dashboard.present.routing.versions import SHADOW_PATH
from dashboard.views.kept import Run, Version
from dashboard.views.shadow import Compared, DiffersView, LoadView, RunRow, RunView, ShadowScreen
from models.enums import StrategyStatus, WorkStatus

STATE_WORDS: dict[WorkStatus, str] = {
    WorkStatus.WAITING: "Waiting",
    WorkStatus.RUNNING: "Running",
    WorkStatus.DONE: "Done",
    WorkStatus.FAILED: "Failed",
    WorkStatus.CANCELLED: "Cancelled",
}
LIVE = (WorkStatus.WAITING, WorkStatus.RUNNING)
MOST_PLACES = 30
_COLUMNS = (("what", "Tried"), ("state", "State"), ("when", "Started"))
#: Figures that are counts, in order: the key in the result, how it is called.
_COUNTS = (
    ("assigned", "Orders assigned whole"),
    ("split", "Of these, split"),
    ("partial", "Orders assigned in part"),
    ("unassigned", "Orders without a location"),
    ("shipments", "Shipments"),
    ("units_left", "Units left over"),
    ("locations", "Locations with work"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from; `names` are the names of places by code."""

    runs: Sequence[Run]
    opened: Run | None
    drafts: Sequence[Version]
    names: Mapping[str, str]
    may_write: bool


def screen(facts: Facts, reader: Reader) -> ShadowScreen:
    """Return the whole page."""
    return ShadowScreen(
        strategies=[_choice(one) for one in facts.drafts],
        columns=common.plain_columns(_COLUMNS),
        runs=[_row(run, facts, reader) for run in facts.runs],
        run=opened(facts.opened, facts.names, reader) if facts.opened else RunView(),
        may_write=facts.may_write,
    )


def _choice(one: Version) -> tuple[str, str]:
    word = {StrategyStatus.DRAFT: "draft", StrategyStatus.ACTIVE: "active"}.get(StrategyStatus(one.status), one.status)
    return f"{one.name}:{one.version}", f"{one.name} {one.version} · {word}{f': {one.note}' if one.note else ''}"


def _what(run: Run) -> str:
    return f"{run.strategy_name}, version {run.strategy_version}" if run.strategy_version else run.strategy_name


def _row(run: Run, facts: Facts, reader: Reader) -> RunRow:
    return RunRow(
        key=str(run.id),
        what=_what(run),
        about=f"last {say.plural(run.orders, 'order', reader.locale)} · {run.created_by}",
        state=run.status,
        word=STATE_WORDS[WorkStatus(run.status)],
        when=say.relative(run.created_at, reader.now),
        title=say.at_place(run.created_at, "UTC", reader.now, reader.locale),
        href=ShadowAddress(run=run.id).href(SHADOW_PATH),
        chosen=facts.opened is not None and facts.opened.id == run.id,
    )


def opened(run: Run, names: Mapping[str, str], reader: Reader) -> RunView:
    """Return one run: how far it is, or what it came to."""
    result, state = run.result, WorkStatus(run.status)
    done = f"{say.count(run.done, reader.locale)} of {say.plural(run.orders, 'order', reader.locale)}"
    known = state is WorkStatus.DONE and "active" in result
    return RunView(
        id=run.id,
        heading=_what(run),
        about=_about(run, result, reader) if known else f"on the last {say.plural(run.orders, 'order', reader.locale)}",
        state=run.status,
        word=STATE_WORDS[state],
        done=done,
        percent=round(100 * run.done / run.orders) if run.orders else 0,
        running=state in LIVE,
        failed=_failed(state, result),
        figures=figures(result["active"], result["tried"], reader) if known else [],
        loads=loads(result["active"]["load"], result["tried"]["load"], names, reader) if known else [],
        differs=[_differs(one, names) for one in result["differ"]] if known else [],
        differs_word=_differing(result, reader) if known else "",
        csv=f"/ui/export/shadow-run/{run.id}.csv",
        close=ShadowAddress().href(SHADOW_PATH),
    )


def _about(run: Run, result: Mapping[str, Any], reader: Reader) -> str:
    took = say.duration((run.finished_at - run.created_at).total_seconds()) if run.finished_at else ""
    return (
        f"beside {result['active']['strategy']}, on the last {say.plural(result['orders'], 'order', reader.locale)}"
        f"{f', in {took}' if took else ''}"
    )


def _failed(state: WorkStatus, result: Mapping[str, Any]) -> str:
    if state is WorkStatus.CANCELLED:
        return "This run was cancelled. Nothing of it was kept; start it again above."
    if state is WorkStatus.FAILED:
        return f"This run failed: {result.get('problem', 'no reason was kept')}. Nothing was changed."
    return ""


def figures(active: Mapping[str, Any], tried: Mapping[str, Any], reader: Reader) -> list[Compared]:
    """Return each figure of both, and how they differ."""
    rows = [_count(label, active[key], tried[key], reader) for key, label in _COUNTS]
    rows += [_km(label, active[key], tried[key], reader) for key, label in _DISTANCES]
    return [*rows, _money("Cost", active["cost_minor"], tried["cost_minor"], reader)]


_DISTANCES = (("mean_km", "Distance, mean"), ("median_km", "Distance, median"))


def _count(label: str, active: int, tried: int, reader: Reader) -> Compared:
    return Compared(label, say.count(active, reader.locale), say.count(tried, reader.locale), _signed(tried - active))


def _km(label: str, active: float | None, tried: float | None, reader: Reader) -> Compared:
    def words(km: float | None) -> str:
        return say.NOTHING if km is None else f"{say.decimal(km, reader.locale)} km"

    differs = "" if active is None or tried is None else _signed(round(tried - active, 1), " km")
    return Compared(label, words(active), words(tried), differs)


def _money(label: str, active: int, tried: int, reader: Reader) -> Compared:
    def words(minor: int) -> str:
        return say.decimal(minor / 100, reader.locale, places=2)

    return Compared(label, words(active), words(tried), _signed(round((tried - active) / 100, 2)))


def _signed(number: float, unit: str = "") -> str:
    """Return "+12", "−3.4 km", "same"."""
    if not number:
        return "same"
    return f"{'+' if number > 0 else '−'}{abs(number):,}{unit}"  # a minus sign, not a hyphen


def loads(
    active: Sequence[Mapping[str, Any]], tried: Sequence[Mapping[str, Any]], names: Mapping[str, str], reader: Reader
) -> list[LoadView]:
    """Return the busiest places of either, the busiest first."""
    before = {one["location"]: one["shipments"] for one in active}
    after = {one["location"]: one["shipments"] for one in tried}
    codes = sorted(before.keys() | after.keys(), key=lambda code: (-max(before.get(code, 0), after.get(code, 0)), code))
    most = max([*before.values(), *after.values()], default=0)
    return [
        LoadView(
            key=code,
            name=names.get(code, code),
            href=location_href(code),
            active=say.count(before.get(code, 0), reader.locale),
            tried=say.count(after.get(code, 0), reader.locale),
            active_percent=common.share(before.get(code, 0), most),
            tried_percent=common.share(after.get(code, 0), most),
        )
        for code in codes[:MOST_PLACES]
    ]


def _differs(one: Mapping[str, Any], names: Mapping[str, str]) -> DiffersView:
    def words(codes: Sequence[str]) -> str:
        return ", ".join(names.get(code, code) for code in codes) or "no location"

    order_id = one["order"]
    return DiffersView(
        key=str(order_id),
        order=one["external_id"],
        href=orders.href(order_id),
        active=words(one["active"]),
        tried=words(one["tried"]),
    )


def _differing(result: Mapping[str, Any], reader: Reader) -> str:
    number, shown = result["differing"], len(result["differ"])
    if not number:
        return "None: both send every order to the same locations."
    of = say.percent(number, result["orders"], reader.locale)
    first = f"; the first {say.count(shown, reader.locale)} are listed" if shown < number else ""
    return f"{say.plural(number, 'order', reader.locale)}, {of} of all{first}"


def codes_of(run: Run) -> set[str]:
    """Return the codes of all places that a result names."""
    result = run.result
    found = {one["location"] for side in ("active", "tried") for one in result.get(side, {}).get("load", ())}
    return found.union(*(set(one["active"]) | set(one["tried"]) for one in result.get("differ", ())))
