"""What the map document is made from, and what it is when it is made. Making it, with folium, is `document.py`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tiles:
    """A tile server: address with {z}/{x}/{y}, and the attribution its owner asks for."""

    url: str
    attribution: str


@dataclass(frozen=True, slots=True)
class MapOptions:
    """What a deployment can set: `filters` are the query parameters that narrow the points."""

    points_url: str
    changes_url: str
    filters: tuple[str, ...]
    tiles: Tiles | None = None


@dataclass(frozen=True, slots=True)
class MapDocument:
    """The page, and the content security policy that lets it load nothing but our own files (and the tiles)."""

    html: str
    policy: str
