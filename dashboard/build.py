"""What happens to the built frontend: addresses made independent of host and port, files of others copied in."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import reflex as rx

from dashboard.netmap.vendor import MAP_PACKAGES, Package

#: npm packages beside those that components ask for themselves.
FRONTEND_PACKAGES: list[str] = [package.spec for package in MAP_PACKAGES]

_ADDRESS = re.compile(r"[`\"](ws|http)s?://[^/`\"]+(/[^`\"]*)[`\"]")


def same_origin(script: str) -> tuple[str, int]:
    """Return `script` with its absolute backend addresses taken from the page's own origin, and how many there were."""

    def replace(match: re.Match[str]) -> str:
        origin = "location.origin.replace(/^http/,`ws`)" if match[1] == "ws" else "location.origin"
        return f"{origin}+`{match[2]}`"

    return _ADDRESS.subn(replace, script)


def copy_vendor(package: Package, *, modules: Path, static: Path) -> None:
    """Copy the package's files and its licence from node_modules to /vendor of the built site.

    Raises FileNotFoundError when a file is missing, LookupError when the package comes without a licence text."""
    source = modules / package.name
    licences = [path.name for path in source.glob("LICENSE*")]
    if not licences:
        raise LookupError(f"{package.spec} comes without a licence text")
    for file in (*package.files, *licences):
        target = static / "vendor" / package.name / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / file, target)


class BuildPlugin(rx.plugins.Plugin):
    """Runs after the frontend is built, before its files are compressed."""

    def post_build(self, **context: Any) -> None:
        """Make the built site work on any host, port or proxy, and independent of other servers."""
        static = Path(context["static_dir"])
        _own_origin(static)
        for package in MAP_PACKAGES:
            copy_vendor(package, modules=static.parent.parent / "node_modules", static=static)


def _own_origin(static: Path) -> None:
    # Reflex bakes in ws://localhost:8000.
    changed = 0
    for path in (static / "assets").glob("reflex-env-*.js"):
        script, count = same_origin(path.read_text())
        path.write_text(script)
        changed += count
    if changed < 2:
        raise RuntimeError("The built frontend holds no backend address: has Reflex changed its reflex-env chunk?")
