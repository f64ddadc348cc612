"""What the Alerts page and the bell ask."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from alerts import policy_words
from alerts.browse import AlertFilter, AlertView
from alerts.concerning import alerts_concerning
from backend.alerting import commands, queries
from backend.persistence.uow import Uow
from dashboard.address import PAGE_SIZE
from dashboard.address.alerts import AlertsAddress, AlertsShown
from dashboard.gateway.base import BATCH, Asker, Door, Row, offsets
from dashboard.present.alerts import bell
from dashboard.present.alerts import overview as say_alerts
from dashboard.views.alerts import AlertsScreen, Ringing
from models.alerting import AlertStatus
from models.enums import Permission

#: Open alerts named on the page of a location or an order.
_HERE = 5
_TAKEN_ON = (AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED)
#: Which states each kind of list holds, and whether people are told of what stands in it.
_KINDS: dict[AlertsShown, tuple[Collection[AlertStatus], bool | None]] = {
    AlertsShown.OPEN: (_TAKEN_ON, False),
    AlertsShown.UNCLAIMED: ((AlertStatus.FIRING,), False),
    AlertsShown.ACKNOWLEDGED: ((AlertStatus.ACKNOWLEDGED,), False),
    AlertsShown.MUTED: (_TAKEN_ON, True),
    AlertsShown.PENDING: ((AlertStatus.PENDING,), None),
    AlertsShown.RESOLVED: ((AlertStatus.RESOLVED,), None),
}


class AlertsDoor(Door):
    """What is wrong, and who has it."""

    def alerts(self, asker: Asker, address: AlertsAddress, *, keep: Sequence[int] = ()) -> AlertsScreen:
        """Return the Alerts page as its address asks for it; `keep` are alerts on screen that must be told of too."""
        asker.actor.require(Permission.ALERTS_READ)
        with self._context().read(asker.actor) as uow:
            page = queries.find(uow, _listed(address), offset=address.offset, limit=PAGE_SIZE)
            gone = set(keep) - {one.id for one in page.items}
            kept = _by_ids(uow, gone) if gone else ()
            every = _wanted(address)
            facts = say_alerts.Facts(
                alerts=page.items,
                total=page.total,
                told=queries.counts(uow, replace(every, muted=False)),
                every=queries.counts(uow, every),
                clears=_clears(uow, (*page.items, *kept)),
                policies=policy_words.active_titles(uow.session),
                kept=kept,
                may_act=asker.actor.can(Permission.ALERTS_WRITE),
            )
            return say_alerts.screen(facts, address, self._reader(uow, asker))

    def bell(self, asker: Asker) -> Ringing:
        """Return what the bell says to whoever may see alerts."""
        if not asker.actor.can(Permission.ALERTS_READ):
            return Ringing()
        with self._context().read(asker.actor) as uow:
            waiting = AlertFilter(statuses=(AlertStatus.FIRING,), muted=False)
            return bell.ringing(queries.counts(uow, waiting), asker.locale)

    def acknowledge(self, asker: Asker, alert_id: int, version: int) -> str:
        """Take an alert on as it was seen, and return its title; NOT_FOUND, STALE, ILLEGAL_TRANSITION."""
        asker.actor.require(Permission.ALERTS_WRITE)
        with self._context().uow(asker.actor) as uow:
            return commands.acknowledge(uow, alert_id, expected_version=version).title

    def give_back(self, asker: Asker, alert_id: int) -> str:
        """Give an alert back that was taken on, and return its title; NOT_FOUND, ILLEGAL_TRANSITION."""
        asker.actor.require(Permission.ALERTS_WRITE)
        with self._context().uow(asker.actor) as uow:
            return commands.unacknowledge(uow, alert_id).title

    def every_alert(self, asker: Asker, address: AlertsAddress) -> Iterator[list[Row]]:
        """Yield the whole list of the Alerts page, worst first, in batches."""
        asker.actor.require(Permission.ALERTS_READ)
        for offset in offsets():
            with self._context().read(asker.actor) as uow:
                found = queries.find(uow, _listed(address), offset=offset, limit=BATCH).items
            yield [say_alerts.cells(one) for one in found]
            if len(found) < BATCH:
                return


def open_at(uow: Uow, asker: Asker, location: str) -> Sequence[AlertView]:
    """Return the alerts that are open at a location, the worst first; none for those who may not see alerts."""
    if not asker.actor.can(Permission.ALERTS_READ):
        return ()
    return queries.find(uow, AlertFilter(location=location, statuses=_TAKEN_ON), limit=_HERE).items


def open_about(uow: Uow, asker: Asker, subjects: Sequence[str]) -> Sequence[AlertView]:
    """Return the open alerts about subjects, such as an order and its shipments, the worst first."""
    if not asker.actor.can(Permission.ALERTS_READ):
        return ()
    ids = alerts_concerning(uow.session, subjects)
    return queries.find(uow, AlertFilter(ids=ids, statuses=_TAKEN_ON), limit=_HERE).items if ids else ()


def _wanted(address: AlertsAddress) -> AlertFilter:
    return AlertFilter(
        severities=(address.severity,) if address.severity else (),
        policy=address.policy or None,
        location=address.location or None,
        text=address.q,
    )


def _listed(address: AlertsAddress) -> AlertFilter:
    statuses, muted = _KINDS[address.show]
    return replace(_wanted(address), statuses=tuple(statuses), muted=muted, why_muted=address.muted)


def _by_ids(uow: Uow, ids: Collection[int]) -> tuple[AlertView, ...]:
    return queries.find(uow, AlertFilter(ids=ids), limit=len(ids)).items


def _clears(uow: Uow, alerts: Sequence[AlertView]) -> dict[int, str]:
    words = policy_words.words_of(uow.session, ((one.policy, one.policy_version) for one in alerts))
    said = {one.id: words.get((one.policy, one.policy_version)) for one in alerts}
    return {id_: text.clears for id_, text in said.items() if text}
