"""A version of a workflow as the editor opens it, and what would come of activating or retiring it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backend.fulfillment.versions import UnderWay
from dashboard import format as say
from dashboard.present.common import METHOD_WORDS, Reader
from dashboard.present.editing.text import write
from dashboard.present.workflows import ways
from dashboard.present.workflows.ways import called, holding, key
from dashboard.views.kept import Way
from dashboard.views.workflows import OpenedWorkflow
from models.enums import DefinitionStatus, Method

_LONGEST_CODE = 64


@dataclass(frozen=True, slots=True)
class Facts:
    """What is opened, the newest version of its code, all of them (newest first), and all that hold. `fresh`: it is
    not saved yet, and begins with what holds."""

    opened: Way
    newest: int
    versions: Sequence[Way]
    active: Sequence[Way]
    under_way: UnderWay
    may_write: bool
    fresh: bool = False


def fork(base: Way, code: str, group: str) -> Way:
    """Return what a new fork begins with: what holds today, for that group."""
    about = {"title": f"{ways.title(base)}, {group}"[:200], "method": base.method.value, "group": group}
    document = {**about, **{name: part for name, part in base.document.items() if name not in about}}
    return Way(code, 0, DefinitionStatus.DRAFT.value, base.method, group, document)


def suggested_code(method: Method, group: str) -> str:
    """Return what a fork may be called: "ship-gift"."""
    return re.sub(r"[^a-z0-9._-]+", "-", f"{method.value}-{group}".lower())[:_LONGEST_CODE].strip("-") or method.value


def opened(facts: Facts, reader: Reader) -> OpenedWorkflow:
    """Return the version with its text, and what a save must still find."""
    one = facts.opened
    active = next((each.version for each in facts.active if each.code == one.code), 0)
    words = ways.STATE_WORDS[DefinitionStatus(one.status)]
    return OpenedWorkflow(
        name=one.code,
        version=one.version,
        state="" if facts.fresh else one.status,
        word="" if facts.fresh else words,
        heading=_heading(facts),
        about=_about(facts, reader),
        text=write(one.document),
        tag=str(facts.newest),
        may_write=facts.may_write,
        choices=[(key(one), "Not saved yet")] if facts.fresh else [_choice(each) for each in facts.versions],
        fresh=facts.fresh,
        active=active,
        others=[("", "What holds now"), *[_choice(each) for each in _others(facts)]],
        activating=list(_activating(facts, reader)),
        retiring=list(_retiring(facts, active, reader)),
    )


def _heading(facts: Facts) -> str:
    one = facts.opened
    if facts.fresh:
        return f"New fork of {METHOD_WORDS[one.method]} for group {one.group}"
    return f"{one.code}, version {one.version}" if one.version else f"{METHOD_WORDS[one.method]}, built in"


def _about(facts: Facts, reader: Reader) -> str:
    one = facts.opened
    if facts.fresh:
        return f"Begins with {called(holding(facts.active, one.method, one.group))}; nothing is saved yet"
    if one.created_at is None:
        return "Change it and save it as your own; what is built in stays"
    saved = f"Saved by {one.created_by} {say.relative(one.created_at, reader.sent_now)}"
    return f"{saved}: {one.note}" if one.note else saved


def _choice(one: Way) -> tuple[str, str]:
    name = f"{one.code} {one.version}" if one.version else "Built in"
    return key(one), f"{name} · {ways.STATE_WORDS[DefinitionStatus(one.status)]}"


def _others(facts: Facts) -> Iterator[Way]:
    """Yield what the opened version may be held against: the others of its code, and what is built in."""
    yield from (each for each in facts.versions if key(each) != key(facts.opened))
    shipped = ways.built_in(facts.opened.method)
    if key(shipped) not in {key(facts.opened), *map(key, facts.versions)}:
        yield shipped


def _activating(facts: Facts, reader: Reader) -> Iterator[str]:
    one = facts.opened
    yield f"New shipments ({METHOD_WORDS[one.method]}) {ways.where(one.group)} work by it from now on."
    replaced = [
        each
        for each in facts.active
        if key(each) != key(one) and ((each.method, each.group) == (one.method, one.group) or each.code == one.code)
    ]
    for each in replaced:
        yield f"{called(each)} holds no more. {_keep(each, facts, reader)}"
    if not replaced:
        before = holding(facts.active, one.method, one.group)
        yield f"Until now they worked by {called(before)}. {_keep(before, facts, reader)}"


def _retiring(facts: Facts, active: int, reader: Reader) -> Iterator[str]:
    held = next((each for each in facts.active if each.code == facts.opened.code and each.version == active), None)
    if held is None:
        return
    rest = [each for each in facts.active if key(each) != key(held)]
    instead = called(holding(rest, held.method, held.group))
    yield f"{called(held)} holds no more: new shipments {ways.where(held.group)} work by {instead}."
    yield _keep(held, facts, reader)


def _keep(one: Way, facts: Facts, reader: Reader) -> str:
    number = facts.under_way.of(one.method, one.id)
    words = ways.under_way_words(number, facts.under_way, reader)
    return f"{words} {'keeps' if number == 1 else 'keep'} it." if number else "No shipment is under way by it."
