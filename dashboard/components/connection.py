"""What a page says of its own freshness: a line in the top bar, and a banner while the connection is lost. Their
browser side is `assets/live/Freshness.jsx`, their looks `assets/css/live.css`."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.core import banner

from dashboard.live import Live

_lost: Any = banner.has_connection_errors


class _Freshness(rx.Component):
    library = "$/public/live/Freshness.jsx"

    beat: rx.Var[int]
    as_of: rx.Var[str]
    lost: rx.Var[bool]


class _DataAge(_Freshness):
    tag = "DataAge"


class _ConnectionBanner(_Freshness):
    tag = "ConnectionBanner"


def data_age() -> rx.Component:
    """Return the server's business time with a mark that says whether it is live, for the top bar."""
    return _DataAge.create(beat=Live.beat, as_of=Live.as_of, lost=_lost, class_name="data-age")


def connection_banner() -> rx.Component:
    """Return the banner that appears, and greys the page, while it may not be fresh; put it first on every page."""
    return _ConnectionBanner.create(beat=Live.beat, as_of=Live.as_of, lost=_lost, class_name="connection-banner")
