"""The kinds of channels as their forms need them: what each is, what it asks for. Pure. Titles and settings are the
connectors' own (`alerts/connectors`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerts.connectors.base import Ask, Connector
from models.alerting import ReceiverKind

ABOUT: Mapping[ReceiverKind, str] = {
    ReceiverKind.WEBHOOK: "Any program: a CloudEvent, signed as Standard Webhooks asks.",
    ReceiverKind.PAGERDUTY: "Incidents by Events API v2; acknowledgements come back.",
    ReceiverKind.OPSGENIE: "Alerts that close by themselves.",
    ReceiverKind.JSM: "Alerts of JSM Operations that close by themselves.",
    ReceiverKind.ALERTMANAGER: "What fires is sent again and again, as Alertmanager expects.",
    ReceiverKind.GRAFANA: "A formatted webhook integration of Grafana IRM (OnCall).",
    ReceiverKind.SLACK: "A message in a channel.",
    ReceiverKind.TEAMS: "An adaptive card by a Teams workflow.",
    ReceiverKind.SERVICENOW_EVENT: "Events of Event Management.",
    ReceiverKind.SERVICENOW_INCIDENT: "Incidents, opened, updated and resolved.",
    ReceiverKind.EMAIL: "Mail by your SMTP server.",
}
#: Their secret is made here, and the other side checks our signature with it.
OURS = frozenset({ReceiverKind.WEBHOOK, ReceiverKind.SUBSCRIPTION})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of channel: its name, what it asks for as address and as secret, the JSON Schema of its settings."""

    kind: ReceiverKind
    title: str
    url: Ask | None
    secret: Ask | None
    schema: Mapping[str, Any]

    @property
    def about(self) -> str:
        """Return what it is, in a sentence."""
        return ABOUT[self.kind]

    @property
    def ours(self) -> bool:
        """Return whether its secret is made here."""
        return self.kind in OURS


def kind_of(connector: Connector, schema: Mapping[str, Any]) -> Kind:
    """Return what a connector asks for; `schema` is of all settings that its channels may have."""
    return Kind(connector.kind, connector.title, connector.url, connector.secret, schema)
