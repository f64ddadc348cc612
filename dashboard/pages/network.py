"""The Network page: where it burns, worst first. Its state is `dashboard/state/network.py`."""

from __future__ import annotations

import reflex as rx


def page() -> rx.Component:
    """Return the page."""
    return rx.el.main(rx.el.h1("Network"), id="main")
