"""The map on a page: the frame around the map document and what the two tell each other. The document itself is
`dashboard/netmap`; the frame's browser side is `assets/netmap/MapFrame.jsx`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.live import Live

_PICKED = rx.event.passthrough_event_spec(str)
_DRAWN = rx.event.passthrough_event_spec(int, int)  # type: ignore[call-arg]


class MapFrame(rx.Component):
    """The frame. `filter` is the query string that also filters the list; `on_pick` gets the code of a location that
    was clicked or opened with Enter, `on_drawn` how many locations the map shows and how many have no place on it."""

    library = "$/public/netmap/MapFrame.jsx"
    tag = "MapFrame"

    version: rx.Var[int]
    filter: rx.Var[str]
    selected: rx.Var[str]
    title: rx.Var[str]
    on_pick: rx.EventHandler[_PICKED]  # type: ignore[type-arg, valid-type]
    on_drawn: rx.EventHandler[_DRAWN]  # type: ignore[type-arg, valid-type]


def map_frame(*, filter_query: Any, selected: Any, on_pick: Any, **props: Any) -> rx.Component:
    """Return the map: it follows the live version, the theme, and goes grey while the connection is lost."""
    return MapFrame.create(
        version=Live.version,
        filter=filter_query,
        selected=selected,
        title="Map of locations",
        on_pick=on_pick,
        class_name="map-frame",
        **props,
    )
