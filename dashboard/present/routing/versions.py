"""Versions of strategies as rows, and where their pages are. Pure."""

from __future__ import annotations

from dashboard.address.routing import EditAddress
from models.enums import StrategyStatus

PATH = "/routing"
EDIT_PATH = "/routing/edit"
TRY_PATH = "/routing/try"
SHADOW_PATH = "/routing/shadow"
EMPTY_PATH = "/routing/empty"

STATE_WORDS: dict[StrategyStatus, str] = {
    StrategyStatus.DRAFT: "Draft",
    StrategyStatus.ACTIVE: "Active",
    StrategyStatus.ARCHIVED: "Archived",
}


def version_href(name: str, version: int) -> str:
    """Return where a version is opened in the editor."""
    return EditAddress(name=name, version=version).href(EDIT_PATH)
