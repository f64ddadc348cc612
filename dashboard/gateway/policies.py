"""What the pages about alert policies ask: the list and the editor."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any

from alerts.browse import OPEN, AlertFilter
from backend.alerting import policies, queries
from backend.alerting.defaults import DEFAULT_POLICIES
from backend.alerting.policies import PolicyView
from backend.persistence.uow import Uow
from dashboard.address.policies import PoliciesAddress, PolicyAddress
from dashboard.gateway.base import Asker, Door, Row, if_there
from dashboard.present.editing.text import document_of
from dashboard.present.policies import editing
from dashboard.present.policies import overview as say
from dashboard.present.policies.check import Born, check
from dashboard.views.policies import CheckedPolicy, OpenedPolicy, PoliciesScreen
from models.enums import DefinitionStatus, Permission
from models.errors import DomainError, ErrorCode, Fault

#: More policies than anybody writes; as many versions of one as the editor lists.
_MOST, _VERSIONS = 1000, 100
_EXAMPLES = 12


class PoliciesDoor(Door):
    """What pages whom."""

    def policies(self, asker: Asker, address: PoliciesAddress) -> PoliciesScreen:
        """Return the page as its address asks for it."""
        asker.actor.require(Permission.ALERTS_READ)
        with self._context().read(asker.actor) as uow:
            every = policies.listing(uow, limit=_MOST)
            facts = say.Facts(
                policies=every,
                open=queries.open_by_policy(uow),
                templates=_templates(every),
                may_write=asker.actor.can(Permission.POLICIES_WRITE),
            )
            return say.screen(facts, address, self._reader(uow, asker))

    def every_policy(self, asker: Asker, address: PoliciesAddress) -> Iterator[list[Row]]:
        """Yield the whole list for a file."""
        asker.actor.require(Permission.ALERTS_READ)
        with self._context().read(asker.actor) as uow:
            found = say.listed(policies.listing(uow, limit=_MOST), address)
            many = queries.open_by_policy(uow)
            rows = [say.sheet_row(one, many.get(one.code, 0)) for one in found]
        yield rows

    def open_policy(self, asker: Asker, address: PolicyAddress) -> OpenedPolicy:
        """Return what the editor opens: the version asked for, else the newest; what a new one begins with; without a
        code the first policy there is. NOT_FOUND."""
        asker.actor.require(Permission.ALERTS_READ)
        with self._context().read(asker.actor) as uow:
            fresh = _begun(uow, address.template) if address.template else None
            one = fresh or _asked(uow, address)
            facts = editing.Facts(
                opened=one,
                versions=[] if fresh else policies.versions(uow, one.code, limit=_VERSIONS),
                open=0 if fresh else _open(uow, one.code),
                may_write=asker.actor.can(Permission.POLICIES_WRITE),
                fresh=fresh is not None,
            )
            return editing.opened(facts, self._reader(uow, asker))

    def check_policy(self, asker: Asker, text: str, *, code: str) -> CheckedPolicy:
        """Return what typed text comes to beside the version of `code` that holds ("": none does); it changes nothing.
        What it would raise is told to those who may write policies: it may be anywhere in the network."""
        asker.actor.require(Permission.ALERTS_READ)
        with self._context().read(asker.actor) as uow:
            holds = if_there(partial(policies.get, uow, code)) if code else None
            active = holds is not None and holds.status is DefinitionStatus.ACTIVE
            looker = _Looker(uow, tells=asker.actor.can(Permission.POLICIES_WRITE))
            other = holds.document if holds is not None and active else None
            return check(text, other, faults_of=looker.faults, born_of=looker.born, locale=asker.locale)

    def save_policy(self, asker: Asker, code: str, text: str, *, note: str, known: int | None) -> int:
        """Save typed text and return its version: it holds at once. INVALID with every fault; STALE when the newest
        version is not the one `known` (0: there is none; None: whatever was saved)."""
        asker.actor.require(Permission.POLICIES_WRITE)
        document = document_of(text)
        with self._context().uow(asker.actor) as uow:
            return policies.put(uow, code, document, note=note.strip(), expected_version=known).version

    def retire_policy(self, asker: Asker, code: str, version: int) -> None:
        """Let a policy watch no more; CONFLICT when it does not, STALE when `version` is not the newest."""
        asker.actor.require(Permission.POLICIES_WRITE)
        with self._context().uow(asker.actor) as uow:
            policies.retire(uow, code, expected_version=version)


class _Looker:
    """Looks at a document once, and tells its faults, then what it would raise where that may be told."""

    def __init__(self, uow: Uow, *, tells: bool) -> None:
        self._uow = uow
        self._tells = tells
        self._born: Born | None = None

    def faults(self, document: Any) -> list[Fault]:
        """Return what is wrong with it."""
        if not self._tells:
            return policies.faults_of(self._uow, document)
        checked = policies.check(self._uow, document)
        examples = [one.title for one in checked.raises[:_EXAMPLES]]
        self._born = Born(checked.count, examples, None if checked.whole else checked.looked)
        return list(checked.faults)

    def born(self, _document: Any) -> Born | None:
        """Return what it would raise, None where that is not told."""
        return self._born


def _open(uow: Uow, code: str) -> int:
    """Return how many alerts of a policy are open that the actor may see."""
    return queries.find(uow, AlertFilter(statuses=OPEN, policy=code), limit=0).total


def _templates(every: list[PolicyView]) -> dict[str, str]:
    """Return what a new policy may begin with: what there is, then what ships and is not there any more."""
    found = {one.code: editing.title(one) for one in every}
    return found | {code: str(document["title"]) for code, document in DEFAULT_POLICIES.items() if code not in found}


def _begun(uow: Uow, template: str) -> PolicyView:
    base = if_there(partial(policies.get, uow, template))
    document = base.document if base is not None else DEFAULT_POLICIES.get(template)
    if document is None:
        raise DomainError(ErrorCode.NOT_FOUND, f"There is no policy {template} to begin with.")
    names = (f"{template[:60]}-{number}" for number in count(2))
    free = next(name for name in names if if_there(partial(policies.get, uow, name)) is None)
    return editing.begun(document, free, uow.now)


def _asked(uow: Uow, address: PolicyAddress) -> PolicyView:
    if address.code:
        return policies.get(uow, address.code, version=address.version or None)
    first = policies.listing(uow, limit=1)
    if not first:
        raise DomainError(ErrorCode.NOT_FOUND, "There is no policy yet. Begin one on the page Policies.")
    return first[0]
