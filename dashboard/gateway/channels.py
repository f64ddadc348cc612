"""What the page Channels asks, and what is done to a channel there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from alerts.connectors.registry import CONNECTORS
from alerts.receivers import ReceiverView, schema_of
from backend.alerting import policies
from backend.channels import service
from backend.channels.service import ChannelInput
from backend.channels.trial import try_channel
from backend.events.deliveries import get_delivery
from backend.persistence.uow import Uow
from dashboard.address.receivers import ReceiversAddress
from dashboard.gateway.base import Asker, Door, Row, if_there
from dashboard.present.policies.editing import title
from dashboard.present.receivers import channel_form
from dashboard.present.receivers import channels as say
from dashboard.present.receivers.channel_form import Meant
from dashboard.present.receivers.kinds import Kind, kind_of
from dashboard.present.receivers.listing import listed
from dashboard.present.receivers.tried import tried
from dashboard.views.forms import Form
from dashboard.views.receivers import ReceiversScreen, Tried
from models.alerting import ReceiverKind
from models.enums import Permission
from models.errors import not_found

#: As many policies as are looked through for those that tell a channel.
_POLICIES = 500


class ChannelsDoor(Door):
    """Where alerts go."""

    def channels(self, asker: Asker, address: ReceiversAddress) -> ReceiversScreen:
        """Return the page as its address asks for it."""
        asker.actor.require(Permission.CHANNELS_READ)
        with self._context().read(asker.actor) as uow:
            every = service.list_channels(uow)
            opened = next((one for one in every if one.code == address.code), None)
            facts = say.Facts(
                channels=every,
                kinds={kind: _kind(kind) for kind in CONNECTORS},
                opened=opened,
                policies=_telling(uow, opened) if opened else {},
                may_write=asker.actor.can(Permission.CHANNELS_WRITE),
            )
            return say.screen(facts, address, self._reader(uow, asker))

    def every_channel(self, asker: Asker, address: ReceiversAddress) -> Iterator[list[Row]]:
        """Yield the whole list for a file."""
        asker.actor.require(Permission.CHANNELS_READ)
        with self._context().read(asker.actor) as uow:
            found, reader = listed(service.list_channels(uow), address), self._reader(uow, asker)
        yield [say.sheet_row(one, reader) for one in found]

    def channel_kinds(self, asker: Asker) -> Form:
        """Return the form that asks for the kind of a new channel."""
        asker.actor.require(Permission.CHANNELS_WRITE)
        return channel_form.choose([_kind(kind) for kind in CONNECTORS])

    def new_channel_form(self, asker: Asker, kind: str) -> Form:
        """Return the form of a new channel of a kind; NOT_FOUND."""
        asker.actor.require(Permission.CHANNELS_WRITE)
        return channel_form.blank(_kind(_known(kind)))

    def channel_form(self, asker: Asker, code: str) -> tuple[Form, int]:
        """Return the form of a channel and the version it was filled from; NOT_FOUND."""
        asker.actor.require(Permission.CHANNELS_WRITE)
        with self._context().read(asker.actor) as uow:
            view = service.get_channel(uow, code)
        return channel_form.filled(view, _kind(view.kind)), view.version

    def make_channel(self, asker: Asker, kind: str, given: Mapping[str, str]) -> tuple[str, str]:
        """Make a channel; return its code, and its secret where that was made here. INVALID with every fault."""
        asker.actor.require(Permission.CHANNELS_WRITE)
        known = _known(kind)
        meant = channel_form.read(given, _kind(known).schema)
        with self._context().uow(asker.actor) as uow:
            if if_there(lambda: service.get_channel(uow, meant.code)) is not None:
                raise channel_form.taken()
            done = service.put_channel(
                uow, meant.code, _input(known, meant), allowed_hosts=self._context().settings.webhook_hosts
            )
        return meant.code, done.secret or ""

    def change_channel(self, asker: Asker, code: str, given: Mapping[str, str], *, version: int) -> None:
        """Write what was typed over the version that was seen; INVALID with every fault, NOT_FOUND, STALE."""
        asker.actor.require(Permission.CHANNELS_WRITE)
        with self._context().uow(asker.actor) as uow:
            kind = service.get_channel(uow, code).kind
            meant = channel_form.read(given, _kind(kind).schema, code)
            service.put_channel(
                uow,
                code,
                _input(kind, meant),
                allowed_hosts=self._context().settings.webhook_hosts,
                expected_version=version,
            )

    def test_channel(self, asker: Asker, code: str) -> Tried:
        """Owe a channel a test message and return how it fares; NOT_FOUND, CONFLICT while it is paused or disabled."""
        asker.actor.require(Permission.CHANNELS_WRITE)
        with self._context().uow(asker.actor) as uow:
            return tried(try_channel(uow, code), self._reader(uow, asker))

    def tried(self, asker: Asker, delivery: int) -> Tried:
        """Return how a test message fares by now; NOT_FOUND."""
        asker.actor.require(Permission.CHANNELS_READ)
        with self._context().read(asker.actor) as uow:
            return tried(get_delivery(uow, delivery), self._reader(uow, asker))

    def pause_channel(self, asker: Asker, code: str, *, version: int) -> None:
        """Send nothing to a channel until it goes on; NOT_FOUND, STALE."""
        asker.actor.require(Permission.CHANNELS_WRITE)
        with self._context().uow(asker.actor) as uow:
            service.pause_channel(uow, code, expected_version=version)

    def resume_channel(self, asker: Asker, code: str, *, version: int) -> None:
        """Send to a channel again, which may have been paused or disabled; NOT_FOUND, STALE."""
        asker.actor.require(Permission.CHANNELS_WRITE)
        with self._context().uow(asker.actor) as uow:
            view = service.get_channel(uow, code)
            if not view.enabled:
                again = ChannelInput(view.kind, view.title, view.url, config=view.config)
                version = service.put_channel(
                    uow,
                    code,
                    again,
                    allowed_hosts=self._context().settings.webhook_hosts,
                    expected_version=version,
                ).view.version
            service.resume_channel(uow, code, expected_version=version)

    def rotate_channel(self, asker: Asker, code: str, *, version: int) -> str:
        """Make a new secret and return it, the only time; NOT_FOUND, STALE."""
        asker.actor.require(Permission.CHANNELS_WRITE)
        with self._context().uow(asker.actor) as uow:
            return service.rotate_secret(uow, code, expected_version=version).secret or ""

    def delete_channel(self, asker: Asker, code: str, *, version: int) -> None:
        """Delete a channel with what is owed to it; NOT_FOUND, STALE."""
        asker.actor.require(Permission.CHANNELS_WRITE)
        with self._context().uow(asker.actor) as uow:
            service.delete_channel(uow, code, expected_version=version)


def _kind(kind: ReceiverKind) -> Kind:
    connector = CONNECTORS[kind]
    return kind_of(connector, schema_of(connector))


def _known(kind: str) -> ReceiverKind:
    if kind not in list(CONNECTORS):
        raise not_found("kind of channel", kind)
    return ReceiverKind(kind)


def _input(kind: ReceiverKind, meant: Meant) -> ChannelInput:
    return ChannelInput(kind, meant.title, meant.url, meant.secret, meant.inbound_secret, meant.config)


def _telling(uow: Uow, channel: ReceiverView) -> dict[str, str]:
    """Return the titles of the policies that tell a channel, by code: those that name it, and those that name none
    where it is a default."""
    default = channel.config.get("default") is True
    told = {}
    for one in policies.listing(uow, limit=_POLICIES):
        notify, steps = one.document.get("notify", ()), one.document.get("escalate", ())
        named = channel.code in notify or any(channel.code in step["notify"] for step in steps)
        if one.enabled and (named or (default and not notify)):
            told[one.code] = title(one)
    return told
