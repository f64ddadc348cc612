"""How long a silence may last and a link is good are settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.links import read
from alerts.silences import Matcher
from backend import runtime
from backend.alerting import silences
from backend.alerting.link_keys import link_keys
from backend.alerting.links import LinkDesk
from backend.alerting.silences import NewSilence
from backend.clock import ManualClock, system_now
from backend.config import Settings
from backend.context import Context
from backend.persistence.uow import UowFactory
from models.errors import DomainError
from tests.api.test_alert_links import notice


def test_a_silence_lasts_as_long_as_is_set(ctx: Context, clock: ManualClock, tmp_path: Path) -> None:
    built = runtime.build(Settings(database_url="", var_dir=tmp_path, silence_days=2))
    with built.read() as uow:
        days = uow.silence_days
    short = replace(ctx, transactions=UowFactory(ctx.engine, clock, ctx.wakeups, silence_days=days))

    def last(span: timedelta) -> None:
        with short.uow() as uow:
            silences.make(uow, NewSilence((Matcher("location", "CHI"),), "Works.", uow.now + span))

    last(timedelta(days=2))
    with pytest.raises(DomainError) as refused:
        last(timedelta(days=2, seconds=1))
    assert [fault.message for fault in refused.value.faults] == ["A silence lasts at most 2 days."]


def test_a_link_is_good_for_as_long_as_is_set(ctx: Context) -> None:
    long = replace(ctx, settings=ctx.settings.model_copy(update={"link_days": 30}), parts={})
    now = system_now()
    token = long.part(LinkDesk).sign(notice(1), now)["resolve"].rpartition("/")[2]
    link = read(link_keys(long).good, token, now=now)
    assert link.expires_at == (now + timedelta(days=30)).replace(microsecond=0)
