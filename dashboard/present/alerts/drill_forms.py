"""The form that begins a drill, what it will do in words before it does, and the question before one is ended. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from alerts.drill import DrillAsk
from alerts.policy import Policy
from alerts.receivers import ReceiverView
from dashboard import format as say
from dashboard.present.reading import Reading, refilled
from dashboard.views.forms import Form, FormField
from models.errors import DomainError, invalid

_LOOK, _BEGIN = "Show what it will do", "Begin the drill"
_LENGTHS = (("10", "10 minutes"), ("30", "30 minutes"), ("60", "1 hour"), ("240", "4 hours"))
_RESTS, _ESCALATES = "no", "yes"


class DrillAction(StrEnum):
    """What may be done that asks first."""

    BEGIN = "begin"
    END = "end"


def begin(policies: Sequence[tuple[str, str]], channels: Sequence[ReceiverView], policy: str) -> Form:
    """Return the form of a new drill of one of these policies (code and title), told to some of these channels."""
    chosen = policy if policy in dict(policies) else ""
    return Form(
        action=DrillAction.BEGIN.value,
        title="New drill",
        explain="An incident that is none: it goes the way of a real one, marked as a drill wherever it is told.",
        button=_LOOK,
        fields=[
            FormField("policy", "Which policy", "select", value=chosen, required=True, options=_choices(policies)),
            FormField(
                "channels", "Who is told", "checks", hint=_who(channels), options=[_channel(c) for c in channels]
            ),
            FormField(
                "escalate",
                "Escalation",
                "select",
                value=_RESTS,
                hint="Its steps tell the channels above in the place of their own: nobody else is woken.",
                options=[(_RESTS, "Rests"), (_ESCALATES, "Runs until somebody acknowledges")],
            ),
            FormField("minutes", "Ends by itself after", "select", value="30", options=list(_LENGTHS)),
        ],
    )


def _choices(policies: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", "Choose one"), *policies]


def _channel(one: ReceiverView) -> tuple[str, str]:
    return one.code, (one.title or one.code) + (" (paused)" if one.paused else "")


def _who(channels: Sequence[ReceiverView]) -> str:
    if not channels:
        return "No channel takes messages. Without one, nobody outside is told."
    return "Only these are told, whatever the policy says. None: nobody outside is told."


def end() -> Form:
    """Return the question before a drill is ended."""
    return Form(
        action=DrillAction.END.value,
        title="End the drill",
        explain="It is over as if what it was about were over; whoever was told of it is told that. Its "
        "report is filed once they know.",
        button="End it now",
    )


def looked_at(form: Form, given: Mapping[str, str]) -> Form:
    """Return the form after what the drill will do was shown: the next press begins it."""
    return replace(
        form, fields=[replace(refilled(each, given), fault="") for each in form.fields], button=_BEGIN, fault=""
    )


def read(form: Form, given: Mapping[str, str]) -> DrillAsk:
    """Return what was meant; raises INVALID with every fault, pointers `/{field}`."""
    reading = Reading(given, "UTC")
    policy = reading.text("policy", most=200, missing="Choose which policy to try.")
    escalate = reading.choice("escalate", (_RESTS, _ESCALATES))
    minutes = reading.choice("minutes", [value for value, _ in _LENGTHS])
    if reading.faults:
        raise invalid(reading.faults)
    told = next((refilled(each, given).chosen for each in form.fields if each.name == "channels"), [])
    return DrillAsk(policy, tuple(told), escalate == _ESCALATES, timedelta(minutes=int(minutes)))


def at_fields(error: DomainError) -> DomainError:
    """Return a refusal with its faults at the fields of the form: one of a channel at all of them."""
    faults = [replace(fault, pointer=f"/{fault.pointer.strip('/').partition('/')[0]}") for fault in error.faults]
    return DomainError(error.code, error.message, faults=faults)


def preview(policy: Policy, ask: DrillAsk, channels: Sequence[ReceiverView]) -> list[str]:
    """Return what a drill will do and whom it will tell, a sentence each."""
    told = [one for one in channels if one.code in ask.channels]
    paused = [_name(one) for one in told if one.paused]
    wait = policy.timing.wait.total_seconds()
    lines = [f"An alert of “{policy.title}” opens on a location that is not there. It is marked as a drill."]
    if told:
        when = f"after {say.duration(wait)}, as this policy waits so long" if wait else "at once"
        lines.append(f"{_and([_name(one) for one in told])} {'is' if len(told) == 1 else 'are'} told {when}.")
    else:
        lines.append("No channel is told: it stands on these pages only.")
    if paused:
        lines.append(f"{_and(paused)} {'is' if len(paused) == 1 else 'are'} paused: messages wait until it is resumed.")
    lines.append(_escalation(policy, ask))
    lines.append(
        f"It ends by itself after {say.duration(ask.lasts.total_seconds())}. "
        "No real alert, order or location is touched."
    )
    return lines


def _escalation(policy: Policy, ask: DrillAsk) -> str:
    if not policy.escalate:
        return "This policy has no escalation to try."
    if not ask.escalates:
        return "Its escalation rests."
    if not ask.channels:
        return "Its escalation rests: there is no channel to tell."
    after = _and([say.duration(step["after_s"]) for step in policy.escalate])
    return f"Until somebody acknowledges it, the same are told again after {after}."


def _name(one: ReceiverView) -> str:
    return one.title or one.code


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
