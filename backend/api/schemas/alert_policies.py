"""Alert policies over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import StringConstraints

from backend.alerting.policies import CODE, Checked, PolicyView
from backend.api.schemas.common import Body, ProblemFault, ShownInstant
from models.alerting import Severity
from models.enums import DefinitionStatus

PolicyCode = Annotated[str, StringConstraints(pattern=CODE)]


class AlertPolicyOut(Body):
    """A version of a policy; `document` is what may be put back, `newest` the newest version of its code. `enabled`:
    whether it watches now."""

    code: str
    version: int
    status: DefinitionStatus
    enabled: bool
    title: str
    document: dict[str, Any]
    note: str
    created_by: str
    created_at: ShownInstant
    newest: int


class WouldRaiseOut(Body):
    """An alert that a document would raise right now."""

    group_key: str
    severity: Severity
    title: str
    since: ShownInstant
    problems: int


class CheckedOut(Body):
    """What is wrong with a document; when nothing is, how many alerts it would raise right now, and the first 100, by
    the newest `looked` events of the last seven days; `whole`: there are no older ones."""

    faults: list[ProblemFault]
    count: int
    raises: list[WouldRaiseOut]
    looked: int
    whole: bool


def show_policy(view: PolicyView) -> AlertPolicyOut:
    """Return a version as the API shows it."""
    return AlertPolicyOut(
        code=view.code,
        version=view.version,
        status=view.status,
        enabled=view.enabled,
        title=str(view.document.get("title", "")),
        document=dict(view.document),
        note=view.note,
        created_by=view.created_by,
        created_at=view.created_at,
        newest=view.newest,
    )


def show_checked(checked: Checked) -> CheckedOut:
    """Return a check as the API shows it."""
    return CheckedOut(
        faults=[
            ProblemFault(pointer=fault.pointer, code=fault.code, message=fault.message) for fault in checked.faults
        ],
        count=checked.count,
        looked=checked.looked,
        whole=checked.whole,
        raises=[
            WouldRaiseOut(
                group_key=one.group_key,
                severity=one.severity,
                title=one.title,
                since=one.since,
                problems=one.problems,
            )
            for one in checked.raises
        ],
    )
