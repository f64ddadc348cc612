"""What the pages about strategies ask: the Routing page, the editor, empty suggestions."""

from __future__ import annotations

from collections.abc import Iterator

from backend.persistence.uow import Uow
from backend.routing import figures, strategies, versions
from backend.routing.defaults import DEFAULT_STRATEGY
from dashboard.address import PAGE_SIZE
from dashboard.address.routing import EditAddress, EmptyAddress, RoutingAddress
from dashboard.gateway import kept
from dashboard.gateway.base import BATCH, Asker, Door, Row, offsets
from dashboard.present.editing.text import read
from dashboard.present.routing import editing, sheets
from dashboard.present.routing import empty as say_empty
from dashboard.present.routing import overview as say_routing
from dashboard.present.routing.check import check
from dashboard.views.routing import CheckedStrategy, EmptyScreen, OpenedStrategy, RoutingScreen
from models.enums import Permission, StrategyStatus
from models.errors import DomainError, ErrorCode, not_found
from models.tables import RoutingStrategy

#: Save whatever others saved meanwhile.
ANY = "*"


class RoutingDoor(Door):
    """Strategies and how they do."""

    def routing(self, asker: Asker, address: RoutingAddress) -> RoutingScreen:
        """Return the Routing page as its address asks for it."""
        asker.actor.require(Permission.ROUTING_READ)
        with self._context().read(asker.actor) as uow:
            active = kept.version(versions.active_version(uow))
            facts = say_routing.Facts(
                active=active,
                document=active.document if active else DEFAULT_STRATEGY,
                figures=figures.figures(uow),
                versions=kept.versions(
                    versions.list_versions(uow, status=address.state, offset=address.offset, limit=PAGE_SIZE)
                ),
                counts=versions.count_versions(uow),
                may_write=asker.actor.can(Permission.ROUTING_WRITE),
            )
            return say_routing.screen(facts, address, self._reader(uow, asker))

    def every_version(self, asker: Asker, address: RoutingAddress) -> Iterator[list[Row]]:
        """Yield the whole list of versions for a file, in batches."""
        asker.actor.require(Permission.ROUTING_READ)
        for offset in offsets():
            with self._context().read(asker.actor) as uow:
                found = versions.list_versions(uow, status=address.state, offset=offset, limit=BATCH)
                rows = [sheets.version(kept.version(one)) for one in found]
            yield rows
            if len(rows) < BATCH:
                return

    def empty_suggestions(self, asker: Asker, address: EmptyAddress) -> EmptyScreen:
        """Return the page of empty suggestions as its address asks for it."""
        asker.actor.require(Permission.ROUTING_READ)
        with self._context().read(asker.actor) as uow:
            facts = say_empty.Facts(
                figures=figures.figures(uow),
                counts=figures.count_empty(uow),
                reasons=figures.empty_reasons(uow),
                found=figures.empty_suggestions(uow, outcome=address.outcome, offset=address.offset, limit=PAGE_SIZE),
            )
            return say_empty.screen(facts, address, self._reader(uow, asker))

    def every_empty_suggestion(self, asker: Asker, address: EmptyAddress) -> Iterator[list[Row]]:
        """Yield the whole list of empty suggestions for a file, in batches."""
        asker.actor.require(Permission.ROUTING_READ)
        for offset in offsets():
            with self._context().read(asker.actor) as uow:
                found = figures.empty_suggestions(uow, outcome=address.outcome, offset=offset, limit=BATCH)
            yield [sheets.empty(one) for one in found]
            if len(found) < BATCH:
                return

    def open_strategy(self, asker: Asker, address: EditAddress) -> OpenedStrategy:
        """Return a version for the editor: the one asked for, else the newest draft, else the active one, else a first
        text to begin with; NOT_FOUND when it does not exist."""
        asker.actor.require(Permission.ROUTING_READ)
        with self._context().read(asker.actor) as uow:
            found = kept.version(_asked(uow, address))
            facts = editing.Facts(
                opened=found,
                active=kept.version(versions.active_version(uow)),
                newest=kept.version(versions.newest_version(uow, found.name)) if found else None,
                versions=kept.versions(versions.list_versions(uow, limit=PAGE_SIZE)),
                may_write=asker.actor.can(Permission.ROUTING_WRITE),
            )
            return editing.opened(facts, self._reader(uow, asker))

    def check_strategy(self, asker: Asker, text: str) -> CheckedStrategy:
        """Return what typed text comes to; it changes nothing."""
        asker.actor.require(Permission.ROUTING_READ)
        with self._context().read(asker.actor) as uow:
            active = versions.active_version(uow)
            document = active.document if active else DEFAULT_STRATEGY
            return check(text, document, faults_of=lambda typed: strategies.faults_of(uow, typed))

    def save_strategy(self, asker: Asker, name: str, text: str, *, note: str, tag: str) -> int:
        """Save typed text as a draft and return its version. INVALID with every fault; STALE when somebody saved since
        `tag` was read ("*": whatever was saved)."""
        asker.actor.require(Permission.ROUTING_WRITE)
        typed = read(text)
        if typed.findings:
            raise DomainError(ErrorCode.INVALID, typed.findings[0].message)
        expected = None if tag == ANY else int(tag)
        with self._context().uow(asker.actor) as uow:
            saved = strategies.put(uow, name, typed.document, note=note.strip(), expected_version=expected)
            return saved.row.version

    def activate_strategy(self, asker: Asker, name: str, version: int) -> None:
        """Let a version decide from now on; INVALID when a place or group that it names is gone."""
        asker.actor.require(Permission.ROUTING_WRITE)
        with self._context().uow(asker.actor) as uow:
            strategies.activate(uow, name, version=version)

    def archive_strategy(self, asker: Asker, name: str, version: int, *, tag: str) -> None:
        """Put a draft aside; STALE when somebody saved since `tag` was read, ILLEGAL_TRANSITION for the active one."""
        asker.actor.require(Permission.ROUTING_WRITE)
        with self._context().uow(asker.actor) as uow:
            strategies.archive(uow, name, version=version, expected_version=int(tag))


def _asked(uow: Uow, address: EditAddress) -> RoutingStrategy | None:
    if address.version:
        found = versions.find_version(uow, address.name, address.version)
        if found is None:
            raise not_found("version", f"{address.version} of {address.name or 'this strategy'}")
        return found
    drafts = versions.list_versions(uow, status=StrategyStatus.DRAFT, limit=1)
    return drafts[0] if drafts else versions.active_version(uow)
