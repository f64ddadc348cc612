"""Random secrets and the digests that are stored instead of them. Pure but for the random source."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

_KEY_MARK = "pw"


def new_session_token() -> str:
    """Return 256 random bits for a cookie."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return the SHA-256 of a secret, in hex; enough for secrets that are random themselves."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


@dataclass(frozen=True, slots=True)
class NewKey:
    """A fresh API key: `text` is shown once, `prefix` and `key_hash` are stored."""

    text: str
    prefix: str
    key_hash: str


def new_key() -> NewKey:
    """Return a new API key `pw_<prefix>_<secret>`."""
    prefix = secrets.token_hex(6)
    text = f"{_KEY_MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    return NewKey(text, prefix, digest(text))


def key_prefix(text: str) -> str | None:
    """Return the public prefix of an API key, None if it does not look like one."""
    parts = text.split("_", 2)
    if len(parts) != 3 or parts[0] != _KEY_MARK or not parts[2] or len(text) > 200:
        return None
    prefix = parts[1]
    return prefix if prefix.isascii() and prefix.isalnum() and len(prefix) <= 16 else None
