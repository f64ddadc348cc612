"""The web program: pages, the JSON API beside them, and what runs while it serves. Importing it opens no database."""

from __future__ import annotations

from collections.abc import Callable

import reflex as rx

from backend import program
from backend.api.app import create_api
from dashboard import nav
from dashboard.pages import network

STYLESHEETS = ["/css/tokens.css", "/css/base.css"]

#: What each page of `nav.PAGES` is made of.
COMPONENTS: dict[nav.Page, Callable[[], rx.Component]] = {nav.NETWORK: network.page}

app = rx.App(
    html_lang="en",
    stylesheets=STYLESHEETS,
    api_transformer=[create_api(program.current)],
)

app.register_lifespan_task(program.running)

for page in nav.PAGES:
    app.add_page(
        COMPONENTS[page],
        route=page.route,
        title=f"{page.title} · Pickwatch",
        description=page.description,
    )
