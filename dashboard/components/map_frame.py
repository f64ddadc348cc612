"""The map on a page: the frame around the map document and what the two tell each other. The document itself is
`dashboard/netmap`; the frame's browser side is `assets/netmap/MapFrame.jsx`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.connection import online
from dashboard.live import Live


class MapFrame(rx.Component):
    """The frame. `filter` is the query string that also filters the list; `on_pick` gets the code of a location that
    was clicked or opened with Enter, `on_drawn` how many locations the map shows and how many have no place on it."""

    library = "$/public/netmap/MapFrame.jsx"
    tag = "MapFrame"

    version: rx.Var[int]
    filter: rx.Var[str]
    selected: rx.Var[str]
    online: rx.Var[bool]
    title: rx.Var[str]
    on_pick: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_drawn: rx.EventHandler[rx.event.passthrough_event_spec(int, int)]


def map_frame(*, filter_query: Any, selected: Any, on_pick: Any, **props: Any) -> rx.Component:
    """Return the map, following the live version and going grey while the connection is lost."""
    return MapFrame.create(
        version=Live.version,
        filter=filter_query,
        selected=selected,
        online=online(),
        title="Map of locations",
        on_pick=on_pick,
        class_name="map-frame",
        **props,
    )
