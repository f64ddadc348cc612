"""The web program: pages, the JSON API beside them, and what runs while it serves. Importing it opens no database."""

from __future__ import annotations

from collections.abc import Callable

import reflex as rx

from backend import program
from backend.api.app import create_api
from backend.api.security import secure
from dashboard import logs, nav
from dashboard.guard import Guard
from dashboard.pages import login, network
from dashboard.state.login import Login
from dashboard.tabs import TabTokens

STYLESHEETS = ["/css/tokens.css", "/css/base.css", "/css/login.css"]

#: What each page of `nav.PAGES` is made of.
COMPONENTS: dict[nav.Page, Callable[[], rx.Component]] = {nav.NETWORK: network.page}

app = rx.App(
    html_lang="en",
    stylesheets=STYLESHEETS,
    api_transformer=[
        TabTokens,
        create_api(program.current),
        lambda site: secure(site, lambda: program.current().settings),
    ],
)
app.add_middleware(Guard(), index=0)
logs.install()

app.register_lifespan_task(program.running)

for page in nav.PAGES:
    app.add_page(
        COMPONENTS[page],
        route=page.route,
        title=f"{page.title} · Pickwatch",
        description=page.description,
    )

app.add_page(
    login.login_page,
    route="/login",
    title="Sign in · Pickwatch",
    description="Sign in to Pickwatch.",
    on_load=Login.open,
)
