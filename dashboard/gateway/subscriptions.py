"""What the page Subscriptions asks, and what is done to a subscription there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from alerts.receivers import ReceiverView
from backend.events import subscriptions as service
from backend.events import upkeep
from backend.events.subscriptions import SubscriptionInput
from dashboard.address.receivers import ReceiversAddress
from dashboard.gateway.base import Asker, Door, Row, if_there
from dashboard.present.receivers import subscription_form
from dashboard.present.receivers import subscriptions as say
from dashboard.present.receivers.listing import listed
from dashboard.present.receivers.subscription_form import Meant
from dashboard.views.forms import Form
from dashboard.views.receivers import ReceiversScreen
from models.enums import Permission


class SubscriptionsDoor(Door):
    """Programs that are told of events."""

    def subscriptions(self, asker: Asker, address: ReceiversAddress) -> ReceiversScreen:
        """Return the page as its address asks for it."""
        asker.actor.require(Permission.SUBSCRIPTIONS_READ)
        with self._context().read(asker.actor) as uow:
            every = service.list_subscriptions(uow)
            facts = say.Facts(
                subscriptions=every,
                opened=next((one for one in every if one.code == address.code), None),
                may_write=asker.actor.can(Permission.SUBSCRIPTIONS_WRITE),
            )
            return say.screen(facts, address, self._reader(uow, asker))

    def every_subscription(self, asker: Asker, address: ReceiversAddress) -> Iterator[list[Row]]:
        """Yield the whole list for a file."""
        asker.actor.require(Permission.SUBSCRIPTIONS_READ)
        with self._context().read(asker.actor) as uow:
            found, reader = listed(service.list_subscriptions(uow), address), self._reader(uow, asker)
        yield [say.sheet_row(one, reader) for one in found]

    def new_subscription_form(self, asker: Asker, types: str = "") -> Form:
        """Return the form of a new subscription, to these types when it is known to which."""
        asker.actor.require(Permission.SUBSCRIPTIONS_WRITE)
        return subscription_form.blank(types)

    def subscription_form(self, asker: Asker, code: str) -> tuple[Form, int]:
        """Return the form of a subscription and the version it was filled from; NOT_FOUND."""
        asker.actor.require(Permission.SUBSCRIPTIONS_WRITE)
        with self._context().read(asker.actor) as uow:
            view = service.get_subscription(uow, code)
        return subscription_form.filled(view), view.version

    def replay_form(self, asker: Asker, code: str) -> tuple[Form, int]:
        """Return the form that asks from when on events shall be sent again; NOT_FOUND."""
        asker.actor.require(Permission.SUBSCRIPTIONS_WRITE)
        with self._context().read(asker.actor) as uow:
            view = service.get_subscription(uow, code)
        return subscription_form.again(view), view.version

    def make_subscription(self, asker: Asker, given: Mapping[str, str]) -> tuple[str, str]:
        """Make a subscription; return its code and its secret, which is "" for one that pulls. INVALID with every
        fault."""
        asker.actor.require(Permission.SUBSCRIPTIONS_WRITE)
        meant = subscription_form.read(given)
        with self._context().uow(asker.actor) as uow:
            if if_there(lambda: service.get_subscription(uow, meant.code)) is not None:
                raise subscription_form.taken()
            hosts = self._context().settings.webhook_hosts
            done = service.put_subscription(uow, meant.code, _input(meant), allowed_hosts=hosts)
        return meant.code, (done.secret or "") if meant.url else ""

    def change_subscription(self, asker: Asker, code: str, given: Mapping[str, str], *, version: int) -> None:
        """Write what was typed over the version that was seen; INVALID with every fault, NOT_FOUND, STALE."""
        asker.actor.require(Permission.SUBSCRIPTIONS_WRITE)
        meant = subscription_form.read(given, code)
        with self._context().uow(asker.actor) as uow:
            enabled = service.get_subscription(uow, code).enabled
            service.put_subscription(
                uow,
                code,
                replace(_input(meant), enabled=enabled),
                allowed_hosts=self._context().settings.webhook_hosts,
                expected_version=version,
            )

    def replay_subscription(self, asker: Asker, code: str, given: Mapping[str, str]) -> str:
        """Owe it again what was recorded since an instant, and say in words how much; INVALID, CONFLICT, NOT_FOUND."""
        asker.actor.require(Permission.SUBSCRIPTIONS_WRITE)
        since = subscription_form.since(given)
        with self._context().uow(asker.actor) as uow:
            pulled = service.get_subscription(uow, code).pulled
            return say.replayed(upkeep.replay_from(uow, code, since=since), asker.locale, pulled=pulled)

    def pause_subscription(self, asker: Asker, code: str, *, version: int) -> None:
        """Send nothing to it until it goes on; NOT_FOUND, STALE."""
        asker.actor.require(Permission.SUBSCRIPTIONS_WRITE)
        with self._context().uow(asker.actor) as uow:
            upkeep.pause_subscription(uow, code, expected_version=version)

    def resume_subscription(self, asker: Asker, code: str, *, version: int) -> None:
        """Send to it again, which may have been paused or disabled; NOT_FOUND, STALE."""
        asker.actor.require(Permission.SUBSCRIPTIONS_WRITE)
        with self._context().uow(asker.actor) as uow:
            view = service.get_subscription(uow, code)
            if not view.enabled:
                hosts = self._context().settings.webhook_hosts
                version = service.put_subscription(
                    uow, code, _as_it_is(view), allowed_hosts=hosts, expected_version=version
                ).view.version
            upkeep.resume_subscription(uow, code, expected_version=version)

    def rotate_subscription(self, asker: Asker, code: str, *, version: int) -> str:
        """Make a new secret and return it, the only time; NOT_FOUND, STALE."""
        asker.actor.require(Permission.SUBSCRIPTIONS_WRITE)
        with self._context().uow(asker.actor) as uow:
            return upkeep.rotate_subscription(uow, code, expected_version=version).secret

    def delete_subscription(self, asker: Asker, code: str, *, version: int) -> None:
        """Delete it with what is owed to it; NOT_FOUND, STALE."""
        asker.actor.require(Permission.SUBSCRIPTIONS_WRITE)
        with self._context().uow(asker.actor) as uow:
            service.delete_subscription(uow, code, expected_version=version)


def _input(meant: Meant) -> SubscriptionInput:
    return SubscriptionInput(
        url=meant.url,
        types=meant.types,
        locations=meant.locations,
        groups=meant.groups,
        title=meant.title,
        filters=meant.filters,
        content_mode=meant.content_mode,
    )


def _as_it_is(view: ReceiverView) -> SubscriptionInput:
    return SubscriptionInput(
        url=view.url,
        types=view.types,
        locations=view.locations,
        groups=view.groups,
        title=view.title,
        filters=view.filters,
        content_mode=view.content_mode,
    )
