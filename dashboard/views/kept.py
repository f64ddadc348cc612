"""Strategies, shadow runs and workflows as they are kept: what their pages' words are made from, without the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.enums import Method


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a strategy; `status` is a word of StrategyStatus."""

    name: str
    version: int
    status: str
    document: Mapping[str, Any]
    note: str
    created_by: str
    created_at: datetime
    activated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Run:
    """One shadow run; `status` is a word of WorkStatus, `result` as `backend/routing/shadowing.py` writes it."""

    id: int
    strategy_name: str
    strategy_version: int | None
    orders: int
    done: int
    status: str
    result: Mapping[str, Any]
    created_by: str
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Way:
    """One version of a workflow; version 0 is built in: nobody wrote it, and it has no id. `status` is a word of
    DefinitionStatus, `group` "" is every location."""

    code: str
    version: int
    status: str
    method: Method
    group: str
    document: Mapping[str, Any]
    id: int | None = None
    note: str = ""
    created_by: str = ""
    created_at: datetime | None = None
    activated_at: datetime | None = None
