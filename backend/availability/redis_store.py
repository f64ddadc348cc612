"""The last known stock in Redis, for a start while the database is away: one row per product, written behind.

Any number of availability processes share it: one writes, by a lease, and begins with everything. What is in it is only
answered from until the database is back; then everything is read anew. Keys are in it as hashes; who can write
to this Redis can let himself in, so it is to be trusted as the database is.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

import redis

from backend.auth.actor import Actor, LocationScope
from backend.auth.keycache import KeyCache, KnownKey
from backend.availability.book import Book, Site
from backend.availability.fences import Fences
from backend.availability.shelf import Shelf
from backend.inventory.fences import Quota, Rulebook, Segment
from backend.persistence.bulk import chunks
from models.enums import ActorKind, Permission

log = logging.getLogger(__name__)

FORMAT = 1
_EVERY_SECONDS = 1.0
_LEASE_MS = 10_000
_CHUNK = 200
_KEPT_SECONDS = 7 * 24 * 3600  # what nobody writes any more goes away by itself


class RedisStock:
    """Writes a book and its keys behind, and reads them back. `database` is the URL they come from."""

    def __init__(self, url: str, book: Book, keys: KeyCache, *, database: str) -> None:
        self._client: redis.Redis = redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=5)
        self._book = book
        self._keys = keys
        self._me = secrets.token_hex(8)
        base = f"pickwatch:stock:{FORMAT}:{hashlib.sha256(database.encode()).hexdigest()[:12]}"
        self._rows, self._meta, self._lease = f"{base}:rows", f"{base}:meta", f"{base}:lease"
        self._written: dict[str, tuple[Shelf, int]] = {}  # SKU → what was written of it: shelf, its changes
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._forever, name="stock-redis", daemon=True)

    def start(self) -> None:
        """Begin to write behind; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Write a last time and end."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(10)
        self._client.close()

    def write(self) -> bool:
        """Write what has changed since the last time; False when another process is the one that writes."""
        if self._book.cursor is None or self._book.restored:
            return False
        with self._client.pipeline() as pipe:
            if not self._leased(pipe):
                self._written.clear()
                return False
            rows, gone, written = self._changes()
            pipe.multi()
            if not self._written:
                pipe.delete(self._rows)
            for part in chunks(rows.items(), _CHUNK):
                pipe.hset(self._rows, mapping=cast("Any", dict(part)))
            if gone:
                pipe.hdel(self._rows, *gone)
            pipe.set(self._meta, json.dumps(self._about()))
            pipe.pexpire(self._lease, _LEASE_MS)
            pipe.expire(self._rows, _KEPT_SECONDS)
            pipe.expire(self._meta, _KEPT_SECONDS)
            pipe.execute()
        self._written = written
        return True

    def restore(self) -> bool:
        """Fill an empty book and its keys with what was written last; False when nothing can be read."""
        try:
            return self._restore()
        except (redis.RedisError, OSError, ValueError, KeyError, TypeError) as error:
            log.warning("nothing could be read from Redis: %s", error)
            return False

    def _restore(self) -> bool:
        raw = cast("bytes | None", self._client.get(self._meta))
        if raw is None:
            return False
        about = json.loads(raw)
        fresh = Book(whole=self._book.whole)
        fresh.put_sites([Site.of(id_, code, frozenset(groups)) for id_, code, groups in about["sites"]])
        fresh.put_fences(Fences(_rules(about)))
        for _, row in self._client.hscan_iter(self._rows, count=_CHUNK):
            fresh.adopt(Shelf.restored(row))
        fresh.advance(about["cursor"], as_of=datetime.fromisoformat(about["as_of"]))
        fresh.restored = True
        self._book.become(fresh)
        self._keys.replace(_key(each) for each in about["keys"])
        log.warning("the database is away: answering from what Redis holds, as of %s", about["as_of"])
        return True

    def _leased(self, pipe: Any) -> bool:
        self._client.set(self._lease, self._me, nx=True, px=_LEASE_MS)
        pipe.watch(self._lease)  # whoever loses it before the last line writes nothing
        return bool(pipe.get(self._lease) == self._me.encode())

    def _changes(self) -> tuple[dict[str, bytes], list[str], dict[str, tuple[Shelf, int]]]:
        """Return rows to write, SKUs to remove, and what will be written then."""
        rows: dict[str, bytes] = {}
        now: dict[str, tuple[Shelf, int]] = {}
        for sku, shelf in self._book.every_shelf():
            with self._book.locked():
                state = shelf, shelf.changes
                if self._written.get(sku) != state:
                    rows[sku] = shelf.dump()
            now[sku] = state
        gone = [sku for sku in self._written if sku not in now]
        return rows, gone, now

    def _about(self) -> Mapping[str, Any]:
        book = self._book
        return {
            "cursor": book.cursor,
            "as_of": book.as_of.isoformat() if book.as_of else None,
            "sites": [(site.location_id, site.code, sorted(site.groups)) for site in book.sites.values()],
            **_rows_of(book.fences),
            "keys": [_row(key) for key in self._keys.held()],
        }

    def _forever(self) -> None:
        away = False
        while True:
            stopped = self._stopped.wait(_EVERY_SECONDS)
            try:
                self.write()
                away = False
            except redis.WatchError:
                self._written.clear()  # another one took over
            except (redis.RedisError, OSError) as error:
                self._written.clear()  # nobody knows what arrived
                if not away:
                    log.warning("stock is not written to Redis: %s", error)
                away = True
            if stopped:
                return


def _rows_of(fences: Fences) -> dict[str, Any]:
    rules = fences.rules
    if not isinstance(rules, Rulebook):
        return {"segments": [], "quotas": []}
    segments = [(s.id, s.code, s.channel, s.customer_segment, s.method, s.rank) for s in rules.segments]
    quotas = [(q.segment_id, q.percent, q.units, q.location_id, q.group, q.product_id) for q in rules.every_quota()]
    return {"segments": segments, "quotas": quotas, "groups": rules.groups()}


def _rules(about: Mapping[str, Any]) -> Rulebook:
    groups = {int(id_): codes for id_, codes in about.get("groups", {}).items()}
    return Rulebook([Segment(*row) for row in about["segments"]], [Quota(*row) for row in about["quotas"]], groups)


def _row(key: KnownKey) -> dict[str, Any]:
    return {
        "prefix": key.prefix,
        "hash": key.key_hash,
        "label": key.actor.label,
        "scopes": sorted(key.actor.permissions),
        "locations": sorted(key.actor.scope.location_codes),
        "groups": sorted(key.actor.scope.group_codes),
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
    }


def _key(row: Mapping[str, Any]) -> KnownKey:
    scope = LocationScope(frozenset(row["locations"]), frozenset(row["groups"]))
    actor = Actor(ActorKind.API_KEY, row["label"], _known(row["scopes"]), scope)
    expires = datetime.fromisoformat(row["expires_at"]) if row["expires_at"] else None
    return KnownKey(row["prefix"], row["hash"], actor, active=True, expires_at=expires)


def _known(scopes: Iterable[str]) -> frozenset[Permission]:
    """Return the permissions among these words: another version may have written one that we do not know."""
    words = {permission.value for permission in Permission}
    return frozenset(Permission(scope) for scope in scopes if scope in words)
