"""The pages that exist, as data: where they are, what they are called, who may open them. What they look like is
`dashboard/pages`."""

from __future__ import annotations

from dataclasses import dataclass

from models.enums import Permission


@dataclass(frozen=True, slots=True)
class Page:
    """A route. `permission` None means anyone, signed in or not; with an `icon` it stands in the rail, where it
    is called `rail`, when not as itself; `parent` is the route it belongs to there."""

    route: str
    title: str
    description: str
    permission: Permission | None
    icon: str = ""
    parent: str = ""
    rail: str = ""


NETWORK = Page(
    "/",
    "Network",
    "Which stores and warehouses keep their promises, which are about to break them, and why.",
    Permission.NETWORK_READ,
    icon="map",
)

LOGIN = Page("/login", "Sign in", "Sign in to Pickwatch.", None)

LOCATION = Page(
    "/locations/[code]",
    "Location",
    "How one store or warehouse stands: its queue by time left, its trend, its hours, what happened.",
    Permission.NETWORK_READ,
    parent="/",
)

ORDERS = Page(
    "/orders",
    "Orders",
    "Every order, found by anything a customer may say: number, e-mail, name, SKU, tracking number.",
    Permission.ORDERS_READ,
    icon="package",
)

ORDER = Page(
    "/orders/[id]",
    "Order",
    "Where one order is: the answer, what happened, where each unit is, and why it went there.",
    Permission.ORDERS_READ,
    parent="/orders",
)

QUEUE = Page(
    "/queue",
    "Queue",
    "What is to be picked, packed and handed over at a location, by time left: yours, nobody's, or all.",
    Permission.SHIPMENTS_WRITE,
    icon="list-checks",
)

WAVES = Page(
    "/waves",
    "Waves",
    "What is picked together at each location, when it has to start and when it will be done.",
    Permission.ORDERS_READ,
    icon="layers",
)

WAVE = Page(
    "/waves/[id]",
    "Wave",
    "One wave: the walk from stop to stop, the slots of the put wall, each shipment with the time it has left.",
    Permission.ORDERS_READ,
    parent="/waves",
)

INVENTORY = Page(
    "/inventory",
    "Inventory",
    "Stock by product and by location: on hand, available, promised, lots, segments, blocks, arrivals.",
    Permission.INVENTORY_READ,
    icon="boxes",
)

ALERTS = Page(
    "/alerts",
    "Alerts",
    "What is wrong, where, since when, who has it, and what to do about it: the worst first.",
    Permission.ALERTS_READ,
    icon="bell",
)

HAND_OVER = Page(
    "/alerts/hand-over",
    "Hand-over",
    "What the next shift has to know: what is open, what happened, what is silenced, what was written down.",
    Permission.ALERTS_READ,
    parent="/alerts",
)

SILENCES = Page(
    "/alerts/silences",
    "Silences",
    "What nobody is told of for a time: why, whose it is, until when.",
    Permission.ALERTS_READ,
    parent="/alerts",
)

DRILLS = Page(
    "/alerts/drills",
    "Drills",
    "Incidents that are none: begin one, watch who is told and how fast, read what it showed.",
    Permission.ALERTS_READ,
    parent="/alerts",
)

ALERT = Page(
    "/alerts/[id]",
    "Alert",
    "One alert: what it is about, what would clear it, what to do, who was told, what happened.",
    Permission.ALERTS_READ,
    parent="/alerts",
)

POLICIES = Page(
    "/alerts/policies",
    "Policies",
    "What opens an alert, how bad it is, who is told when, and what clears it.",
    Permission.ALERTS_READ,
    parent="/alerts",
)

POLICY_EDIT = Page(
    "/alerts/policies/edit",
    "Edit a policy",
    "Write an alert policy, see what is wrong with it, what it says and what it would raise now, save it.",
    Permission.ALERTS_READ,
    parent="/alerts",
)

CHANNELS = Page(
    "/alerts/channels",
    "Channels",
    "Where alerts go: incident tools, chats, mail. How each fares, what it is owed, who uses it.",
    Permission.CHANNELS_READ,
    parent="/alerts",
)

SUBSCRIPTIONS = Page(
    "/alerts/subscriptions",
    "Subscriptions",
    "Programs that are told of events as they happen, by push or by pull, and how far each has come.",
    Permission.SUBSCRIPTIONS_READ,
    parent="/alerts",
)

EVENT_TYPES = Page(
    "/alerts/events",
    "Event types",
    "Every type of event that programs can be told of, what it means and what its data holds.",
    Permission.EVENTS_READ,
    parent="/alerts",
)

DELIVERIES = Page(
    "/deliveries",
    "Deliveries",
    "Every message to a channel or a subscriber, each attempt to send it, and what came back.",
    Permission.SUBSCRIPTIONS_READ,
    parent="/alerts",
)

RETURNS = Page(
    "/returns",
    "Returns",
    "What customers send back: announced, received, inspected, refunded or sent anew.",
    Permission.ORDERS_READ,
    icon="undo-2",
)

ROUTING = Page(
    "/routing",
    "Routing",
    "How orders find their location: the strategy in plain words, its versions, what found none.",
    Permission.ROUTING_READ,
    icon="waypoints",
)

ROUTING_EDIT = Page(
    "/routing/edit",
    "Edit a strategy",
    "Write a routing strategy, see what is wrong with it and what it changes, activate it.",
    Permission.ROUTING_READ,
    parent="/routing",
)

ROUTING_TRY = Page(
    "/routing/try",
    "Try an order",
    "Where an order would go, why there and why not elsewhere. Nothing is reserved.",
    Permission.ROUTING_READ,
    parent="/routing",
)

ROUTING_SHADOW = Page(
    "/routing/shadow",
    "Shadow run",
    "A draft strategy on the last orders, side by side with the active one. Nothing is reserved.",
    Permission.ROUTING_READ,
    parent="/routing",
)

ROUTING_EMPTY = Page(
    "/routing/empty",
    "Empty suggestions",
    "Orders for which routing found no location, or not for all of them, and why.",
    Permission.ROUTING_READ,
    parent="/routing",
)

WORKFLOWS = Page(
    "/settings/workflows",
    "Workflows",
    "How shipments are worked on, step by step: what holds for each method, its forks by group, all versions.",
    Permission.ORDERS_READ,
    icon="settings",
    rail="Settings",
)

WORKFLOWS_EDIT = Page(
    "/settings/workflows/edit",
    "Edit a workflow",
    "Write the steps of a method or of a group's fork, see what is wrong and what changes, activate it.",
    Permission.ORDERS_READ,
    parent="/settings/workflows",
)

PICK = Page(
    "/pick/[id]",
    "Pick",
    "Pick a shipment by scan: the next item on top, wrong and extra items said at once.",
    Permission.SHIPMENTS_WRITE,
    parent="/queue",
)

PICK_WAVE = Page(
    "/pick/wave/[id]",
    "Pick a wave",
    "Pick the shipments of a wave together, in walking order, into the slots of the put wall.",
    Permission.SHIPMENTS_WRITE,
    parent="/waves",
)

NOT_FOUND = Page("404", "Page not found", "There is no such page.", None)

PAGES: tuple[Page, ...] = (
    *(NETWORK, LOCATION, ORDERS, ORDER, QUEUE, WAVES, WAVE, INVENTORY, RETURNS),
    *(ROUTING, ROUTING_EDIT, ROUTING_TRY, ROUTING_SHADOW, ROUTING_EMPTY, PICK, PICK_WAVE),
    *(ALERTS, HAND_OVER, SILENCES, POLICIES, POLICY_EDIT, DRILLS, CHANNELS, SUBSCRIPTIONS, EVENT_TYPES, ALERT),
    *(DELIVERIES, WORKFLOWS, WORKFLOWS_EDIT, LOGIN, NOT_FOUND),
)


def page_at(path: str) -> Page | None:
    """Return the page that an address without its query shows, None when there is none."""
    parts = path.strip("/").split("/")
    for page in sorted(PAGES, key=lambda page: page.route.count("[")):  # what is named goes before what is any
        wanted = page.route.strip("/").split("/")
        if len(wanted) == len(parts) and all(w == p or w.startswith("[") for w, p in zip(wanted, parts, strict=True)):
            return page
    return None


#: The pages of the left rail, in order.
IN_RAIL: tuple[Page, ...] = tuple(page for page in PAGES if page.icon)
