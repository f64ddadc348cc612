"""What the page Workflows says: what holds by method and group, what shipments under way keep, all versions. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from backend.fulfillment.versions import UnderWay
from dashboard import format as say
from dashboard.address.workflows import WorkflowsAddress
from dashboard.present import common
from dashboard.present.common import METHOD_WORDS, Reader
from dashboard.present.workflows import ways
from dashboard.present.workflows.steps import chain
from dashboard.views.common import Choice
from dashboard.views.kept import Way
from dashboard.views.workflows import MethodWays, Older, WayRow, WorkflowRow, WorkflowsScreen
from models.enums import DefinitionStatus, Method

_COLUMNS = (("version", "Version"), ("state", "State"), ("underway", "Under way"), ("saved", "Saved"))


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from. `active` are the written versions that hold, `drafts` the newest drafts, `kept`
    those that hold no more and that shipments under way keep; `groups` has how many locations each has."""

    active: Sequence[Way]
    drafts: Sequence[Way]
    kept: Sequence[Way]
    under_way: UnderWay
    groups: Mapping[str, int]
    versions: Sequence[Way]
    counts: Mapping[DefinitionStatus, int]
    may_write: bool


def screen(facts: Facts, address: WorkflowsAddress, reader: Reader) -> WorkflowsScreen:
    """Return the whole page."""
    total = sum(facts.counts.values()) if address.state is None else facts.counts[address.state]
    shown = len(facts.versions)
    return WorkflowsScreen(
        ways=[_method(method, facts, reader) for method in METHOD_WORDS],
        states=_states(facts.counts, address, reader),
        columns=common.plain_columns(_COLUMNS, numeric=("underway",)),
        versions=[_version(one, facts, reader) for one in facts.versions],
        pager=common.pager(address, ways.PATH, shown=shown, total=total, noun="version", locale=reader.locale),
        csv=f"/ui/export/workflows.csv?{address.href('', page=1).removeprefix('?')}",
        may_write=facts.may_write,
        methods=[(method.value, word) for method, word in METHOD_WORDS.items()],
        groups=[
            (code, f"{code} · {say.plural(count, 'location', reader.locale)}") for code, count in facts.groups.items()
        ],
    )


def _places(number: int, reader: Reader) -> str:
    return say.plural(number, "location", reader.locale)


def _method(method: Method, facts: Facts, reader: Reader) -> MethodWays:
    forks = [one for one in facts.active if one.method is method and one.group]
    held = [ways.holding(facts.active, method), *forks]
    return MethodWays(
        key=method.value,
        name=METHOD_WORDS[method],
        ways=[_way(one, facts, reader) for one in held],
        older=list(_older(method, held, facts, reader)),
    )


def _way(one: Way, facts: Facts, reader: Reader) -> WayRow:
    number = facts.under_way.of(one.method, one.id)
    return WayRow(
        key=f"{one.method.value}:{one.group}",
        href=ways.href(one.code, one.version),
        where=f"Group {one.group}" if one.group else "Everywhere",
        places=_places(facts.groups.get(one.group, 0), reader) if one.group else "",
        title=ways.title(one),
        version=f"{one.code}, version {one.version}" if one.version else "Built in",
        since=_since(one, reader),
        under_way=ways.under_way_words(number, facts.under_way, reader) if number else "None under way",
        draft=_draft(one, facts),
        chips=chain(one.document),
    )


def _since(one: Way, reader: Reader) -> str:
    since = one.activated_at or one.created_at
    return f"since {say.duration((reader.sent_now - since).total_seconds())}" if since else "nobody wrote another"


def _draft(one: Way, facts: Facts) -> str:
    """Return which draft waits for the same method and group, nothing for none."""
    same = [draft for draft in facts.drafts if (draft.method, draft.group) == (one.method, one.group)]
    return f"Draft waits: {ways.called(same[0])}" if same else ""


def _older(method: Method, held: Sequence[Way], facts: Facts, reader: Reader) -> Iterator[Older]:
    """Yield what shipments under way keep though it holds no more."""
    before = [one for one in facts.kept if one.method is method]
    if held[0].version:
        before.append(ways.built_in(method, status=DefinitionStatus.RETIRED))
    for one in before:
        if number := facts.under_way.of(method, one.id):
            words = ways.under_way_words(number, facts.under_way, reader)
            keep = "keeps" if number == 1 else "keep"
            yield Older(ways.key(one), f"{words} {keep} {ways.called(one)}", ways.href(one.code, one.version))


def _states(counts: Mapping[DefinitionStatus, int], address: WorkflowsAddress, reader: Reader) -> list[Choice]:
    def one(status: DefinitionStatus | None, word: str, number: int) -> Choice:
        value, href = status.value if status else "", address.href(ways.PATH, state=status)
        return Choice(value, word, href, active=address.state is status, count=say.count(number, reader.locale))

    every = one(None, "All", sum(counts.values()))
    return [every, *[one(status, word, counts[status]) for status, word in ways.STATE_WORDS.items()]]


def _version(one: Way, facts: Facts, reader: Reader) -> WorkflowRow:
    return WorkflowRow(
        key=ways.key(one),
        version=ways.called(one),
        note=one.note or "No note",
        about=f"{METHOD_WORDS[one.method]}, {ways.where(one.group)}",
        state=one.status,
        word=ways.STATE_WORDS[DefinitionStatus(one.status)],
        under_way=say.count(facts.under_way.of(one.method, one.id), reader.locale),
        who=one.created_by,
        when=say.relative(one.created_at, reader.sent_now) if one.created_at else "",
        title=say.at_place(one.created_at, "UTC", reader.sent_now, reader.locale) if one.created_at else "",
        href=ways.href(one.code, one.version),
    )
