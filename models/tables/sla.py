"""SLA definitions, the clocks that measure them, and each location's health."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.enums import (
    ClockScope,
    ClockState,
    Compliance,
    Counting,
    DefinitionStatus,
    Method,
    TargetKind,
)
from models.tables.base import document, instant, key, one_of, ref
from models.types import BigId


class SlaDefinition(SQLModel, table=True):
    """One version of a promise. Rows never change but for `status`: an edit adds a version.

    Empty narrowing fields match everything. `target_seconds` is set when `target_kind` is `duration`.
    """

    __tablename__ = "sla_definition"
    __table_args__ = (
        sa.UniqueConstraint("code", "version", name="uq_sla_definition_version"),
        one_of("status", DefinitionStatus, "ck_sla_definition_status"),
        one_of("method", Method, "ck_sla_definition_method"),
        one_of("target_kind", TargetKind, "ck_sla_definition_target"),
        one_of("counting", Counting, "ck_sla_definition_counting"),
        one_of("scope", ClockScope, "ck_sla_definition_scope"),
    )

    id: int | None = key()
    code: str = Field(max_length=64)
    version: int
    name: str = Field(max_length=200)
    status: str = Field(max_length=16)
    method: str = Field(max_length=16)
    location_code: str | None = Field(default=None, max_length=64)
    group_code: str | None = Field(default=None, max_length=64)
    service_level: str | None = Field(default=None, max_length=64)
    channel: str | None = Field(default=None, max_length=64)
    customer_tier: str | None = Field(default=None, max_length=64)
    scope: str = Field(max_length=16)
    start_step: str = Field(max_length=16)
    end_step: str = Field(max_length=16)
    target_kind: str = Field(max_length=16)
    target_seconds: int | None = Field(default=None)
    counting: str = Field(max_length=20)
    at_risk_percent: int = Field(default=80)
    non_compliant_percent: int = Field(default=100)
    created_by: str = Field(max_length=120)
    created_at: datetime = instant()


class SlaClock(SQLModel, table=True):
    """One running, paused or finished measurement of one definition on one shipment.

    `at_risk_at` and `due_at` are stored instants, exact to the second; `due_at` is where Non-Compliant
    begins. `next_check_at` is the next of them while running, else null: the tick reads only that index.
    `location_id` follows the shipment while the clock is open, and stays put once it is finished. It and
    `definition_id` are no foreign keys: neither locations nor definitions are ever deleted, and every clock that starts
    would lock a row that all share; nor is `shipment_id`, whose row whoever writes a clock holds.
    """

    __tablename__ = "sla_clock"
    __table_args__ = (
        one_of("state", ClockState, "ck_sla_clock_state"),
        one_of("status", Compliance, "ck_sla_clock_status"),
        one_of("scope", ClockScope, "ck_sla_clock_scope"),
        sa.Index(
            "ix_sla_clock_due",
            "next_check_at",
            postgresql_where=sa.text("next_check_at IS NOT NULL"),
            sqlite_where=sa.text("next_check_at IS NOT NULL"),
        ),
        sa.Index("ix_sla_clock_shipment", "shipment_id"),
        sa.Index(
            "ix_sla_clock_open",
            "location_id",
            postgresql_where=sa.text("state IN ('running', 'paused')"),
            sqlite_where=sa.text("state IN ('running', 'paused')"),
        ),
    )

    id: int | None = key()
    shipment_id: int = Field(sa_type=BigId)
    location_id: int = Field(sa_type=BigId)
    definition_id: int = Field(sa_type=BigId)
    scope: str = Field(max_length=16)
    state: str = Field(max_length=16)
    status: str = Field(max_length=16)
    end_step: str = Field(max_length=16)
    started_at: datetime = instant()
    at_risk_at: datetime = instant()
    due_at: datetime = instant()
    next_check_at: datetime | None = instant(nullable=True)
    paused_at: datetime | None = instant(nullable=True)
    pause_reason: str | None = Field(default=None, max_length=64)
    paused_seconds: int = Field(default=0)
    finished_at: datetime | None = instant(nullable=True)
    attribution: str | None = Field(default=None, max_length=120)
    version: int = Field(default=1)


class SlaTransition(SQLModel, table=True):
    """Append-only audit: every change of every clock, with the true moment and our own delay.

    `clock_id` is no foreign key: it is the clock that was written in the same transaction.
    """

    __tablename__ = "sla_transition"

    id: int | None = key()
    clock_id: int = Field(sa_type=BigId)
    shipment_id: int = Field(sa_type=BigId, index=True)
    location_id: int = Field(sa_type=BigId)
    from_word: str | None = Field(default=None, max_length=16)
    to_word: str = Field(max_length=16)
    at: datetime = instant()
    detected_at: datetime = instant()
    reason: str = Field(max_length=64)
    definition_id: int = Field(sa_type=BigId)
    actor: str = Field(max_length=120)


class LocationHealth(SQLModel, table=True):
    """Counts of a location's running shipments by band, of its finished clocks, and its colour.

    Counts are kept by deltas in the transaction that changes a shipment. `better_since`, `better_grade` and
    `regrade_at` carry the hold time of flap control (`backend/sla/grading.py:Standing`). `moved_at` is about when a
    shipment took a step there last; `stalled_since` and `stale_since` are set while that was told (`watch.py`).
    """

    __tablename__ = "location_health"
    __table_args__ = (
        one_of("grade", Compliance, "ck_location_health_grade"),
        sa.CheckConstraint(
            "compliant >= 0 AND at_risk >= 0 AND non_compliant >= 0 AND met >= 0 AND missed >= 0",
            name="ck_location_health_counts",
        ),
        sa.Index(
            "ix_location_health_regrade",
            "regrade_at",
            postgresql_where=sa.text("regrade_at IS NOT NULL"),
            sqlite_where=sa.text("regrade_at IS NOT NULL"),
        ),
        sa.Index("ix_location_health_changed", "changed_at"),
    )

    location_id: int = Field(
        sa_column_args=[sa.ForeignKey("location.id", ondelete="CASCADE")], sa_type=BigId, primary_key=True
    )
    compliant: int = Field(default=0)
    at_risk: int = Field(default=0)
    non_compliant: int = Field(default=0)
    met: int = Field(default=0)
    missed: int = Field(default=0)
    grade: str = Field(default=Compliance.COMPLIANT.value, max_length=16)
    since: datetime = instant()
    better_since: datetime | None = instant(nullable=True)
    better_grade: str | None = Field(default=None, max_length=16)
    regrade_at: datetime | None = instant(nullable=True)
    rule_version: int = Field(default=0)
    moved_at: datetime | None = instant(nullable=True)
    stalled_since: datetime | None = instant(nullable=True)
    stale_since: datetime | None = instant(nullable=True)
    changed_at: datetime = instant()


class GradingRule(SQLModel, table=True):
    """One version of the colour rule: for a group, or for everyone when `group_code` is empty.

    `thresholds` holds `non_compliant_percent`, `at_risk_percent`, `minimum_open`, `clear_percent`,
    `hold_seconds` and `stalled_minutes`; its dataclass is `backend/sla/grading.py:Thresholds`.
    """

    __tablename__ = "grading_rule"
    __table_args__ = (sa.UniqueConstraint("group_code", "version", name="uq_grading_rule_version"),)

    id: int | None = key()
    group_code: str = Field(default="", max_length=64)
    version: int
    thresholds: dict[str, Any] = document()
    created_by: str = Field(max_length=120)
    created_at: datetime = instant()


class HealthSample(SQLModel, table=True):
    """Health over time for the charts: a location's, or the network's when `location_id` is null."""

    __tablename__ = "health_sample"
    __table_args__ = (sa.Index("ix_health_sample", "location_id", "at"),)

    id: int | None = key()
    location_id: int | None = ref("location.id", index=False, nullable=True, ondelete="CASCADE")
    at: datetime = instant()
    compliant: int = Field(default=0)
    at_risk: int = Field(default=0)
    non_compliant: int = Field(default=0)
    met: int = Field(default=0)
    missed: int = Field(default=0)
    orders: int = Field(default=0)  # network rows: the number of the last order, for orders per second
