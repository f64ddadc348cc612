"""Which channels a policy tells. SELECT only; making and editing channels is not here."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, col

from alerts.policy import Policy
from models.alerting import ReceiverKind
from models.tables import Subscription


class Channels:
    """The channels that take messages, looked up when first asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, bool] | None = None

    def of(self, policy: Policy | None) -> tuple[str, ...]:
        """Return the codes of the channels that a policy tells: those it names, else every default."""
        known = self._load()
        if policy is not None and policy.notify:
            return tuple(code for code in policy.notify if code in known)
        return tuple(code for code, default in known.items() if default)

    def _load(self) -> dict[str, bool]:
        if self._known is None:
            taking = sa.and_(
                col(Subscription.kind) != ReceiverKind.SUBSCRIPTION.value, col(Subscription.enabled).is_(True)
            )
            columns = sa.select(col(Subscription.code), col(Subscription.config)).where(taking)
            rows = self._session.execute(columns.order_by(col(Subscription.code)))
            self._known = {code: config.get("default") is True for code, config in rows}
        return self._known
