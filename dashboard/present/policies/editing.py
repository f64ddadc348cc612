"""A version of an alert policy as the editor opens it, its history, and what would come of retiring it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.alerting.policies import PolicyView
from dashboard import format as say
from dashboard.address.policies import PolicyAddress
from dashboard.present.common import Reader
from dashboard.present.editing.text import write
from dashboard.views.policies import OpenedPolicy, VersionRow
from models.enums import DefinitionStatus

PATH = "/alerts/policies"
EDIT_PATH = "/alerts/policies/edit"

STATE_WORDS: dict[DefinitionStatus, str] = {
    DefinitionStatus.DRAFT: "Draft",
    DefinitionStatus.ACTIVE: "Active",
    DefinitionStatus.RETIRED: "Retired",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is opened and all versions of its code, newest first. `fresh`: it is not saved yet; `open` is how many
    alerts are open by it."""

    opened: PolicyView
    versions: Sequence[PolicyView]
    open: int
    may_write: bool
    fresh: bool = False


def begun(template: Mapping[str, Any], code: str, now: datetime) -> PolicyView:
    """Return what a new policy begins with: a policy as it is, under another title."""
    document = {**template, "title": f"{template['title']}, another"[:200]}
    return PolicyView(code, 0, DefinitionStatus.DRAFT, document, "", "", now, 0)


def suggested_code(title: str) -> str:
    """Return what a policy of that title may be called: "location-late"."""
    return re.sub(r"[^a-z0-9._-]+", "-", title.lower())[:64].strip("-") or "policy"


def title(one: PolicyView) -> str:
    """Return what a policy calls itself."""
    return str(one.document.get("title", one.code))


def href(code: str, version: int = 0) -> str:
    """Return where a policy is opened in the editor."""
    return PolicyAddress(code=code, version=version).href(EDIT_PATH)


def alerts_href(code: str) -> str:
    """Return where the alerts of a policy are listed."""
    return f"/alerts?policy={code}"


def opened(facts: Facts, reader: Reader) -> OpenedPolicy:
    """Return the version with its text, and what a save must still find."""
    one = facts.opened
    active = next((each.version for each in facts.versions if _holds(each)), 0)
    return OpenedPolicy(
        name=one.code,
        version=one.version,
        state="" if facts.fresh else one.status.value,
        word="" if facts.fresh else STATE_WORDS[one.status],
        heading="New policy" if facts.fresh else f"{title(one)}, version {one.version}",
        about=_about(facts, reader),
        text=write(one.document),
        tag=str(one.newest),
        may_write=facts.may_write,
        choices=[(_key(one), "Not saved yet")] if facts.fresh else [_choice(each) for each in facts.versions],
        fresh=facts.fresh,
        active=active,
        open_words=_open(facts.open, reader) if active else "",
        open_href=alerts_href(one.code),
        history=[_version(each, one, reader) for each in facts.versions],
        retiring=list(_retiring(facts, active, reader)),
    )


def _holds(one: PolicyView) -> bool:
    return one.status is DefinitionStatus.ACTIVE


def _about(facts: Facts, reader: Reader) -> str:
    if facts.fresh:
        return "Nothing is saved yet"
    return _saved(facts.opened, reader)


def _saved(one: PolicyView, reader: Reader) -> str:
    said = f"Saved by {one.created_by} {say.relative(one.created_at, reader.now)}"
    return f"{said}: {one.note}" if one.note else said


def _key(one: PolicyView) -> str:
    return f"{one.code}:{one.version}"


def _choice(one: PolicyView) -> tuple[str, str]:
    return _key(one), f"Version {one.version} · {STATE_WORDS[one.status]}"


def _version(one: PolicyView, here: PolicyView, reader: Reader) -> VersionRow:
    return VersionRow(
        key=_key(one),
        version=f"Version {one.version}",
        state=one.status.value,
        word=STATE_WORDS[one.status],
        note=one.note or "No note",
        saved=f"{one.created_by}, {say.relative(one.created_at, reader.now)}",
        href=href(one.code, one.version),
        here=one.version == here.version,
    )


def _open(number: int, reader: Reader) -> str:
    return f"{say.plural(number, 'alert', reader.locale)} open by it" if number else "No alert is open by it"


def _retiring(facts: Facts, active: int, reader: Reader) -> Iterator[str]:
    if not active:
        return
    yield "It watches nothing any more and tells nobody. Its versions stay, and any of them may be saved again."
    if facts.open:
        one = facts.open == 1
        yield (
            f"{say.plural(facts.open, 'alert', reader.locale)} open by it "
            f"{'is' if one else 'are'} resolved, and whoever was told is told so."
        )
