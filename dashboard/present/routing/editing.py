"""A version as the editor opens it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.routing.defaults import DEFAULT_NAME, DEFAULT_STRATEGY
from dashboard import format as say
from dashboard.present.common import Reader
from dashboard.present.editing.text import write
from dashboard.present.routing.versions import STATE_WORDS
from dashboard.views.kept import Version
from dashboard.views.routing import OpenedStrategy
from models.enums import StrategyStatus


@dataclass(frozen=True, slots=True)
class Facts:
    """What to open (None: what Pickwatch ships), what is active, the newest of that name, the last ones."""

    opened: Version | None
    active: Version | None
    newest: Version | None
    versions: Sequence[Version]
    may_write: bool


def opened(facts: Facts, reader: Reader) -> OpenedStrategy:
    """Return the version with its text, and what a save must still find."""
    one = facts.opened
    active = f"Active: {facts.active.name}, version {facts.active.version}" if facts.active else "Active: as shipped"
    choices = [
        (f"{each.name}:{each.version}", f"{each.name} {each.version} · {STATE_WORDS[StrategyStatus(each.status)]}")
        for each in facts.versions
    ]
    if one is None:
        return OpenedStrategy(
            DEFAULT_NAME,
            heading="The strategy that Pickwatch ships",
            about="Change it and save it as your own",
            text=write(DEFAULT_STRATEGY),
            tag="0",
            active=active,
            may_write=facts.may_write,
            choices=choices or [(f"{DEFAULT_NAME}:0", "As shipped")],
        )
    key, newest = f"{one.name}:{one.version}", facts.newest or one
    if key not in [value for value, _ in choices]:
        choices.append((key, f"{one.name} {one.version} · {STATE_WORDS[StrategyStatus(one.status)]}"))
    saved = f"Saved by {one.created_by} {say.relative(one.created_at, reader.sent_now)}"
    return OpenedStrategy(
        name=one.name,
        version=one.version,
        state=one.status,
        word=STATE_WORDS[StrategyStatus(one.status)],
        heading=f"{one.name}, version {one.version}",
        about=f"{saved}: {one.note}" if one.note else saved,
        text=write(one.document),
        tag=str(newest.version),
        active=active,
        may_write=facts.may_write,
        choices=choices,
    )
