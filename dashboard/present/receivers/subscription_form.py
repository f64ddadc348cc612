"""The forms of subscriptions: a new one, what is changed, from when events are sent again; and what was meant by what
was typed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from alerts.receivers import ReceiverView
from dashboard.present.receivers import filters
from dashboard.present.receivers.subscriptions import MODE_WORDS, PULL, PUSH
from dashboard.views.forms import Form, FormField
from models.alerting import ContentMode
from models.errors import DomainError, Fault, invalid

#: What each form does, as its action.
NEW, EDIT, REPLAY = "new", "edit", "replay"
_WAYS = [("push", f"{PUSH}: we post to its address"), ("pull", f"{PULL}: it asks, its place is kept here")]
_PLACES = "Codes, one per line. Empty: all you may see."
_MODES = [(mode.value, words) for mode, words in MODE_WORDS.items()]


@dataclass(frozen=True, slots=True)
class Meant:
    """A subscription as it was typed; no `url`: it pulls."""

    code: str
    title: str
    url: str
    content_mode: ContentMode
    types: tuple[str, ...]
    filters: tuple[Mapping[str, Any], ...]
    locations: tuple[str, ...]
    groups: tuple[str, ...]


def blank(types: str = "") -> Form:
    """Return the form of a new subscription, to these types when it is known to which."""
    code = FormField("code", "Code", hint="Such as warehouse-wms. It stays as it is.", required=True)
    explain = "It is told of what happens from now on. It never sees more than you do."
    return Form(NEW, "New subscription", explain, "Make it", [code, *_fields(None, types)])


def filled(one: ReceiverView) -> Form:
    """Return the form that changes a subscription, filled with what it is."""
    explain = "What is owed already is sent as it was; what happens from now on follows this."
    return Form(EDIT, f"Edit {one.title or one.code}", explain, "Save", _fields(one))


def again(one: ReceiverView) -> Form:
    """Return the form that asks from which instant on events shall be sent again."""
    explain = (
        "Every event that it subscribes to since then is sent again under its old id, so that a receiver which keeps "
        "ids does nothing twice. One that pulls goes back to there."
    )
    at = FormField("since", "Since (UTC)", "datetime-local", required=True)
    return Form(REPLAY, f"Send again to {one.title or one.code}", explain, "Send again", [at])


def _fields(one: ReceiverView | None, types: str = "") -> list[FormField]:
    """Return the fields, filled with what one is."""
    if one is None:
        return _filled(Meant("", "", "", ContentMode.STRUCTURED, (types,) if types else (), (), (), ()), "push")
    is_ = Meant(
        one.code, one.title, one.url, one.content_mode, one.types, tuple(one.filters), one.locations, one.groups
    )
    return _filled(is_, "push" if one.url else "pull")


def _filled(is_: Meant, way: str) -> list[FormField]:
    types, where = _listed(is_.types), _listed(filters.filter_words(is_.filters))
    return [
        FormField("title", "Name", value=is_.title, hint="What people call it."),
        FormField("way", "How", "select", way, options=_WAYS),
        FormField("url", "Address", "url", is_.url, "Where messages are posted to; empty for pull."),
        FormField("content_mode", "Format", "select", is_.content_mode.value, options=_MODES),
        FormField("types", "Event types", "area", types, "One per line, or order.* for all of a kind. Empty: all."),
        FormField("filters", "Only where", "area", where, filters.EXAMPLE),
        FormField("locations", "Locations", "area", _listed(is_.locations), _PLACES),
        FormField("groups", "Groups", "area", _listed(is_.groups), _PLACES),
    ]


def _listed(words: Sequence[str]) -> str:
    return "\n".join(words)


def read(given: Mapping[str, str], code: str = "") -> Meant:
    """Return what was meant; `code` is that of the one that is changed. Raises INVALID, pointers `/{field}`."""
    texts = {name: value.strip() for name, value in given.items()}
    faults: list[Fault] = []
    code = code or texts.get("code", "")
    way, mode, url = texts.get("way", ""), texts.get("content_mode", ""), texts.get("url", "")
    if not code:
        faults.append(Fault("/code", "missing", "What it is called in addresses."))
    if len(texts.get("title", "")) > 200:
        faults.append(Fault("/title", "too_long", "At most 200 letters, please."))
    if way not in dict(_WAYS):
        faults.append(Fault("/way", "unknown", "Choose one of these."))
    if way == "push" and not url:
        faults.append(Fault("/url", "missing", "Where messages shall be posted to."))
    if mode not in dict(_MODES):
        faults.append(Fault("/content_mode", "unknown", "Choose one of these."))
    conditions = _conditions(texts.get("filters", ""), faults)
    if faults:
        raise invalid(faults)
    return Meant(
        code=code,
        title=texts.get("title", ""),
        url=url if way == "push" else "",
        content_mode=ContentMode(mode),
        types=_lines(texts, "types"),
        filters=conditions,
        locations=_lines(texts, "locations"),
        groups=_lines(texts, "groups"),
    )


def _lines(texts: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Return what stands on each line, or between commas, once each."""
    words = texts.get(name, "").replace(",", "\n").splitlines()
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def _conditions(text: str, faults: list[Fault]) -> tuple[dict[str, Any], ...]:
    found = []
    for number, line in enumerate(line for line in text.splitlines() if line.strip()):
        condition = filters.read(line)
        if condition is None:
            message = f"“{line.strip()[:80]}” is no condition: see the examples."
            faults.append(Fault(f"/filters/{number}", "unreadable", message))
        else:
            found.append(condition)
    return tuple(found)


def taken() -> DomainError:
    """Return the refusal of a code that another subscription has."""
    return invalid([Fault("/code", "taken", "There is a subscription of this code already.")])


def since(given: Mapping[str, str]) -> datetime:
    """Return the instant from which on events shall be sent again; raises INVALID."""
    try:
        return datetime.fromisoformat(given.get("since", "")).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise invalid([Fault("/since", "no_time", "A day and a time, please.")]) from None


def at_fields(faults: Sequence[Fault], form: Form) -> list[Fault]:
    """Return the faults of a subscription as those of its form: one of a list is told by its line."""
    names = {each.name for each in form.fields}
    told = []
    for fault in faults:
        field, *rest = fault.pointer.removeprefix("/").split("/")
        field = "since" if field == "from" and "since" in names else field
        line = f"Line {int(rest[0]) + 1}: " if field in names and rest and rest[0].isdigit() else ""
        told.append(Fault(f"/{field}", fault.code, line + fault.message))
    return told
