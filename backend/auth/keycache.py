"""API keys that were recognised lately, so that not every request asks the database who it comes from.

A web process trusts what it read for `FRESH_SECONDS` (`service.actor_of_key`); an availability process holds all keys
and goes on with the last it knew while the database is away (`held`). A change of any key empties the first at once,
here by its signal and elsewhere through Redis; without Redis the age does it. Unknown keys are never remembered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from backend.auth.actor import Actor, LocationScope
from backend.auth.tokens import digest, key_prefix, same
from backend.clock import system_now
from backend.wakeups import Topic, Wakeups
from models.enums import ActorKind, Permission
from models.tables import ApiKey

#: For so long a revoked key may go on in a process that no signal reaches.
FRESH_SECONDS = 2.0
#: From this part of its age on a key that is in use should be read again, before all its requests ask at once.
_RENEW_AT = 0.5
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key as the database had it."""

    prefix: str
    key_hash: str
    actor: Actor
    active: bool
    expires_at: datetime | None

    def opens(self, token: str, now: datetime) -> bool:
        """Return whether `token` is this key, and still good at the real instant `now`."""
        fits = same(self.key_hash, digest(token))
        return fits and self.active and (self.expires_at is None or self.expires_at > now)


def known(key: ApiKey) -> KnownKey:
    """Return what must be remembered of a row."""
    scope = LocationScope(frozenset(key.location_codes), frozenset(key.group_codes))
    actor = Actor(ActorKind.API_KEY, f"key:{key.name}", frozenset(map(Permission, key.scopes)), scope)
    return KnownKey(key.prefix, key.key_hash, actor, key.active, key.expires_at)


class KeyCache:
    """Keys by prefix. `seconds` is how long one is good after the database vouched for it: 0 remembers nothing, None
    remembers until told otherwise. Safe between threads."""

    def __init__(self, *, seconds: float | None = 0, tick: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._tick = tick
        self._keys: dict[str, tuple[KnownKey, float]] = {}
        self._lock = threading.Lock()
        self._generation = 0
        self._renewing: dict[str, float] = {}
        self._hears: Wakeups | None = None
        self.filled = False  # whether `replace` has said once which keys there are

    @property
    def complete(self) -> bool:
        """Whether it holds every key there is, so that nobody need be asked about one that it does not hold."""
        return self._seconds is None

    def actor(self, token: str) -> Actor | None:
        """Return the actor of a key that is held and still good here; None asks the caller to look it up."""
        found = self._keys.get(key_prefix(token) or "")
        if found is None:
            return None
        key, since = found
        if self._seconds is not None and self._tick() - since >= self._seconds:
            return None
        return key.actor if key.opens(token, system_now()) else None

    def wants_renewal(self, token: str) -> bool:
        """Return whether a key that is held should be read again soon; True once for each time it was read."""
        prefix = key_prefix(token) or ""
        found = self._keys.get(prefix)
        if found is None or not self._seconds or self._tick() - found[1] < self._seconds * _RENEW_AT:
            return False
        if self._renewing.get(prefix) == found[1]:
            return False
        if len(self._renewing) >= _MOST:
            self._renewing.clear()
        self._renewing[prefix] = found[1]
        return True

    def generation(self) -> int:
        """Return a mark to take before reading a key: what was read before a change is not kept after it."""
        return self._generation

    def keep(self, key: KnownKey, *, generation: int) -> None:
        """Remember a key that was read after `generation` was taken."""
        if self._seconds == 0:
            return
        with self._lock:
            if generation != self._generation:
                return
            if len(self._keys) >= _MOST:
                self._keys.clear()
            self._keys[key.prefix] = (key, self._tick())

    def replace(self, keys: Iterable[KnownKey]) -> None:
        """Hold exactly these from now on."""
        now = self._tick()
        held = {key.prefix: (key, now) for key in keys}
        with self._lock:
            self._generation += 1
            self._keys = held
            self.filled = True

    def held(self) -> list[KnownKey]:
        """Return every key that is held."""
        return [key for key, _ in list(self._keys.values())]

    def clear(self, _at: datetime | None = None) -> None:
        """Forget all; whatever is being read at this moment is not kept either."""
        self.replace(())

    def hear(self, wakeups: Wakeups) -> None:
        """Be emptied by the signals of `wakeups`; calling it again costs nothing."""
        if self._seconds == 0 or self._hears is wakeups:
            return
        with self._lock:
            if self._hears is wakeups:
                return
            self._hears = wakeups
        wakeups.listen(Topic.KEYS, self.clear)
