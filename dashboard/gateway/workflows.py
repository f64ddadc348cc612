"""What the pages about workflows ask: Workflows and the editor."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any

from backend.fulfillment import versions, workflows
from backend.persistence.uow import Uow
from dashboard.address import PAGE_SIZE
from dashboard.address.workflows import NEWEST, WorkflowAddress, WorkflowsAddress
from dashboard.gateway import kept
from dashboard.gateway.base import BATCH, Asker, Door, Row, if_there, offsets
from dashboard.present.editing.text import document_of, read
from dashboard.present.workflows import editing, sheet, ways
from dashboard.present.workflows import overview as say
from dashboard.present.workflows.check import check
from dashboard.views.kept import Way
from dashboard.views.workflows import CheckedWorkflow, OpenedWorkflow, WorkflowsScreen
from models.enums import DefinitionStatus, Method, Permission

#: As many drafts as are looked through for one that waits.
_DRAFTS = 200


class WorkflowsDoor(Door):
    """Workflows, their forks and versions."""

    def workflows(self, asker: Asker, address: WorkflowsAddress) -> WorkflowsScreen:
        """Return the page as its address asks for it."""
        asker.actor.require(Permission.ORDERS_READ)
        with self._context().read(asker.actor) as uow:
            active, found = _active(uow), versions.under_way(uow)
            holds = {one.id for one in active}
            older = [id_ for _, id_ in found.counts if id_ is not None and id_ not in holds]
            listed = versions.list_versions(uow, status=address.state, offset=address.offset, limit=PAGE_SIZE)
            drafts = versions.list_versions(uow, status=DefinitionStatus.DRAFT, limit=_DRAFTS)
            facts = say.Facts(
                active=active,
                drafts=[kept.way(row) for row in drafts],
                kept=[kept.way(row) for row in versions.by_ids(uow, older)],
                under_way=found,
                groups=versions.groups(uow),
                versions=[kept.way(row) for row in listed],
                counts=versions.count_versions(uow),
                may_write=asker.actor.can(Permission.WORKFLOWS_WRITE),
            )
            return say.screen(facts, address, self._reader(uow, asker))

    def every_workflow(self, asker: Asker, address: WorkflowsAddress) -> Iterator[list[Row]]:
        """Yield the whole list of versions for a file, in batches."""
        asker.actor.require(Permission.ORDERS_READ)
        for offset in offsets():
            with self._context().read(asker.actor) as uow:
                found = versions.under_way(uow)
                listed = versions.list_versions(uow, status=address.state, offset=offset, limit=BATCH)
                rows = [sheet.version(kept.way(row), found) for row in listed]
            yield rows
            if len(rows) < BATCH:
                return

    def open_workflow(self, asker: Asker, address: WorkflowAddress) -> OpenedWorkflow:
        """Return what the editor opens: the version asked for; what a new fork begins with, or what was written for
        that method and group before; else the newest draft or what holds for shipping. NOT_FOUND."""
        asker.actor.require(Permission.ORDERS_READ)
        with self._context().read(asker.actor) as uow:
            active = _active(uow)
            one = _asked(uow, address, active)
            fresh = one is None
            if one is None:
                method = address.method or Method.SHIP
                code = _free_code(uow, method, address.group)
                one = editing.fork(ways.holding(active, method, address.group), code, address.group)
            written = (
                [] if fresh else [kept.way_of(view) for view in workflows.versions(uow, one.code, limit=PAGE_SIZE)]
            )
            facts = editing.Facts(
                opened=one,
                newest=written[0].version if written else 0,
                versions=[*_with(one, written), *_built_in(one, active)],
                active=active,
                under_way=versions.under_way(uow),
                may_write=asker.actor.can(Permission.WORKFLOWS_WRITE),
                fresh=fresh,
            )
            return editing.opened(facts, self._reader(uow, asker))

    def check_workflow(self, asker: Asker, text: str, *, against: str = "") -> CheckedWorkflow:
        """Return what typed text comes to, beside a version ("code:number") or what holds; it changes nothing."""
        asker.actor.require(Permission.ORDERS_READ)
        with self._context().read(asker.actor) as uow:
            other = if_there(lambda: _version(uow, against)) if against else None
            called = "" if other is None else ways.called(other)
            if other is None:
                other = ways.holding(_active(uow), *_meant(read(text).document))
                called = f"{ways.called(other)} (holds now)"
            return check(text, other.document, called=called, faults_of=lambda typed: workflows.faults_of(uow, typed))

    def begin_workflow(self, asker: Asker, code: str, text: str, *, note: str) -> int:
        """Save typed text as the first version of a new code and return it. INVALID with every fault, CONFLICT."""
        asker.actor.require(Permission.WORKFLOWS_WRITE)
        document = document_of(text)
        with self._context().uow(asker.actor) as uow:
            return workflows.begin(uow, code.strip(), document, note=note.strip()).version

    def save_workflow(self, asker: Asker, code: str, text: str, *, note: str, known: int | None) -> int:
        """Save typed text as a draft and return its version. INVALID with every fault; STALE when the newest version
        is not the one `known` (None: whatever was saved)."""
        asker.actor.require(Permission.WORKFLOWS_WRITE)
        document = document_of(text)
        with self._context().uow(asker.actor) as uow:
            return workflows.put(uow, code, document, note=note.strip(), expected_version=known).newest

    def activate_workflow(self, asker: Asker, code: str, version: int) -> None:
        """Let a version hold for new shipments; INVALID when the group that it names is gone."""
        asker.actor.require(Permission.WORKFLOWS_WRITE)
        with self._context().uow(asker.actor) as uow:
            workflows.activate(uow, code, version=version)

    def retire_workflow(self, asker: Asker, code: str, version: int) -> None:
        """Let no version of a code hold; CONFLICT when none does, STALE when another than `version` does."""
        asker.actor.require(Permission.WORKFLOWS_WRITE)
        with self._context().uow(asker.actor) as uow:
            workflows.retire(uow, code, known=version)


def _active(uow: Uow) -> list[Way]:
    return [kept.way(row) for row in versions.active_versions(uow)]


def _asked(uow: Uow, address: WorkflowAddress, active: list[Way]) -> Way | None:
    """Return the version that an address opens, None for a fork of which nothing is written."""
    if address.code:
        number = None if address.version == NEWEST else address.version
        return kept.way_of(workflows.get(uow, address.code, version=number))
    if address.method is not None and address.group:
        written = versions.newest_for(uow, address.method, address.group)
        return kept.way(written) if written else None
    drafts = versions.list_versions(uow, status=DefinitionStatus.DRAFT, limit=1)
    return kept.way(drafts[0]) if drafts else ways.holding(active, address.method or Method.SHIP)


def _version(uow: Uow, key: str) -> Way:
    code, _, number = key.rpartition(":")
    return kept.way_of(workflows.get(uow, code, version=int(number) if number.isascii() and number.isdigit() else -1))


def _with(one: Way, written: list[Way]) -> list[Way]:
    """Return the newest versions, and the opened one where it is older than those."""
    older = one.version and ways.key(one) not in map(ways.key, written)
    return [*written, one] if older else written


def _built_in(one: Way, active: list[Way]) -> list[Way]:
    """Return what is built in, where the opened one is of a code that something is built in for."""
    if one.code not in list(Method):
        return []
    overruled = ways.holding(active, Method(one.code)).version
    status = DefinitionStatus.RETIRED if overruled else DefinitionStatus.ACTIVE
    return [ways.built_in(Method(one.code), status=status)]


def _free_code(uow: Uow, method: Method, group: str) -> str:
    """Return a code for a new fork that nothing has yet."""
    wanted = editing.suggested_code(method, group)
    names = (wanted if number == 1 else f"{wanted[:60]}-{number}" for number in count(1))
    return next(name for name in names if if_there(partial(workflows.get, uow, name)) is None)


def _meant(document: Any) -> tuple[Method, str]:
    """Return the method and group that a document is for, as far as it says so."""
    given = document if isinstance(document, dict) else {}
    method, group = given.get("method"), given.get("group", "")
    return Method(method) if method in list(Method) else Method.SHIP, group if isinstance(group, str) else ""
