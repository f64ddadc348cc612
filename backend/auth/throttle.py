"""How often someone may try to sign in: the rule (pure) and the address it counts by. The rows are in `sessions.py`."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil


@dataclass(frozen=True, slots=True)
class Limit:
    """After `failures` within `window`, nothing is tried until `lockout` after the last of them."""

    failures: int
    window: timedelta
    lockout: timedelta


#: Guessing one person's password, from anywhere.
PER_USER = Limit(10, timedelta(minutes=15), timedelta(minutes=5))
#: Trying one password on many people from one place; an office behind one address still gets in.
PER_ADDRESS = Limit(50, timedelta(minutes=15), timedelta(minutes=5))


def retry_after(limit: Limit, failures: Sequence[datetime], now: datetime) -> int | None:
    """Return the whole seconds to wait, at least 1, or None when a try is allowed."""
    recent = sorted(at for at in failures if at > now - limit.window)
    if len(recent) < limit.failures:
        return None
    wait = (recent[-1] + limit.lockout - now).total_seconds()
    return max(1, ceil(wait)) if wait > 0 else None


def client_address(peer: str | None, forwarded_for: Sequence[str], *, trusted_hops: int) -> str:
    """Return the address of the client, as seen by the outermost trusted proxy.

    `forwarded_for` are the values of the X-Forwarded-For headers in order. Anything further left than `trusted_hops`
    was written by the client and is ignored. IPv6 counts by its /64, which is what one subscriber gets.
    """
    chain = [part.strip() for value in forwarded_for for part in value.split(",") if part.strip()]
    chosen = chain[-trusted_hops] if trusted_hops and len(chain) >= trusted_hops else peer
    try:
        address = ipaddress.ip_address((chosen or "").split("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
