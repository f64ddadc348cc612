"""What typed text comes to as an alert policy: what is wrong with it and where, what it says, how it differs from the
version that holds, what it would raise right now. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard import format as say
from dashboard.format import Locale
from dashboard.present.editing.check import look
from dashboard.present.policies.changes import VOCABULARY
from dashboard.present.policies.words import clauses, summary
from dashboard.views.policies import CheckedPolicy
from models.alerting import AlertLevel
from models.errors import Fault


@dataclass(frozen=True, slots=True)
class Born:
    """What a policy would raise right now: how many alerts, and the titles of the first. If `looked` is not None, only
    so many events were gone through, the newest."""

    count: int
    examples: Sequence[str] = ()
    looked: int | None = None


def check(
    text: str,
    other: Mapping[str, Any] | None,
    *,
    faults_of: Callable[[Any], Sequence[Fault]],
    born_of: Callable[[Any], Born | None],
    locale: Locale,
) -> CheckedPolicy:
    """Return what the text comes to beside the version that holds (None: none does)."""
    looked = look(text, other, faults_of=faults_of, words=VOCABULARY)
    said = looked.checked
    checked = CheckedPolicy(said.faults, said.marks, said.changes, said.sides)
    right = looked.document
    if right is None:
        return checked
    born = born_of(right)
    return replace(
        checked,
        title=right["title"],
        summary=summary(right),
        description=right.get("description", ""),
        clauses=clauses(right),
        born=born_words(born, right, locale) if right.get("enabled", True) else _WATCHES_NOT,
        born_examples=list(born.examples) if born else [],
    )


_WATCHES_NOT = "It watches nothing: enabled is false."


def born_words(born: Born | None, right: Mapping[str, Any], locale: Locale) -> str:
    """Return what it would raise right now: "3 locations are so already: they will be listed, not paged."."""
    if born is None:
        return "Whoever may write policies is told here what it would raise right now."
    far = ""
    if born.looked is not None:
        far = f" Looked at: the newest {say.plural(born.looked, 'event', locale)}, of seven days at most."
    if not born.count:
        return f"Nothing is so now: it watches what happens from now on.{far}"
    noun = "alert" if "group_by" in right else _NOUNS[AlertLevel(right["level"])]
    one = born.count == 1
    return (
        f"{say.plural(born.count, noun, locale)} {'is' if one else 'are'} so already: "
        f"{'it' if one else 'they'} will be listed, not paged.{far}"
    )


_NOUNS = {
    AlertLevel.NETWORK: "problem",
    AlertLevel.GROUP: "group",
    AlertLevel.LOCATION: "location",
    AlertLevel.SHIPMENT: "shipment",
}
