"""What happens to the built frontend: addresses made independent of host and port."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import reflex as rx

#: npm packages beside those that components ask for themselves.
FRONTEND_PACKAGES: list[str] = []

_ADDRESS = re.compile(r"[`\"](ws|http)s?://[^/`\"]+(/[^`\"]*)[`\"]")


def same_origin(script: str) -> tuple[str, int]:
    """Return `script` with its absolute backend addresses taken from the page's own origin, and how many there were."""

    def replace(match: re.Match[str]) -> str:
        origin = "location.origin.replace(/^http/,`ws`)" if match[1] == "ws" else "location.origin"
        return f"{origin}+`{match[2]}`"

    return _ADDRESS.subn(replace, script)


class BuildPlugin(rx.plugins.Plugin):
    """Runs after the frontend is built, before its files are compressed."""

    def post_build(self, **context: Any) -> None:
        """Make the built site work on any host, port or proxy; Reflex bakes in ws://localhost:8000."""
        changed = 0
        for path in (Path(context["static_dir"]) / "assets").glob("reflex-env-*.js"):
            script, count = same_origin(path.read_text())
            path.write_text(script)
            changed += count
        if changed < 2:
            raise RuntimeError("The built frontend holds no backend address: has Reflex changed its reflex-env chunk?")
