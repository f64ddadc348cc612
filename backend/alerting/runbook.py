"""The runbook of an alert as it stands now, and carrying out one of its buttons with the permission of whoever presses.

Every button runs the command that its page would run, and is written into the alert's timeline. Of a drill nothing is
carried out but what concerns the alert itself; the timeline says what would have been.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from alerts.browse import AlertView
from alerts.runbooks import Action, ActionKind, Part, actions, parse, span, wrong_argument
from alerts.silences import Matcher
from backend.alerting import commands, silences
from backend.alerting.scope import shown
from backend.alerting.silences import NewSilence
from backend.auth.actor import Actor
from backend.context import Context
from backend.controls import service as controls
from backend.controls.rules import NewControl
from backend.fulfillment import bulk, handing
from backend.inventory import blocks
from backend.inventory.blocks import NewBlock
from backend.locations import queries as locations
from backend.persistence.uow import Uow
from backend.waves import browse as waves
from backend.waves import service as wave_service
from models.enums import Method, Permission
from models.errors import DomainError, ErrorCode, Fault, invalid, not_found
from models.floor import ControlKind, WaveStatus
from models.tables import AlertPolicy

NEEDED: Mapping[ActionKind, Permission] = {
    ActionKind.ACKNOWLEDGE: Permission.ALERTS_WRITE,
    ActionKind.SILENCE: Permission.ALERTS_WRITE,
    ActionKind.CAP: Permission.LOCATIONS_WRITE,
    ActionKind.PAUSE: Permission.LOCATIONS_WRITE,
    ActionKind.BLOCK: Permission.INVENTORY_WRITE,
    ActionKind.REASSIGN: Permission.SHIPMENTS_WRITE,
    ActionKind.RELEASE: Permission.WAVES_WRITE,
}
#: What is only about the alert itself is done in a drill too.
_OF_THE_ALERT = (ActionKind.ACKNOWLEDGE, ActionKind.SILENCE)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a button, in words, and the alert after it."""

    words: str
    alert: AlertView


def of(uow: Uow, alert: AlertView) -> list[Part]:
    """Return the runbook of an alert with its values as they are now: text, and buttons."""
    return parse(_document(uow, alert).get("runbook", ""), values(alert))


def values(alert: AlertView) -> dict[str, Any]:
    """Return what a runbook may name: the facts of the alert, and what it is."""
    return {
        **alert.facts,
        "data": dict(alert.facts),
        "location": alert.location,
        "name": alert.location_name or alert.facts.get("name") or alert.group,
        "group": alert.group,
        "title": alert.title,
        "severity": alert.severity.value,
        "status": alert.status.value,
        "count": alert.problems,
        "since": alert.since.strftime("%H:%M UTC on %d %b"),
    }


def run(ctx: Context, actor: Actor, alert_id: int, number: int) -> Done:
    """Carry out the `number`-th button of an alert's runbook. Raises NOT_FOUND, FORBIDDEN, INVALID, and what the
    command behind it raises; nothing is changed then."""
    with ctx.read(actor) as uow:
        alert = shown(uow, alert_id)
        action = _chosen(uow, alert, number)
    actor.require(NEEDED[action.kind])
    _check(action)
    if alert.drill and action.kind not in _OF_THE_ALERT:
        return _noted(ctx, actor, alert, action, f"In a drill this is not carried out: {action.label}")
    if action.kind is ActionKind.REASSIGN:  # each shipment is a transaction of its own
        return _noted(ctx, actor, alert, action, _reassign(ctx, actor, alert, action))
    with ctx.uow(actor) as uow:
        words = _COMMANDS[action.kind](uow, alert, action)
        return Done(words, _note(uow, alert, action, words))


def _chosen(uow: Uow, alert: AlertView, number: int) -> Action:
    found = actions(_document(uow, alert).get("runbook", ""), values(alert))
    if not 1 <= number <= len(found):
        raise not_found("button", number)
    return found[number - 1]


def _document(uow: Uow, alert: AlertView) -> Mapping[str, Any]:
    version = sa.and_(col(AlertPolicy.code) == alert.policy, col(AlertPolicy.version) == alert.policy_version)
    return uow.session.execute(sa.select(col(AlertPolicy.document)).where(version)).scalar_one_or_none() or {}


def _check(action: Action) -> None:
    """Judge arguments that were values until now."""
    wrong = {name: wrong_argument(name, value) for name, value in action.arguments.items()}
    faults = [Fault(f"/{name}", "bad_argument", words) for name, words in wrong.items() if words]
    if faults:
        raise invalid(faults)


def _noted(ctx: Context, actor: Actor, alert: AlertView, action: Action, words: str) -> Done:
    with ctx.uow(actor) as uow:
        return Done(words, _note(uow, alert, action, words))


def _note(uow: Uow, alert: AlertView, action: Action, words: str) -> AlertView:
    return commands.note(uow, alert.id, words, action=f"runbook.{action.kind.value}")


def _acknowledge(uow: Uow, alert: AlertView, action: Action) -> str:
    commands.acknowledge(uow, alert.id, note=action.arguments.get("reason", ""))
    return "Acknowledged."


def _silence(uow: Uow, alert: AlertView, action: Action) -> str:
    pinned = {name: value for name in ("policy", "location", "group") if (value := alert.labels.get(name))}
    matchers = tuple(Matcher(name, value) for name, value in pinned.items())
    made = silences.make(uow, NewSilence(matchers, _why(alert, action), _until(uow, action)))
    return f"Silenced until {_clock(made.ends_at)}."


def _cap(uow: Uow, alert: AlertView, action: Action) -> str:
    limit = {name: int(value) for name, value in action.arguments.items() if name in ("orders", "items")}
    until = _until(uow, action)
    place = _place(alert, action)
    controls.put(uow, place, NewControl(ControlKind.CAP, _why(alert, action), limit, until=until))
    most = " and ".join(f"{number} {what}" for what, number in limit.items())
    return f"{place} is given at most {most} until {_clock(until)}."


def _pause(uow: Uow, alert: AlertView, action: Action) -> str:
    method, until = Method(action.arguments["method"]), _until(uow, action)
    place = _place(alert, action)
    controls.put(uow, place, NewControl(ControlKind.PAUSE_METHOD, _why(alert, action), method=method, until=until))
    return f"{place} gets no new work of {method.value} until {_clock(until)}."


def _block(uow: Uow, alert: AlertView, action: Action) -> str:
    sku, place = action.arguments["sku"], _place(alert, action)
    until = _until(uow, action) if "for" in action.arguments else None
    blocks.block(uow, place, [NewBlock(sku, _why(alert, action), until, until_count=until is None)])
    return f"{place} is given no {sku} until {'it is counted' if until is None else _clock(until)}."


def _release(uow: Uow, alert: AlertView, action: Action) -> str:
    place = _place(alert, action)
    planned = waves.find(
        uow,
        location=place,
        statuses=(WaveStatus.PLANNED,),
        sort=waves.WaveSort.START,
        direction=waves.Direction.ASCENDING,
        limit=1,
    )
    if not planned or planned[0].wave.id is None:
        raise DomainError(ErrorCode.CONFLICT, f"No wave is planned at {place}.")
    wave_service.release(uow, planned[0].wave.id)
    return f"Wave {planned[0].wave.number} at {place} is released."


def _reassign(ctx: Context, actor: Actor, alert: AlertView, action: Action) -> str:
    place, to = _place(alert, action), action.arguments.get("to")
    with ctx.read(actor) as uow:
        here = locations.get(uow, place).location
        if to is not None and (to == place or to not in locations.by_code(uow, [to])):
            raise invalid([Fault("/to", "unknown_location", f"There is no other location {to}.")])
        many = int(action.arguments["shipments"])
        work = handing.untouched(uow, int(here.id or 0), handing.First.URGENT, limit=many)
    if not work:
        raise DomainError(ErrorCode.CONFLICT, f"Nothing at {place} can be handed over: all of it is begun, or gone.")
    ids = [each.shipment_id for each in work]
    done = bulk.hand_over(ctx, actor, ids, to=to, reason=_why(alert, action))
    gone = sum(each.error is None for each in done)
    stayed = f"; {len(done) - gone} could not go" if gone < len(done) else ""
    return f"{gone} shipments went from {place} to {to or 'other locations'}{stayed}."


def _place(alert: AlertView, action: Action) -> str:
    place = action.arguments.get("location") or alert.location
    if place is None:
        raise invalid([Fault("/location", "missing", "This alert is not about one location; the button names none.")])
    return place


def _until(uow: Uow, action: Action) -> datetime:
    length = span(action.arguments.get("for", ""))
    if length is None:
        raise invalid([Fault("/for", "missing", "The button does not say for how long.")])
    return uow.now + length


def _why(alert: AlertView, action: Action) -> str:
    return (action.arguments.get("reason") or f"Alert {alert.id}: {alert.title}")[:200]


def _clock(at: datetime) -> str:
    return at.strftime("%H:%M UTC on %d %b")


_COMMANDS: Mapping[ActionKind, Callable[[Uow, AlertView, Action], str]] = {
    ActionKind.ACKNOWLEDGE: _acknowledge,
    ActionKind.SILENCE: _silence,
    ActionKind.CAP: _cap,
    ActionKind.PAUSE: _pause,
    ActionKind.BLOCK: _block,
    ActionKind.RELEASE: _release,
}
