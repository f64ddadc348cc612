"""The map document that the dashboard shows in a frame: folium's page, with every file served by ourselves.

Not here: what the browser does with it (`assets/netmap`), the data (`routes.py`)."""

from __future__ import annotations

import base64
import hashlib
import re
from urllib.parse import urlsplit

import folium
from folium.template import Template

from dashboard.netmap import symbols
from dashboard.netmap.basemap import NATURAL_EARTH, OfflineWorld, tile_layer
from dashboard.netmap.livelayer import LiveLayer
from dashboard.netmap.options import MapDocument, MapOptions, Tiles
from dashboard.netmap.vendor import local

TITLE = "Map of locations"
HELP = (
    "Arrow keys move the map, plus and minus zoom. J and K step through the locations, worst first; Enter opens one, "
    "Escape lets go. The list beside the map holds the same locations, also those without a place on the map."
)

_VIEWPORT = re.compile(r'<meta name="viewport" content="[^"]*"\s*/>')
_INLINE = re.compile(r"<script(?: type=\"module\")?>(.*?)</script>", re.DOTALL)
_OUTSIDE = re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//""", re.IGNORECASE)


class Page(folium.Figure):
    """Folium's figure as a page that says its language, its title, and where its main part is."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<title>{{ this.title }}</title>\n'
        "{{ this.header.render(**kwargs) }}\n</head>\n<body>\n<main>\n{{ this.html.render(**kwargs) }}\n</main>\n"
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n</body>\n</html>\n"
    )


class NetworkMap(folium.Map):
    """Folium's map with local assets and a name that does not change from one rendering to the next."""

    default_js = local(folium.Map.default_js)
    default_css = local(folium.Map.default_css)

    def __init__(self) -> None:
        super().__init__(
            location=[24, -30],
            zoom_start=3,
            tiles=None,
            control_scale=True,
            max_bounds=True,
            min_lat=-66,
            max_lat=84,
            minZoom=1,  # given as Leaflet's own options: folium's arguments of this name belong to tile layers
            maxZoom=14,
            zoom_snap=0.25,
            world_copy_jump=False,
            bounce_at_zoom_limits=False,
        )
        self._name, self._id = "map", "network"


def build(options: MapOptions) -> MapDocument:
    """Return the map document; raise LookupError when anything in it would be fetched from elsewhere."""
    network_map = NetworkMap()
    config = {
        "feed": {
            "points": options.points_url,
            "changes": options.changes_url,
            "filters": list(options.filters),
        },
        "symbols": symbols.as_json(),
        "words": {"map": TITLE},
        "basemap": None if options.tiles else OfflineWorld.sources(),
        "attribution": "Leaflet" if options.tiles else NATURAL_EARTH,
    }
    (tile_layer(options.tiles) if options.tiles else OfflineWorld()).add_to(network_map)
    LiveLayer(config, help_text=HELP).add_to(network_map)
    page = Page(title=TITLE)
    network_map.add_to(page)
    html, found = _VIEWPORT.subn('<meta name="viewport" content="width=device-width, initial-scale=1"/>', page.render())
    if found != 1:
        raise LookupError("Folium's viewport tag has changed; it must not forbid zooming")
    refuse_outside(html)
    return MapDocument(html, _policy(html, options.tiles))


def refuse_outside(html: str) -> None:
    """Raise LookupError when the page would load a script, style or image from another server."""
    outside = _OUTSIDE.search(html)
    if outside:
        raise LookupError(f"The map would load from elsewhere: {html[outside.start() : outside.start() + 120]}")


def _policy(html: str, tiles: Tiles | None) -> str:
    hashes = (
        f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
        for code in _INLINE.findall(html)
    )
    images = "'self' data:"
    if tiles:
        host = urlsplit(tiles.url).netloc.replace("{s}", "*")
        images += f" {urlsplit(tiles.url).scheme}://{host}" if host else ""
    return (
        f"default-src 'none'; script-src 'self' {' '.join(hashes)}; style-src 'self' 'unsafe-inline'; "
        f"img-src {images}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
