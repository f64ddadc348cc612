"""The web program: pages, the JSON API beside them, and what runs while it serves. Importing it opens no database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx
from reflex import constants
from reflex_base.environment import environment

from backend import program
from backend.api.app import create_api
from backend.api.security import secure
from dashboard import exports, live, logs, nav, runbooks
from dashboard.built import INDEX
from dashboard.guard import Guard, said_plainly
from dashboard.inline import script_hashes
from dashboard.netmap import routes as netmap
from dashboard.pages import (
    deliveries,
    inventory,
    location,
    login,
    network,
    not_found,
    order,
    orders,
    pick,
    queue,
    returns,
    wave,
    waves,
)
from dashboard.pages.alerts import drills, hand_over, silences
from dashboard.pages.alerts import one as alert
from dashboard.pages.alerts import overview as alerts
from dashboard.pages.policies import edit as policy
from dashboard.pages.policies import overview as policies
from dashboard.pages.receivers import catalogue, channels, subscriptions
from dashboard.pages.routing import edit, empty, overview, shadow, trial
from dashboard.pages.workflows import edit as workflow
from dashboard.pages.workflows import overview as workflows
from dashboard.sign_in_first import SignInFirst
from dashboard.state.alerts.drills import DrillsState
from dashboard.state.alerts.hand_over import HandOverState
from dashboard.state.alerts.one import AlertState
from dashboard.state.alerts.overview import AlertsState
from dashboard.state.alerts.silences import SilencesState
from dashboard.state.deliveries import DeliveriesState
from dashboard.state.inventory import InventoryState
from dashboard.state.location import LocationState
from dashboard.state.login import Login
from dashboard.state.network import NetworkState
from dashboard.state.order import OrderState
from dashboard.state.orders import OrdersState
from dashboard.state.pick import PickState
from dashboard.state.policies.edit import PolicyState
from dashboard.state.policies.overview import PoliciesState
from dashboard.state.queue import QueueState
from dashboard.state.receivers.catalogue import CatalogueState
from dashboard.state.receivers.channels import ChannelsState
from dashboard.state.receivers.subscriptions import SubscriptionsState
from dashboard.state.returns import ReturnsState
from dashboard.state.routing.edit import EditState
from dashboard.state.routing.empty import EmptyState
from dashboard.state.routing.overview import RoutingState
from dashboard.state.routing.shadow import ShadowState
from dashboard.state.routing.trial import TryState
from dashboard.state.session import Session
from dashboard.state.wave import WaveState
from dashboard.state.waves import WavesState
from dashboard.state.workflows.edit import WorkflowState
from dashboard.state.workflows.overview import WorkflowsState
from dashboard.tabs import TabTokens

#: In this order: what comes later may refine what came before.
STYLES = (
    *("tokens", "base", "shell", "parts"),
    *(
        "network",
        "location",
        "deliveries",
        "orders",
        "order",
        "queue",
        "inventory",
        "editing",
        "routing",
        "workflows",
        "pick",
        "waves",
        "alerts",
        "receivers",
    ),
    *("live", "login"),
)
STYLESHEETS = [f"/css/{name}.css" for name in STYLES]
#: `scans.js` first: what it hears from a scanner is no shortcut.
SCRIPTS = ("/js/scans.js", "/js/keys.js", "/js/dialogs.js", "/js/wall.js")

#: What each page of `nav.PAGES` is made of, and what runs when it is opened.
CONTENT: dict[nav.Page, tuple[Callable[[], rx.Component], list[Any]]] = {
    nav.NETWORK: (network.page, [Session.load, NetworkState.open]),
    nav.LOCATION: (location.page, [Session.load, LocationState.open]),
    nav.ROUTING: (overview.page, [Session.load, RoutingState.open]),
    nav.ROUTING_EDIT: (edit.page, [Session.load, EditState.open]),
    nav.ROUTING_TRY: (trial.page, [Session.load, TryState.open]),
    nav.ROUTING_SHADOW: (shadow.page, [Session.load, ShadowState.open]),
    nav.ROUTING_EMPTY: (empty.page, [Session.load, EmptyState.open]),
    nav.ORDERS: (orders.page, [Session.load, OrdersState.open]),
    nav.ORDER: (order.page, [Session.load, OrderState.open]),
    nav.QUEUE: (queue.page, [Session.load, QueueState.open]),
    nav.WAVES: (waves.page, [Session.load, WavesState.open]),
    nav.WAVE: (wave.page, [Session.load, WaveState.open]),
    nav.INVENTORY: (inventory.page, [Session.load, InventoryState.open]),
    nav.PICK: (pick.shipment, [Session.load, PickState.open]),
    nav.PICK_WAVE: (pick.wave, [Session.load, PickState.open]),
    nav.RETURNS: (returns.page, [Session.load, ReturnsState.open]),
    nav.ALERTS: (alerts.page, [Session.load, AlertsState.open]),
    nav.POLICIES: (policies.page, [Session.load, PoliciesState.open]),
    nav.POLICY_EDIT: (policy.page, [Session.load, PolicyState.open]),
    nav.CHANNELS: (channels.page, [Session.load, ChannelsState.open]),
    nav.SUBSCRIPTIONS: (subscriptions.page, [Session.load, SubscriptionsState.open]),
    nav.ALERT: (alert.page, [Session.load, AlertState.open]),
    nav.HAND_OVER: (hand_over.page, [Session.load, HandOverState.open]),
    nav.DRILLS: (drills.page, [Session.load, DrillsState.open]),
    nav.SILENCES: (silences.page, [Session.load, SilencesState.open]),
    nav.EVENT_TYPES: (catalogue.page, [Session.load, CatalogueState.open]),
    nav.DELIVERIES: (deliveries.page, [Session.load, DeliveriesState.open]),
    nav.WORKFLOWS: (workflows.page, [Session.load, WorkflowsState.open]),
    nav.WORKFLOWS_EDIT: (workflow.page, [Session.load, WorkflowState.open]),
    nav.NOT_FOUND: (not_found.page, []),
    nav.LOGIN: (login.login_page, [Login.open]),
}


def inline_scripts() -> Sequence[str]:
    """Return what the pages that are served may run inline; while developing they change too often to say."""
    return script_hashes(INDEX.parent) if environment.REFLEX_ENV_MODE.get() is constants.Env.PROD else ()


api = create_api(program.current)
api.include_router(netmap.router)
api.include_router(runbooks.router)
api.include_router(exports.router)

app = rx.App(
    html_lang="en",
    backend_exception_handler=said_plainly,
    stylesheets=STYLESHEETS,
    head_components=[
        rx.el.link(rel="icon", type="image/svg+xml", href="/favicon.svg"),
        *[rx.el.script(src=script, defer=True) for script in SCRIPTS],
    ],
    api_transformer=[
        TabTokens,
        api,
        SignInFirst,
        lambda asgi: secure(asgi, lambda: program.current().settings, scripts=inline_scripts()),
    ],
)
# The shell has its own banner for a lost connection (dashboard/components/connection.py).
app.app_wraps.pop((5, "Overlay"))
app.add_middleware(Guard(), index=0)
logs.install()
app.register_lifespan_task(program.running)
app.register_lifespan_task(live.following)

for page in nav.PAGES:
    component, on_load = CONTENT[page]
    app.add_page(
        component,
        route=page.route,
        title=f"{page.title} · Pickwatch",
        description=page.description,
        on_load=on_load,
    )
