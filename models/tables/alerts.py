"""Alert policies, what they watch, the alerts they open, who is told next, and silences."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.alerting import AlertLevel, AlertStatus, Muted, Severity, StepState
from models.enums import DefinitionStatus
from models.tables.base import document, instant, key, one_of, ref
from models.types import BigId

_OPEN = "status <> 'resolved'"


class AlertPolicy(SQLModel, table=True):
    """One version of a policy: which events open and clear an alert, how bad it is, who is told. Versions never change
    but for their status; at most one of a code is active. What a document may say is `alerts/document.py`.

    `from_seq` is the end of the feed when it became active: what was so before is listed, not paged.
    """

    __tablename__ = "alert_policy"
    __table_args__ = (
        sa.UniqueConstraint("code", "version", name="uq_alert_policy_version"),
        one_of("status", DefinitionStatus, "ck_alert_policy_status"),
        sa.Index(
            "uq_alert_policy_active",
            "code",
            unique=True,
            postgresql_where=sa.text("status = 'active'"),
            sqlite_where=sa.text("status = 'active'"),
        ),
    )

    id: int | None = key()
    code: str = Field(max_length=64)
    version: int
    status: str = Field(max_length=16)
    document: dict[str, Any] = document()
    note: str = Field(default="", max_length=500)
    from_seq: int = Field(default=0, sa_type=BigId)
    created_by: str = Field(max_length=120)
    created_at: datetime = instant()


class AlertProblem(SQLModel, table=True):
    """A subject for which a policy's condition holds now; deleted once it is cleared.

    Several problems of one `group_key` are one alert. `facts` is what the newest event said of it; `born` says that it
    was so before the policy was. `until` ends it by itself (a policy that nothing clears).
    """

    __tablename__ = "alert_problem"
    __table_args__ = (
        sa.UniqueConstraint("policy_code", "subject", name="uq_alert_problem"),
        one_of("severity", Severity, "ck_alert_problem_severity"),
        sa.Index("ix_alert_problem_group", "policy_code", "group_key"),
        sa.Index("ix_alert_problem_until", "until"),
    )

    id: int | None = key()
    policy_code: str = Field(max_length=64)
    subject: str = Field(max_length=200)
    group_key: str = Field(max_length=200)
    location_id: int | None = Field(default=None, sa_type=BigId)
    severity: str = Field(max_length=16)
    since: datetime = instant()
    seq: int = Field(sa_type=BigId)  # the place in the feed of the newest event that told of it
    facts: dict[str, Any] = document()
    born: bool = Field(default=False)
    until: datetime | None = instant(nullable=True)


class Alert(SQLModel, table=True):
    """One problem, told once: a policy and a group key, from the moment its condition holds until it is over.

    `labels` never change while it is open (they are its identity for tools), `facts` do. `notified_at` is when it was
    first told of: an alert nobody was told of is not resolved aloud either. `parent_id` is the storm or the wider alert
    that tells of it. `check_at` is the next instant at which the engine has to look (`backend/alerting/engine.py`).
    """

    __tablename__ = "alert"
    __table_args__ = (
        one_of("status", AlertStatus, "ck_alert_status"),
        one_of("severity", Severity, "ck_alert_severity"),
        one_of("level", AlertLevel, "ck_alert_level"),
        sa.CheckConstraint(
            "muted IS NULL OR muted IN (" + ", ".join(f"'{word.value}'" for word in Muted) + ")", name="ck_alert_muted"
        ),
        sa.Index(
            "uq_alert_open",
            "policy_code",
            "group_key",
            unique=True,
            postgresql_where=sa.text(_OPEN),
            sqlite_where=sa.text(_OPEN),
        ),
        sa.Index(
            "ix_alert_check",
            "check_at",
            postgresql_where=sa.text(_OPEN),
            sqlite_where=sa.text(_OPEN),
        ),
        sa.Index("ix_alert_status", "status", "id"),
        sa.Index("ix_alert_location", "location_id", "id"),
        sa.Index("ix_alert_parent", "parent_id"),
        sa.Index("ix_alert_resolved", "resolved_at"),
    )

    id: int | None = key()
    policy_code: str = Field(max_length=64)
    policy_version: int
    group_key: str = Field(max_length=200)
    level: str = Field(max_length=16)
    severity: str = Field(max_length=16)
    status: str = Field(max_length=16)
    title: str = Field(max_length=300)
    summary: str = Field(default="", max_length=2000)
    labels: dict[str, Any] = document()
    facts: dict[str, Any] = document()
    problems: int = Field(default=1)  # how many subjects it is about now
    location_id: int | None = Field(default=None, sa_type=BigId)
    group_code: str | None = Field(default=None, max_length=64)
    parent_id: int | None = Field(default=None, sa_type=BigId)
    muted: str | None = Field(default=None, max_length=16)
    silence_id: int | None = Field(default=None, sa_type=BigId)
    drill: bool = Field(default=False)
    since: datetime = instant()  # the true moment at which the condition began to hold
    opened_at: datetime | None = instant(nullable=True)
    notified_at: datetime | None = instant(nullable=True)
    told_at: datetime | None = instant(nullable=True)
    told: dict[str, Any] = document()  # what was last said: severity, problems, and to which channels
    clear_since: datetime | None = instant(nullable=True)  # nothing holds any more, for how long
    check_at: datetime | None = instant(nullable=True)
    acknowledged_at: datetime | None = instant(nullable=True)
    acknowledged_by: str | None = Field(default=None, max_length=120)
    resolved_at: datetime | None = instant(nullable=True)
    resolved_by: str | None = Field(default=None, max_length=120)
    resolved_why: str | None = Field(default=None, max_length=300)
    version: int = Field(default=1)


class AlertStep(SQLModel, table=True):
    """One step of an alert's escalation, as its policy said when the alert was first told of (a snapshot)."""

    __tablename__ = "alert_step"
    __table_args__ = (
        sa.UniqueConstraint("alert_id", "number", name="uq_alert_step"),
        one_of("state", StepState, "ck_alert_step_state"),
        sa.Index(
            "ix_alert_step_due",
            "due_at",
            postgresql_where=sa.text("state = 'due'"),
            sqlite_where=sa.text("state = 'due'"),
        ),
    )

    id: int | None = key()
    alert_id: int = ref("alert.id", ondelete="CASCADE")
    number: int
    due_at: datetime = instant()
    planned_at: datetime = instant()  # before quiet hours moved it
    channels: list[str] = document(list)
    quiet: list[Any] = document(list)
    state: str = Field(max_length=16)
    done_at: datetime | None = instant(nullable=True)
    why: str | None = Field(default=None, max_length=200)


class Silence(SQLModel, table=True):
    """Alerts whose labels match are not told of for a time. `matchers` are Alertmanager's:
    `[{"name", "value", "is_regex", "is_equal"}]`. `ended_at`: somebody ended it before its time."""

    __tablename__ = "silence"
    __table_args__ = (sa.Index("ix_silence_ends", "ends_at"),)

    id: int | None = key()
    matchers: list[dict[str, Any]] = document(list)
    reason: str = Field(max_length=500)
    owner_scope: dict[str, Any] = document()
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)
    created_by: str = Field(max_length=120)
    created_at: datetime = instant()
    version: int = Field(default=1)


class AlertLinkUse(SQLModel, table=True):
    """A signed link in a message that was followed: each works once."""

    __tablename__ = "alert_link_use"

    token: str = Field(max_length=64, primary_key=True)  # its SHA-256, in hex
    alert_id: int = ref("alert.id", ondelete="CASCADE")
    used_at: datetime = instant()


class FeedCursor(SQLModel, table=True):
    """How far a reader inside the program has followed the feed."""

    __tablename__ = "feed_cursor"

    name: str = Field(max_length=40, primary_key=True)
    seq: int = Field(sa_type=BigId)
    at: datetime | None = instant(nullable=True)
