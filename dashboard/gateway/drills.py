"""What the Drills page asks, and beginning and ending a drill; acknowledging one is acknowledging its alert."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from alerts import policy_words
from alerts.browse import OPEN, AlertFilter
from alerts.receivers import channel_views
from backend.alerting import drills, policies, queries
from backend.alerting.drills import DrillView
from backend.persistence.uow import Uow
from dashboard.address.base import PAGE_SIZE
from dashboard.address.drills import DrillsAddress, DrillsShown
from dashboard.gateway.base import BATCH, Asker, Door, Row, if_there, offsets
from dashboard.present.alerts import drill_forms
from dashboard.present.alerts import drills as say_drills
from dashboard.views.drills import DrillsScreen
from dashboard.views.forms import Form
from models.alerting import AlertStatus
from models.enums import Permission
from models.errors import DomainError

_STATES = {None: (), DrillsShown.RUNNING: OPEN, DrillsShown.OVER: (AlertStatus.RESOLVED,)}
#: More policies than anybody writes.
_MOST = 1000


class DrillsDoor(Door):
    """Incidents that are none."""

    def drills(self, asker: Asker, address: DrillsAddress) -> DrillsScreen:
        """Return the Drills page as its address asks for it."""
        asker.actor.require(Permission.ALERTS_READ)
        with self._context().read(asker.actor) as uow:
            page, total = drills.find(uow, _STATES[address.show], offset=address.offset, limit=PAGE_SIZE)
            opened = if_there(lambda: drills.get(uow, address.id)) if address.id else None
            counts = queries.counts(uow, AlertFilter(drill=True))
            facts = say_drills.Facts(
                drills=page,
                total=total,
                running=counts.open,
                over=counts.by_status[AlertStatus.RESOLVED],
                titles=_titles(uow, [*page, *([opened] if opened else [])]),
                opened=opened,
                whole=queries.whole(uow, opened.alert.id) if opened else None,
                names={one.code: one.title or one.code for one in channel_views(uow.session)} if opened else {},
                may_act=_may_act(asker),
            )
            return say_drills.screen(facts, address, self._reader(uow, asker))

    def every_drill(self, asker: Asker, address: DrillsAddress) -> Iterator[list[Row]]:
        """Yield the whole list of the Drills page in batches."""
        asker.actor.require(Permission.ALERTS_READ)
        for offset in offsets():
            with self._context().read(asker.actor) as uow:
                page, _ = drills.find(uow, _STATES[address.show], offset=offset, limit=BATCH)
                titles = _titles(uow, page)
            yield [say_drills.cells(one, titles) for one in page]
            if len(page) < BATCH:
                return

    def drill_form(self, asker: Asker, policy: str) -> Form:
        """Return the form of a new drill, of this policy if it can be tried; FORBIDDEN."""
        asker.actor.require(Permission.ALERTS_WRITE)
        with self._context().read(asker.actor) as uow:
            found = [one for one in policies.listing(uow, limit=_MOST) if one.enabled]
            titles = sorted(((one.code, str(one.document["title"])) for one in found), key=lambda one: one[1].lower())
            takes = [one for one in channel_views(uow.session) if one.enabled]
        return drill_forms.begin(titles, takes, policy)

    def preview_drill(self, asker: Asker, form: Form, given: Mapping[str, str]) -> list[str]:
        """Return what this drill would do, in words; INVALID with a fault at its field, FORBIDDEN."""
        asker.actor.require(Permission.ALERTS_WRITE)
        asked = drill_forms.read(form, given)
        with self._context().read(asker.actor) as uow:
            try:
                policy = drills.checked(uow, asked)
            except DomainError as error:
                raise drill_forms.at_fields(error) from error
            return drill_forms.preview(policy, asked, channel_views(uow.session, asked.channels))

    def begin_drill(self, asker: Asker, form: Form, given: Mapping[str, str]) -> int:
        """Begin a drill and return its id; INVALID with a fault at its field, FORBIDDEN."""
        asker.actor.require(Permission.ALERTS_WRITE)
        asked = drill_forms.read(form, given)
        with self._context().uow(asker.actor) as uow:
            try:
                return drills.begin(uow, asked).alert.id
            except DomainError as error:
                raise drill_forms.at_fields(error) from error

    def end_drill(self, asker: Asker, drill: int) -> None:
        """End a drill; one that is over stays as it is. NOT_FOUND."""
        asker.actor.require(Permission.ALERTS_WRITE)
        with self._context().uow(asker.actor) as uow:
            drills.end(uow, drill)


def _may_act(asker: Asker) -> bool:
    """Say whether the person may begin a drill: it is for whoever sees the whole network."""
    return asker.actor.can(Permission.ALERTS_WRITE) and asker.actor.scope.everything


def _titles(uow: Uow, found: Iterable[DrillView]) -> Mapping[tuple[str, int], str]:
    """Return the titles of the policies that these drills try."""
    wanted = {(one.alert.policy, one.alert.policy_version) for one in found}
    return {version: one.title for version, one in policy_words.words_of(uow.session, wanted).items()}
