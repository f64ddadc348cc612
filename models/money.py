"""Money as the API, the events and refusals write it. Pure. Not here: how pages show it to people."""

from __future__ import annotations


def show_money(minor: int) -> str:
    """Return minor units as a decimal string, "19.99"."""
    return f"{minor // 100}.{minor % 100:02d}"
