"""What an alert's page asks, and what is done to the alert."""

from __future__ import annotations

from collections.abc import Mapping

from alerts import browse, policy_words
from alerts.browse import AlertView
from alerts.policy_words import PolicyWords
from alerts.runbooks import Action
from backend.alerting import commands, queries, runbook
from backend.alerting.scope import shown, visible_alert
from backend.auth.actor import Actor
from backend.persistence.uow import Uow
from backend.sla import queries as sla
from backend.sla.views import LocationView
from dashboard.gateway.base import Asker, Door, if_there
from dashboard.present.alerts import forms, one
from dashboard.present.alerts import runbook as say_runbook
from dashboard.present.alerts.forms import AlertAction
from dashboard.present.reading import Reading
from dashboard.views.alert import AlertScreen
from models.enums import Permission
from models.errors import DomainError, ErrorCode, invalid, not_found


class AlertDoor(Door):
    """One alert."""

    def alert(self, asker: Asker, alert_id: int) -> AlertScreen:
        """Return an alert's page; NOT_FOUND when there is none that the actor may see."""
        asker.actor.require(Permission.ALERTS_READ)
        with self._context().read(asker.actor) as uow:
            whole = queries.whole(uow, alert_id)
            view, seen = whole.alert, visible_alert(uow.actor.scope)
            facts = one.Facts(
                whole=whole,
                policy=_words(uow, view),
                place=_place(uow, view),
                parent=browse.get_alert(uow.session, view.parent_id, within=seen) if view.parent_id else None,
                runbook=runbook.of(uow, view),
                may_run=lambda action: asker.actor.can(runbook.NEEDED[action.kind]),
                may_act=asker.actor.can(Permission.ALERTS_WRITE),
                # Who was told is part of the alert; what was sent, and what came back, is the channel's.
                may_open_told=_may_open_messages(asker.actor),
            )
            return one.screen(facts, self._reader(uow, asker))

    def change_alert(
        self, asker: Asker, action: AlertAction, given: Mapping[str, str], *, alert_id: int, version: int
    ) -> None:
        """Carry out what was typed, over the version that was seen; INVALID, NOT_FOUND, STALE, ILLEGAL_TRANSITION."""
        asker.actor.require(Permission.ALERTS_WRITE)
        reading = Reading(given, "UTC")
        words = reading.text("words", most=forms.MOST[action], missing=forms.MISSING[action])
        if reading.faults:
            raise invalid(reading.faults)
        with self._context().uow(asker.actor) as uow:
            if action is AlertAction.NOTE:
                commands.note(uow, alert_id, words)
            else:
                commands.resolve(uow, alert_id, note=words, expected_version=version)

    def run_step(self, asker: Asker, alert_id: int, number: int, *, label: str, at: int = 0) -> str:
        """Carry out a button of an alert's runbook as it was seen, and return what came of it in words; `at` is the
        alert it is done for, one of those that this one tells of (0: for this one). NOT_FOUND, STALE when it reads
        otherwise by now, FORBIDDEN, and what its command refuses."""
        asker.actor.require(Permission.ALERTS_READ)
        with self._context().read(asker.actor) as uow:
            found = runbook.of(uow, shown(uow, alert_id))
            if at and shown(uow, at).parent_id != alert_id:
                raise not_found("alert", at)
        buttons = {part.number: say_runbook.spoken(part) for part in found if isinstance(part, Action)}
        if buttons.get(number) != label:
            raise DomainError(ErrorCode.STALE, "The runbook reads otherwise by now; nothing was done. Look again.")
        return runbook.run(self._context(), asker.actor, at or alert_id, number).words


def _may_open_messages(actor: Actor) -> bool:
    return actor.can(Permission.SUBSCRIPTIONS_READ) and actor.can(Permission.CHANNELS_READ)


def _words(uow: Uow, view: AlertView) -> PolicyWords:
    version = (view.policy, view.policy_version)
    return policy_words.words_of(uow.session, [version]).get(version, PolicyWords(view.policy))


def _place(uow: Uow, view: AlertView) -> LocationView | None:
    code = view.location
    return if_there(lambda: sla.location(uow, code)) if code else None
