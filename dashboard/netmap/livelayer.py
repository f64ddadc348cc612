"""The live part of the map as a folium element: it hands configuration to our scripts in `assets/netmap`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from branca.element import MacroElement
from folium.template import Template

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "assets" / "netmap"
FIRST = "map.js"


def modules() -> list[str]:
    """Return the names of the map's scripts, the first to run first."""
    return sorted((path.name for path in SCRIPTS.glob("*.js")), key=lambda name: (name != FIRST, name))


class LiveLayer(MacroElement):
    """Points that follow the server. `config` is documented where it is read, in `assets/netmap/map.js`."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <link rel="stylesheet" href="/css/tokens.css"/>
            <link rel="stylesheet" href="/netmap/netmap.css"/>
            {%- for name in this.modules %}
            <link rel="modulepreload" href="/netmap/{{ name }}"/>
            {%- endfor %}
        {% endmacro %}
        {% macro html(this, kwargs) %}
            <p id="map-help" class="hidden-text">{{ this.help }}</p>
            <p id="map-said" class="hidden-text" role="status" aria-live="polite"></p>
            <script type="module">
                import { start } from '/netmap/{{ this.modules[0] }}';
                start({{ this._parent.get_name() }}, {{ this.config|tojson }});
            </script>
        {% endmacro %}
        """
    )

    def __init__(self, config: Mapping[str, Any], *, help_text: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "live"
        self.config = dict(config)
        self.help = help_text
        self.modules = modules()
