"""Money as people read it: minor units in, the viewer's separators out; no currency, since orders name none. Pure."""

from __future__ import annotations

from dashboard.format import AMERICAN, Locale, decimal


def money(minor: int, locale: Locale = AMERICAN) -> str:
    """Return an amount with two decimals: 123450 → "1,234.50"."""
    return decimal(minor / 100, locale, places=2)
