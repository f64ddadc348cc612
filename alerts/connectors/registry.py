"""Every kind of channel and its connector. An integrator's subscription is no channel: it has none."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.connectors import (
    alertmanager,
    grafana,
    mail,
    opsgenie,
    pagerduty,
    servicenow_event,
    servicenow_incident,
    slack,
    teams,
    webhook,
)
from alerts.connectors.base import Connector
from models.alerting import ReceiverKind

CONNECTORS: Mapping[ReceiverKind, Connector] = {
    connector.kind: connector
    for connector in (
        webhook.CONNECTOR,
        pagerduty.CONNECTOR,
        opsgenie.CONNECTOR,
        opsgenie.JSM_CONNECTOR,
        alertmanager.CONNECTOR,
        grafana.CONNECTOR,
        slack.CONNECTOR,
        teams.CONNECTOR,
        servicenow_event.CONNECTOR,
        servicenow_incident.CONNECTOR,
        mail.CONNECTOR,
    )
}


def connector_of(kind: ReceiverKind) -> Connector:
    """Return the connector of a kind of channel; KeyError of one that is none."""
    return CONNECTORS[kind]
