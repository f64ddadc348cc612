"""Files of others that the map serves itself: which npm packages, which of their files, and at what address.

`dashboard/build.py` copies them into the built site; nothing here touches the disk."""

from __future__ import annotations

from dataclasses import dataclass

ROOT = "/vendor"


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package and the files of it that the browser needs; licence texts are copied along."""

    name: str
    version: str
    files: tuple[str, ...]

    @property
    def spec(self) -> str:
        """Return the exact dependency for the package manager."""
        return f"{self.name}@{self.version}"

    def url(self, file: str) -> str:
        """Return where `file` is served; the version in the query lets browsers keep it for good."""
        if file not in self.files:
            raise KeyError(f"{self.name} does not ship {file}")
        return f"{ROOT}/{self.name}/{file}?v={self.version}"


LEAFLET = Package("leaflet", "1.9.4", ("dist/leaflet.js", "dist/leaflet.css"))
TOPOJSON = Package("topojson-client", "3.1.0", ("dist/topojson-client.min.js",))
WORLD = Package("world-atlas", "2.0.2", ("countries-50m.json",))
STATES = Package("us-atlas", "3.0.1", ("states-10m.json",))

MAP_PACKAGES: tuple[Package, ...] = (LEAFLET, TOPOJSON, WORLD, STATES)

#: Folium's name for an asset → our copy. Names outlive folium's releases, the CDN addresses do not.
FOLIUM_ASSETS: dict[str, str] = {
    "leaflet": LEAFLET.url("dist/leaflet.js"),
    "leaflet_css": LEAFLET.url("dist/leaflet.css"),
}

#: Assets of folium that a map without its markers and popups never uses.
UNUSED_ASSETS = frozenset(
    {
        "jquery",
        "bootstrap",
        "bootstrap_css",
        "awesome_markers",
        "awesome_markers_css",
        "awesome_markers_font_css",
        "glyphicons_css",
        "awesome_rotate_css",
    }
)


def local(assets: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return folium's asset list with our own addresses; raise LookupError for one that we do not serve."""
    kept = []
    for name, url in assets:
        if name in UNUSED_ASSETS:
            continue
        if name not in FOLIUM_ASSETS:
            raise LookupError(f"The map asks for {name} from {url}: add a copy to dashboard/netmap/vendor.py")
        kept.append((name, FOLIUM_ASSETS[name]))
    return kept
