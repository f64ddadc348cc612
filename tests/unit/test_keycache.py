"""Which keys are remembered, for how long, and what makes them be forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.auth.actor import Actor
from backend.auth.keycache import KeyCache, KnownKey
from backend.auth.tokens import new_key
from backend.clock import system_now
from backend.wakeups import Topic, Wakeups
from models.enums import ActorKind

ACTOR = Actor(ActorKind.API_KEY, "key:shop")


class Tick:
    """A monotonic clock by hand."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def fresh(**changes: object) -> tuple[str, KnownKey]:
    made = new_key()
    given = {"active": True, "expires_at": None} | changes
    return made.text, KnownKey(made.prefix, made.key_hash, ACTOR, **given)


def test_a_key_is_good_for_its_seconds_and_no_longer() -> None:
    tick = Tick()
    cache = KeyCache(seconds=2, tick=tick)
    text, key = fresh()
    assert cache.actor(text) is None
    cache.keep(key, generation=cache.generation())
    assert cache.actor(text) is ACTOR
    tick.seconds += 1.9
    assert cache.actor(text) is ACTOR
    tick.seconds += 0.1
    assert cache.actor(text) is None


def test_without_seconds_it_remembers_nothing() -> None:
    cache = KeyCache()
    text, key = fresh()
    cache.keep(key, generation=cache.generation())
    assert cache.actor(text) is None


@pytest.mark.parametrize("spoil", [lambda t: t[:-1] + "~", lambda t: t.upper(), lambda _t: "", lambda t: t + "x"])
def test_a_forged_key_with_a_known_prefix_is_nobody(spoil: object) -> None:
    cache = KeyCache(seconds=None)
    text, key = fresh()
    cache.replace([key])
    assert cache.actor(text) is ACTOR
    assert cache.actor(spoil(text)) is None


@pytest.mark.parametrize("spoilt", [{"active": False}, {"expires_at": system_now() - timedelta(seconds=1)}])
def test_a_key_that_is_revoked_or_over_is_nobody(spoilt: dict[str, object]) -> None:
    cache = KeyCache(seconds=None)
    text, key = fresh(**spoilt)
    cache.replace([key])
    assert cache.actor(text) is None


def test_a_signal_makes_it_forget() -> None:
    wakeups = Wakeups()
    cache = KeyCache(seconds=60)
    cache.hear(wakeups)
    cache.hear(wakeups)
    text, key = fresh()
    cache.keep(key, generation=cache.generation())
    wakeups.signal(Topic.KEYS)
    assert cache.actor(text) is None


def test_what_was_read_before_a_change_is_not_kept_after_it() -> None:
    cache = KeyCache(seconds=60)
    text, key = fresh()
    before = cache.generation()
    cache.clear()
    cache.keep(key, generation=before)
    assert cache.actor(text) is None


def test_a_key_in_use_wants_to_be_read_again_once_before_it_is_too_old() -> None:
    tick = Tick()
    cache = KeyCache(seconds=2, tick=tick)
    text, key = fresh()
    assert not cache.wants_renewal(text)
    cache.keep(key, generation=cache.generation())
    assert not cache.wants_renewal(text)
    tick.seconds += 1.2
    assert [cache.wants_renewal(text) for _ in range(3)] == [True, False, False]
    cache.keep(key, generation=cache.generation())
    assert not cache.wants_renewal(text)
    tick.seconds += 1.2
    assert cache.actor(text) is ACTOR
    assert cache.wants_renewal(text)


def test_a_cache_that_is_told_of_every_change_renews_nothing() -> None:
    cache = KeyCache(seconds=None)
    text, key = fresh()
    cache.replace([key])
    assert not cache.wants_renewal(text)
