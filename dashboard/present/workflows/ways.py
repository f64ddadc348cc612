"""Versions of workflows: which one holds, how they are called, where their pages are. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from backend.fulfillment.defaults import DEFAULT_DOCUMENTS
from backend.fulfillment.versions import UnderWay
from backend.fulfillment.workflows import Forks
from dashboard import format as say
from dashboard.address.workflows import WorkflowAddress
from dashboard.present.common import METHOD_WORDS, Reader
from dashboard.views.kept import Way
from models.enums import DefinitionStatus, Method

PATH = "/settings/workflows"
EDIT_PATH = "/settings/workflows/edit"

STATE_WORDS: dict[DefinitionStatus, str] = {
    DefinitionStatus.DRAFT: "Draft",
    DefinitionStatus.ACTIVE: "Active",
    DefinitionStatus.RETIRED: "Retired",
}


def built_in(method: Method, *, status: DefinitionStatus = DefinitionStatus.ACTIVE) -> Way:
    """Return what is built in for a method: version 0 of the code that is called as the method is."""
    return Way(method.value, 0, status.value, method, "", DEFAULT_DOCUMENTS[method])


def holding(active: Sequence[Way], method: Method, group: str = "") -> Way:
    """Return what holds for the new shipments of a group's locations ("": of those in no group)."""
    by_id = {one.id: one for one in active}
    forks = Forks({(one.method.value, one.group): one.id for one in active if one.id is not None})
    found = forks.of(method, [group] if group else [])
    return by_id[found] if found is not None else built_in(method)


def title(one: Way) -> str:
    """Return what a workflow calls itself."""
    return str(one.document.get("title", one.code))


def called(one: Way) -> str:
    """Return a version in a word: "gift-ship 3", "Ship to home as built in"."""
    return f"{one.code} {one.version}" if one.version else f"{METHOD_WORDS[one.method]} as built in"


def key(one: Way) -> str:
    """Return what a version is known by in addresses: "code:number"."""
    return f"{one.code}:{one.version}"


def where(group: str) -> str:
    """Return which locations work by it, after a verb: "everywhere", "at locations of group gift"."""
    return f"at locations of group {group}" if group else "everywhere"


def href(code: str, version: int) -> str:
    """Return where a version is opened in the editor."""
    return WorkflowAddress(code=code, version=version).href(EDIT_PATH)


def under_way_words(number: int, found: UnderWay, reader: Reader) -> str:
    """Return "12 shipments under way", with a plus where not all were counted."""
    more = "+" if found.capped else ""
    return f"{say.count(number, reader.locale)}{more} {'shipment' if number == 1 else 'shipments'} under way"
