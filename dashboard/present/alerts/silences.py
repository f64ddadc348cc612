"""What the Silences page says: what is kept quiet, why, whose it is, until when. Pure; its form is
`silence_forms.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.browse import AlertView
from alerts.silence_rows import SilenceView
from alerts.silences import Matcher, SilenceState
from dashboard import format as say
from dashboard.address.base import PAGE_SIZE
from dashboard.address.silences import SilencesAddress
from dashboard.present import common
from dashboard.present.alerts import words
from dashboard.present.common import Reader
from dashboard.present.sheet import Cell
from dashboard.views.common import Choice
from dashboard.views.silences import Previewed, Quieted, SilenceDetail, SilenceRow, SilencesScreen

PATH = "/alerts/silences"
STATE_WORDS: Mapping[SilenceState, str] = {
    SilenceState.ACTIVE: "Active",
    SilenceState.PENDING: "Still to come",
    SilenceState.EXPIRED: "Over",
}
_COLUMNS = (
    *(("what", "What"), ("state", "State"), ("quiet", "Keeps quiet"), ("ends", "Until"), ("why", "Why")),
    ("owner", "Whose"),
)
SHEET = ("id", "state", "matchers", "reason", "owner", "starts_at", "ends_at", "ended_at", "created_at")
_LABELS = {"alertname": "policy", "policy": "policy"}


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from. `quiet` counts the open alerts that each silence keeps quiet, by its id."""

    silences: Sequence[SilenceView]
    quiet: Mapping[int, int]
    opened: SilenceView | None
    matched: Sequence[AlertView]
    matched_count: int
    may_act: bool


def screen(facts: Facts, address: SilencesAddress, reader: Reader) -> SilencesScreen:
    """Return the whole page; active ones first, then those to come, then those that are over."""
    shown = [one for one in facts.silences if address.state in (None, one.state)]
    page = ordered(shown)[address.offset : address.offset + PAGE_SIZE]
    return SilencesScreen(
        states=_states(facts.silences, address, reader),
        columns=common.plain_columns(_COLUMNS, numeric=("quiet",)),
        rows=[row(one, facts, address, reader) for one in page],
        pager=common.pager(address, PATH, shown=len(page), total=len(shown), noun="silence", locale=reader.locale),
        csv=f"/ui/export/silences.csv?{address.href('', page=1, id=0, of=0).removeprefix('?')}",
        detail=_detail(facts, address, reader),
        may_make=facts.may_act,
        form_close=address.href(PATH, of=0, page=address.page),
    )


def ordered(silences: Sequence[SilenceView]) -> list[SilenceView]:
    """Return active ones first, what ends first on top; then those to come; then those that are over, newest first."""
    at = list(STATE_WORDS)
    return sorted(silences, key=lambda one: (at.index(one.state), _sign(one) * one.facts.ends_at.timestamp(), one.id))


def _sign(one: SilenceView) -> int:
    return -1 if one.state is SilenceState.EXPIRED else 1


def _states(silences: Sequence[SilenceView], address: SilencesAddress, reader: Reader) -> list[Choice]:
    def choice(state: SilenceState | None, word: str) -> Choice:
        count = sum(1 for one in silences if state in (None, one.state))
        href = address.href(PATH, state=state, id=0, of=0)
        return Choice(state or "", word, href, active=address.state is state, count=say.count(count, reader.locale))

    return [choice(None, "All"), *(choice(state, word) for state, word in STATE_WORDS.items())]


def row(one: SilenceView, facts: Facts, address: SilencesAddress, reader: Reader) -> SilenceRow:
    """Return a silence as a row of the list."""
    at = one.starts_at if one.state is SilenceState.PENDING else one.facts.ends_at
    begins = "begins " if one.state is SilenceState.PENDING else ""
    return SilenceRow(
        key=str(one.id),
        what=spoken(one.matchers),
        reason=one.reason,
        owner=one.created_by,
        state=one.state.value,
        word=STATE_WORDS[one.state],
        quiet=say.count(facts.quiet.get(one.id, 0), reader.locale),
        starts_at=one.starts_at.isoformat(),
        ends_at=one.facts.ends_at.isoformat(),
        left=begins + say.relative(at, reader.now),
        href=address.href(PATH, id=one.id, of=0, page=address.page),
        chosen=one.id == address.id,
    )


def spoken(matchers: Sequence[Matcher]) -> str:
    """Return what matchers match, in words: "location chi-0, policy stalled"."""
    return ", ".join(_spoken(one) for one in matchers)


def _spoken(one: Matcher) -> str:
    name = _LABELS.get(one.name, one.name)
    if one.is_regex:
        return f"{name} {'like' if one.is_equal else 'not like'} {one.value}"
    return f"{name} {one.value or 'empty'}" if one.is_equal else f"{name} not {one.value or 'empty'}"


def _detail(facts: Facts, address: SilencesAddress, reader: Reader) -> SilenceDetail:
    one = facts.opened
    if one is None:
        return SilenceDetail()
    over = one.state is SilenceState.EXPIRED
    matched = previewed(facts.matched, facts.matched_count, reader)
    return SilenceDetail(
        id=one.id,
        version=one.version,
        state=one.state.value,
        word=STATE_WORDS[one.state],
        matchers=[each.words() for each in one.matchers],
        reason=one.reason,
        owner=one.created_by,
        made_at=one.created_at.isoformat(),
        starts_at=one.starts_at.isoformat(),
        ends_at=one.facts.ends_at.isoformat(),
        ended_early=one.ended_at is not None,
        alerts=[] if over else matched.alerts,
        alerts_word="" if over else matched.words,
        may_change=facts.may_act and not over,
        close=address.href(PATH, id=0, page=address.page),
    )


def previewed(alerts: Sequence[AlertView], count: int, reader: Reader) -> Previewed:
    """Return what a silence matches right now."""
    if not count:
        return Previewed("It matches no alert that is open now; only what opens later.")
    more = count - len(alerts)
    tail = f", the first {len(alerts)} are" if more else ""
    return Previewed(
        f"It matches {say.plural(count, 'open alert', reader.locale)} now{tail}:",
        [
            Quieted(
                str(one.id), one.title, f"{words.where(one)} · {words.SEVERITY_WORDS[one.severity]}", words.href(one.id)
            )
            for one in alerts
        ],
    )


def cells(one: SilenceView) -> tuple[Cell, ...]:
    """Return a silence as a row of `SHEET`."""
    return (
        one.id,
        one.state.value,
        " ".join(each.words() for each in one.matchers),
        one.reason,
        one.created_by,
        one.starts_at,
        one.ends_at,
        one.ended_at,
        one.created_at,
    )
