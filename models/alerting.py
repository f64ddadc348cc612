"""The closed sets of words of alerting: policies, alerts, channels, notices. The rest: `enums.py`. Pure."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How bad an alert is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 (info) to 3 (critical); orders severities without relying on spelling."""
        return _RANK[self]


_RANK = {severity: index for index, severity in enumerate(Severity)}


class AlertLevel(StrEnum):
    """What an alert is about; a wider one that is open inhibits the narrower ones within it."""

    NETWORK = "network"
    GROUP = "group"
    LOCATION = "location"
    SHIPMENT = "shipment"

    @property
    def width(self) -> int:
        """3 (the whole network) to 0 (one shipment)."""
        return _WIDTH[self]


_WIDTH = {level: 3 - index for index, level in enumerate(AlertLevel)}


class AlertStatus(StrEnum):
    """State of an alert; `alerts/rules.py` says which may follow which. All but `resolved` are open."""

    PENDING = "pending"  # its condition holds, but not yet for long enough; nobody is told
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Muted(StrEnum):
    """Why nobody is told of an alert that is open."""

    SILENCED = "silenced"  # somebody silenced it for a time
    INHIBITED = "inhibited"  # a wider alert tells of it already
    STORM = "storm"  # it is one of many, and the parent tells of them together
    BORN = "born"  # it was so before the policy was made or edited: listed, not paged
    QUIET = "quiet"  # the policy's quiet times


class NoticeKind(StrEnum):
    """What a message about an alert tells."""

    OPENED = "opened"
    CHANGED = "changed"  # worse or better, more or fewer
    REPEATED = "repeated"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    TEST = "test"  # somebody tries the channel


class StepState(StrEnum):
    """State of one step of an alert's escalation."""

    DUE = "due"
    SENT = "sent"
    SPARED = "spared"  # when it came due there was no need any more
    STOPPED = "stopped"  # acknowledged or resolved before


class ReceiverKind(StrEnum):
    """What stands at the other end: an integrator's subscription, or a channel to an incident tool or to people."""

    SUBSCRIPTION = "subscription"
    WEBHOOK = "webhook"
    PAGERDUTY = "pagerduty"
    OPSGENIE = "opsgenie"
    JSM = "jsm"
    ALERTMANAGER = "alertmanager"
    GRAFANA = "grafana"
    SLACK = "slack"
    TEAMS = "teams"
    SERVICENOW_EVENT = "servicenow_event"
    SERVICENOW_INCIDENT = "servicenow_incident"
    EMAIL = "email"


class ContentMode(StrEnum):
    """How a CloudEvent is sent: as one JSON document, or its attributes as `ce-` headers and `data` as the body."""

    STRUCTURED = "structured"
    BINARY = "binary"
