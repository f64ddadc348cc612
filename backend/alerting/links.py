"""Following a signed link of a message (`alerts/links.py`): what it offers, and doing it, once. What they are signed
with is `link_keys.py`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from alerts.browse import AlertView, get_alert
from alerts.links import Link, LinkAction, LinkError, LinkProblem, Signer, digest, read
from alerts.notice import Notice
from alerts.steps import locked
from backend.alerting import commands
from backend.alerting.feed import lock_cursor
from backend.alerting.link_keys import LinkKeys, link_keys
from backend.auth.actor import Actor
from backend.clock import system_now
from backend.context import Context
from backend.persistence.bulk import insert_missing
from backend.persistence.uow import Uow
from models.alerting import AlertStatus
from models.enums import ActorKind, Permission
from models.tables import AlertLinkUse

#: So long a process goes on with the secrets that it read; another one may have replaced them.
_KNOWN_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Offer:
    """What following a link would do, to which alert."""

    link: Link
    alert: AlertView


class LinkDesk:
    """Signs and reads the links of one program: `ctx.part(LinkDesk)`."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._known: tuple[LinkKeys, float] | None = None

    def sign(self, notice: Notice, now: datetime, channel: str = "") -> dict[str, str]:
        """Return the addresses that go out with a notice to a channel (its code), by what they do."""
        settings = self._ctx.settings
        signer = Signer(self._secrets().current, settings.public_url, timedelta(days=settings.link_days))
        return dict(signer(notice, now, channel))

    def offer(self, token: str) -> Offer:
        """Return what a link would do now, changing nothing; raises LinkError."""
        link = read(self._secrets().good, token, now=system_now())
        with self._ctx.read() as uow:
            if uow.session.get(AlertLinkUse, digest(token)) is not None:
                raise LinkError(LinkProblem.USED)
            return _offered(uow, link)

    def follow(self, token: str) -> Offer:
        """Do what a link says, once, and return the alert as it is then; raises LinkError and changes nothing."""
        link = read(self._secrets().good, token, now=system_now())
        with self._ctx.uow(_actor(link)) as uow:
            if link.action is LinkAction.RESOLVE:
                lock_cursor(uow)  # before the alert, as whoever resolves one does
            _offered(uow, link, lock=True)
            use = {"token": digest(token), "alert_id": link.alert, "used_at": system_now()}
            if insert_missing(uow.session, AlertLinkUse, [use]) != 1:
                raise LinkError(LinkProblem.USED)
            command = commands.acknowledge if link.action is LinkAction.ACKNOWLEDGE else commands.resolve
            return Offer(link, command(uow, link.alert))

    def _secrets(self) -> LinkKeys:
        now = time.monotonic()
        if self._known is None or now - self._known[1] > _KNOWN_SECONDS:
            self._known = (link_keys(self._ctx), now)
        return self._known[0]


def _actor(link: Link) -> Actor:
    label = f"a link sent to {link.channel}" if link.channel else "a link in a message"
    return Actor(ActorKind.SYSTEM, label[:120], frozenset({Permission.ALERTS_READ, Permission.ALERTS_WRITE}))


def _offered(uow: Uow, link: Link, *, lock: bool = False) -> Offer:
    """Return what a link offers as the alert is now; raises LinkError when there is nothing left to do."""
    if lock:
        locked(uow.session, link.alert)
    alert = get_alert(uow.session, link.alert, within=sa.true())
    if alert is None:
        raise LinkError(LinkProblem.GONE)
    if alert.status is AlertStatus.RESOLVED:
        raise LinkError(LinkProblem.LATE)
    if alert.status is AlertStatus.ACKNOWLEDGED and link.action is LinkAction.ACKNOWLEDGE:
        raise LinkError(LinkProblem.DONE)
    return Offer(link, alert)
