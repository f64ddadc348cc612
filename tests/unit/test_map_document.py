"""The map document is complete in itself: nothing in it is fetched from another server, unless a tile server is set."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser

import pytest

from dashboard.netmap import vendor
from dashboard.netmap.document import build, refuse_outside
from dashboard.netmap.livelayer import SCRIPTS
from dashboard.netmap.options import MapOptions, Tiles

OPTIONS = MapOptions("/ui/map/points.geojson", "/ui/map/changes", ("status", "q"))
TILES = Tiles("https://{s}.tiles.example/{z}/{x}/{y}.png", "© Tiles of Example")


class Reader(HTMLParser):
    """Collects addresses and attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script" and data.strip():
            self.inline.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.addresses += [value for name, value in attrs if name in ("src", "href") and value]


def test_every_address_in_it_is_our_own() -> None:
    html = build(OPTIONS).html
    assert Reader(html).addresses
    assert all(address.startswith("/") and not address.startswith("//") for address in Reader(html).addresses)
    assert "://" not in html


def test_what_it_loads_from_us_is_there() -> None:
    shipped = {package.url(file) for package in vendor.MAP_PACKAGES for file in package.files}
    for address in Reader(build(OPTIONS).html).addresses:
        if address.startswith("/vendor/"):
            assert address in shipped
        elif address.startswith("/netmap/"):
            assert (SCRIPTS / address.removeprefix("/netmap/")).is_file()


def test_an_asset_that_folium_adds_one_day_is_refused_by_name() -> None:
    with pytest.raises(LookupError, match="leaflet_shiny"):
        vendor.local([("leaflet", "https://cdn.example/l.js"), ("leaflet_shiny", "https://cdn.example/shiny.js")])


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<link href='//cdn.example/x.css'>",
        "<style>@font-face{src:url(https://cdn.example/f.woff2)}</style>",
    ],
)
def test_an_outside_address_is_refused_wherever_it_stands(html: str) -> None:
    with pytest.raises(LookupError, match=r"cdn\.example"):
        refuse_outside(html)


def test_it_says_its_language_and_title_and_lets_people_zoom() -> None:
    tags = Reader(build(OPTIONS).html).tags
    assert ("html", {"lang": "en"}) in tags
    assert "title" in {name for name, _ in tags}
    assert "main" in {name for name, _ in tags}
    [viewport] = [attrs["content"] for name, attrs in tags if name == "meta" and attrs.get("name") == "viewport"]
    assert viewport == "width=device-width, initial-scale=1"


def test_its_policy_allows_its_own_scripts_and_no_others() -> None:
    document = build(OPTIONS)
    inline = Reader(document.html).inline
    assert any("L.map(" in code for code in inline)
    for code in inline:
        assert base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() in document.policy
    assert "unsafe-eval" not in document.policy
    assert "script-src 'self' 'sha256-" in document.policy
    assert "://" not in document.policy


def test_a_tile_server_replaces_the_offline_world_and_is_credited() -> None:
    document = build(MapOptions(OPTIONS.points_url, OPTIONS.changes_url, OPTIONS.filters, TILES))
    assert "tiles.example/{z}/{x}/{y}.png" in document.html
    assert TILES.attribution in document.html or "Tiles of Example" in document.html
    assert "countries-50m" not in document.html
    assert "img-src 'self' data: https://*.tiles.example;" in document.policy


def test_it_is_the_same_each_time() -> None:
    assert build(OPTIONS) == build(OPTIONS)
