"""What lies below the points: our own offline world, or a tile server when one is set. Drawing the offline world is
`assets/netmap/basemap.js`."""

from __future__ import annotations

import folium
from folium.elements import JSCSSMixin
from folium.template import Template

from dashboard.netmap.options import Tiles
from dashboard.netmap.vendor import STATES, TOPOJSON, WORLD

NATURAL_EARTH = "Leaflet · Natural Earth"


class OfflineWorld(JSCSSMixin):
    """Loads what the offline basemap needs; `sources` tells the browser where the outlines are."""

    _template = Template("")
    default_js: list[tuple[str, str]] = [  # noqa: RUF012 folium's own way of naming assets
        ("topojson", TOPOJSON.url("dist/topojson-client.min.js"))
    ]

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "offline_world"

    @staticmethod
    def sources() -> dict[str, str]:
        """Return the addresses of the outlines."""
        return {"world": WORLD.url("countries-50m.json"), "states": STATES.url("states-10m.json")}


def tile_layer(tiles: Tiles) -> folium.TileLayer:
    """Return the layer of a tile server."""
    return folium.TileLayer(tiles=tiles.url, attr=tiles.attribution, name="tiles", max_zoom=19)
