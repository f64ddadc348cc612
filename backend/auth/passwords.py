"""Passwords: the policy, hashing and checking with argon2id. Not here: who may try how often (`throttle.py`)."""

from __future__ import annotations

import threading
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import Fault

MIN_LENGTH = 10
MAX_LENGTH = 200

# OWASP's first choice for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# A flood of sign-ins must not eat the machine's memory: two hashes at a time, the others queue.
_AT_ONCE = threading.BoundedSemaphore(2)


def password_faults(password: str, username: str, *, pointer: str = "/password") -> list[Fault]:
    """Return every reason why the password is not acceptable; empty means it is."""
    faults = []
    if len(password) < MIN_LENGTH:
        faults.append(Fault(pointer, "too_short", f"Use at least {MIN_LENGTH} characters."))
    if len(password) > MAX_LENGTH:
        faults.append(Fault(pointer, "too_long", f"Use at most {MAX_LENGTH} characters."))
    if _normal(password.casefold()) == _normal(username.casefold()):
        faults.append(Fault(pointer, "is_username", "Use something other than the user name."))
    return faults


def hash_password(password: str) -> str:
    """Return the argon2id hash, parameters and salt included."""
    with _AT_ONCE:
        return _HASHER.hash(_normal(password))


def verify_password(password: str, password_hash: str | None) -> bool:
    """Return whether the password fits. Without a hash (no such user) it takes as long and returns False."""
    fits = len(password) <= MAX_LENGTH and bool(password_hash)
    try:
        with _AT_ONCE:
            _HASHER.verify(password_hash or _nobody(), _normal(password[:MAX_LENGTH]))
    except (VerificationError, InvalidHashError):
        return False
    return fits


def is_outdated(password_hash: str) -> bool:
    """Return whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _normal(text: str) -> bytes:
    # The same characters typed on another keyboard may be composed differently (NIST SP 800-63B 5.1.1.2).
    return unicodedata.normalize("NFKC", text).encode("utf-8", "surrogatepass")


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")
