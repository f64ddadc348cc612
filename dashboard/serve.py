"""The web server's entry (`uvicorn dashboard.serve:create`): built UI, API and jobs in one process."""

from __future__ import annotations

import reflex.constants as constants
from reflex_base.environment import environment
from starlette.types import ASGIApp

from backend import program
from backend.api.intake import Addresses
from backend.api.shortcut import Shortcut
from backend.memory import loading


def create() -> ASGIApp:
    """Return the ASGI application in production mode: nothing is compiled at start, no JavaScript tool is needed."""
    environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(True)
    with loading():
        from dashboard.app import app, inline_scripts  # only now: Reflex reads the settings above when its app is made

        return Shortcut(Addresses(app()), program.current, scripts=inline_scripts())
