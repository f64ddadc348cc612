"""What the page Policies says: what pages whom, and what is open by it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.alerting.policies import PolicyView
from dashboard import format as say
from dashboard.address import PAGE_SIZE
from dashboard.address.policies import PoliciesAddress
from dashboard.present import common
from dashboard.present.common import Reader
from dashboard.present.policies.editing import PATH, STATE_WORDS, alerts_href, href, title
from dashboard.present.policies.words import SEVERITY_WORDS, summary
from dashboard.present.sheet import Cell
from dashboard.views.common import Choice
from dashboard.views.policies import PoliciesScreen, PolicyRow
from models.alerting import Severity
from models.enums import DefinitionStatus

_COLUMNS = (("policy", "Policy"), ("severity", "Severity"), ("state", "State"), ("open", "Open"), ("saved", "Saved"))
SHEET = ("code", "title", "state", "version", "words", "open", "saved_by", "saved_at")
_OFF = "Off"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from: of each code the version that holds, else the newest; how many alerts are open by
    each; what a new one may begin with, by code."""

    policies: Sequence[PolicyView]
    open: Mapping[str, int]
    templates: Mapping[str, str]
    may_write: bool


def listed(every: Sequence[PolicyView], address: PoliciesAddress) -> list[PolicyView]:
    """Return those that the address asks for."""
    return [one for one in every if address.state in (None, one.status)]


def screen(facts: Facts, address: PoliciesAddress, reader: Reader) -> PoliciesScreen:
    """Return the whole page."""
    found = listed(facts.policies, address)
    shown = found[address.offset : address.offset + PAGE_SIZE]
    return PoliciesScreen(
        states=_states(facts.policies, address, reader),
        columns=common.plain_columns(_COLUMNS, numeric=("open",)),
        rows=[_row(one, facts.open.get(one.code, 0), reader) for one in shown],
        pager=common.pager(address, PATH, shown=len(shown), total=len(found), noun="policy", locale=reader.locale),
        csv=f"/ui/export/policies.csv?{address.href('', page=1).removeprefix('?')}",
        may_write=facts.may_write,
        templates=list(facts.templates.items()),
    )


def _states(every: Sequence[PolicyView], address: PoliciesAddress, reader: Reader) -> list[Choice]:
    def one(status: DefinitionStatus | None, word: str) -> Choice:
        number = sum(1 for each in every if status in (None, each.status))
        return Choice(
            status.value if status else "",
            word,
            address.href(PATH, state=status),
            active=address.state is status,
            count=say.count(number, reader.locale),
        )

    kept = (DefinitionStatus.ACTIVE, DefinitionStatus.RETIRED)
    return [one(None, "All"), *[one(status, STATE_WORDS[status]) for status in kept]]


def _row(one: PolicyView, open_: int, reader: Reader) -> PolicyRow:
    state, word = state_of(one)
    worst = max(
        (Severity(match.get("severity", one.document["severity"])) for match in one.document["raise"]),
        key=lambda severity: severity.rank,
    )
    return PolicyRow(
        key=one.code,
        title=title(one),
        code=one.code,
        words=summary(one.document),
        severity=worst.value,
        severity_word=SEVERITY_WORDS[worst],
        state=state,
        word=word,
        open=say.count(open_, reader.locale),
        open_href=alerts_href(one.code) if open_ else "",
        version=f"version {one.version}",
        saved=f"{one.created_by}, {say.relative(one.created_at, reader.now)}",
        saved_title=say.at_place(one.created_at, "UTC", reader.now, reader.locale),
        href=href(one.code),
    )


def state_of(one: PolicyView) -> tuple[str, str]:
    """Return whether it watches: a key and a word."""
    if one.status is DefinitionStatus.ACTIVE and not one.enabled:
        return "off", _OFF
    return one.status.value, STATE_WORDS[one.status]


def sheet_row(one: PolicyView, open_: int) -> tuple[Cell, ...]:
    """Return a policy as a row of `SHEET`."""
    words = summary(one.document)
    return one.code, title(one), state_of(one)[1], one.version, words, open_, one.created_by, one.created_at
