"""What to do about an alert: the runbook of its policy with the values of now, and its buttons, each with what it will
do in words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

from markdown_it import MarkdownIt

from alerts.browse import AlertView
from alerts.runbooks import Action, ActionKind, Part
from dashboard.present.common import METHOD_WORDS
from dashboard.views.alert import RunbookPart
from dashboard.views.forms import Form, FormField
from models.enums import Method

#: No HTML of whoever wrote it, and no pictures from elsewhere.
_markdown = MarkdownIt("commonmark", {"html": False}).disable("image")
_ICONS: Mapping[ActionKind, str] = {
    ActionKind.ACKNOWLEDGE: "user-check",
    ActionKind.SILENCE: "bell-off",
    ActionKind.CAP: "gauge",
    ActionKind.PAUSE: "pause",
    ActionKind.BLOCK: "ban",
    ActionKind.REASSIGN: "forward",
    ActionKind.RELEASE: "play",
}
_UNITS = {"m": "minute", "h": "hour", "d": "day"}


def parts(
    found: Sequence[Part], alert: AlertView, may: Callable[[Action], bool], places: Sequence[tuple[str, str]] = ()
) -> list[RunbookPart]:
    """Return the runbook in order: pieces of HTML, and buttons; `may` says which of these the reader may press. One
    that acts at a location asks at which of `places` where the alert has none. What is over has no buttons."""
    shown = []
    for key, part in enumerate(found):
        if not isinstance(part, Action):
            shown.append(RunbookPart(str(key), str(_markdown.render(part.markdown))))
        elif not alert.open:
            shown.append(RunbookPart(str(key), f'<p class="todo-was">{escape(spoken(part))}</p>'))
        else:
            elsewhere = not _has_place(part, alert)
            allowed = may(part) and (not elsewhere or bool(places))
            shown.append(
                RunbookPart(
                    *(str(key), "", part.number, spoken(part), _ICONS[part.kind], what(part, alert), allowed),
                    asks_where=elsewhere,
                )
            )
    return shown


def note(shown: Sequence[RunbookPart]) -> str:
    """Return why some buttons cannot be pressed, empty when all can."""
    barred = [part for part in shown if part.number and not part.may]
    if not barred:
        return ""
    if all(part.asks_where for part in barred):
        return "What is greyed out acts at one location, and no location is named here."
    return "What is greyed out needs a right that you do not have."


def _has_place(action: Action, alert: AlertView) -> bool:
    """Say whether it is known where a button acts."""
    anywhere = (ActionKind.ACKNOWLEDGE, ActionKind.SILENCE)
    return action.kind in anywhere or bool(alert.location or action.arguments.get("location"))


def spoken(action: Action) -> str:
    """Return what stands on a button: its words may be a part of a sentence."""
    return f"{action.label[:1].upper()}{action.label[1:]}"


def what(action: Action, alert: AlertView) -> str:
    """Return what a button will do, in a sentence."""
    given = action.arguments
    place = given.get("location") or alert.location or "the location that you choose"
    for_ = _for(given.get("for", ""))
    if action.kind is ActionKind.ACKNOWLEDGE:
        return "You take the alert on; nobody else is told next."
    if action.kind is ActionKind.SILENCE:
        return f"Nobody is told of alerts like this one{for_}."
    if action.kind is ActionKind.CAP:
        most = " and ".join(f"{given[name]} {word}" for name, word in _CAPS.items() if name in given)
        return f"Routing gives {place} at most {most} a day{for_}. What it has stays there."
    if action.kind is ActionKind.PAUSE:
        method = given.get("method", "")
        word = METHOD_WORDS[Method(method)] if method in Method.__members__.values() else method
        return f"Routing gives {place} no new work of the kind {word}{for_}. What it has stays there."
    if action.kind is ActionKind.BLOCK:
        until = for_ or " until it is counted next"
        return f"No order for {given.get('sku')} is routed to {place}{until}."
    if action.kind is ActionKind.REASSIGN:
        to = given.get("to") or "other locations"
        return f"Up to {given.get('shipments')} shipments that nobody has begun go from {place} to {to}."
    return f"The next planned wave at {place} is released: picking may begin."


_CAPS = {"orders": "orders", "items": "units"}


def question(part: RunbookPart, drill: str = "", places: Sequence[tuple[str, str]] = ()) -> Form:
    """Return the question before a button is carried out; `drill` is said when it is only an exercise. `places` are the
    alerts that it tells of, by id and place, of which one is to be chosen where the button has no place."""
    where = FormField(WHERE, "Where", "select", required=True, options=[("", "Choose one"), *places])
    return Form(
        action=f"run {part.number}",
        title=f"{part.label}?",
        explain=f"{part.does} {drill}It is written into the timeline, with your name.",
        button=part.label,
        fields=[where] if part.asks_where else [],
    )


#: The field that says where.
WHERE = "where"
#: Said in a drill.
DRILL = "This is a drill: what is outside the alert is only written down. "


def _for(span: str) -> str:
    number, unit = span[:-1], _UNITS.get(span[-1:], "")
    if not number.isdecimal() or not unit:
        return ""
    return f" for {number} {unit}{'' if number == '1' else 's'}"
