"""What the Silences page asks, and making, changing and ending silences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from alerts.browse import OPEN, AlertFilter
from backend.alerting import queries, silences
from backend.alerting.scope import shown
from backend.alerting.silences import NewSilence, Preview
from backend.persistence.uow import Uow
from dashboard.address.silences import SilencesAddress
from dashboard.gateway.base import Asker, Door, Row, if_there
from dashboard.present.alerts import silence_forms
from dashboard.present.alerts import silences as say_silences
from dashboard.present.alerts.silence_forms import Meant, SilenceAction
from dashboard.views.forms import Form
from dashboard.views.silences import Previewed, SilencesScreen
from models.alerting import Muted
from models.enums import Permission
from models.errors import DomainError

#: The most alerts that are counted as kept quiet.
_MOST = 10_000
_NOTHING = Preview(0, ())


class SilencesDoor(Door):
    """What nobody is told of for a time."""

    def silences(self, asker: Asker, address: SilencesAddress) -> SilencesScreen:
        """Return the Silences page as its address asks for it."""
        asker.actor.require(Permission.ALERTS_READ)
        with self._context().read(asker.actor) as uow:
            opened = if_there(lambda: silences.get(uow, address.id)) if address.id else None
            matched = silences.preview(uow, opened.matchers) if opened else _NOTHING
            facts = say_silences.Facts(
                silences=silences.listing(uow),
                quiet=_quiet(uow),
                opened=opened,
                matched=matched.alerts,
                matched_count=matched.count,
                may_act=asker.actor.can(Permission.ALERTS_WRITE),
            )
            return say_silences.screen(facts, address, self._reader(uow, asker))

    def silence_form(self, asker: Asker, action: SilenceAction, about: int, *, zone: str) -> tuple[Form, int]:
        """Return the form of an action and the version it was made from; `about` is the silence, or the alert that a
        new one is for (0: none). NOT_FOUND, FORBIDDEN."""
        asker.actor.require(Permission.ALERTS_WRITE)
        with self._context().read(asker.actor) as uow:
            if action is SilenceAction.MAKE:
                return silence_forms.make(shown(uow, about) if about else None, zone), 0
            one = silences.get(uow, about)
            form = silence_forms.end() if action is SilenceAction.END else silence_forms.change(one, zone)
            return form, one.version

    def preview_silence(self, asker: Asker, given: Mapping[str, str]) -> Previewed:
        """Return what this would silence right now; INVALID with a fault at its field."""
        asker.actor.require(Permission.ALERTS_WRITE)
        with self._context().read(asker.actor) as uow:
            matchers = silence_forms.matchers_in(given)
            try:
                found = silences.preview(uow, matchers)
            except DomainError as error:
                raise silence_forms.at_fields(error) from error
            return say_silences.previewed(found.alerts, found.count, self._reader(uow, asker))

    def put_silence(self, asker: Asker, given: Mapping[str, str], *, zone: str, silence: int, version: int) -> int:
        """Make a silence (`silence` 0) or change one over the version that was seen, and return its id; INVALID with a
        fault for each field, NOT_FOUND, STALE, FORBIDDEN, ILLEGAL_TRANSITION."""
        asker.actor.require(Permission.ALERTS_WRITE)
        with self._context().uow(asker.actor) as uow:
            new = _new(silence_forms.read(given, zone, uow.now))
            try:
                if silence:
                    return silences.change(uow, silence, new, expected_version=version).id
                return silences.make(uow, new).id
            except DomainError as error:
                raise silence_forms.at_fields(error) from error

    def end_silence(self, asker: Asker, silence: int, *, version: int) -> None:
        """End a silence now; NOT_FOUND, STALE, FORBIDDEN."""
        asker.actor.require(Permission.ALERTS_WRITE)
        with self._context().uow(asker.actor) as uow:
            silences.end(uow, silence, expected_version=version)

    def every_silence(self, asker: Asker, address: SilencesAddress) -> Iterator[list[Row]]:
        """Yield the whole list of the Silences page."""
        asker.actor.require(Permission.ALERTS_READ)
        with self._context().read(asker.actor) as uow:
            found = silences.listing(uow, (address.state,) if address.state else ())
        yield [say_silences.cells(one) for one in say_silences.ordered(found)]


def _quiet(uow: Uow) -> Mapping[int, int]:
    """Return how many open alerts each silence keeps quiet, as far as the actor may see them."""
    found = queries.listing(uow, AlertFilter(statuses=OPEN, why_muted=Muted.SILENCED), limit=_MOST)
    return Counter(one.silence_id for one in found if one.silence_id is not None)


def _new(meant: Meant) -> NewSilence:
    return NewSilence(meant.matchers, meant.reason, meant.ends_at, meant.starts_at)
