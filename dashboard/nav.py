"""The pages that exist, as data: where they are, what they are called, who may open them. What they look like is
`dashboard/pages`."""

from __future__ import annotations

from dataclasses import dataclass

from models.enums import Permission


@dataclass(frozen=True, slots=True)
class Page:
    """A route. `permission` None means anyone, signed in or not; with an `icon` it stands in the rail; `parent` is the
    route it belongs to there."""

    route: str
    title: str
    description: str
    permission: Permission | None
    icon: str = ""
    parent: str = ""


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

DELIVERIES = Page(
    "/deliveries",
    "Deliveries",
    "Every webhook message, each attempt to send it, and what came back.",
    Permission.SUBSCRIPTIONS_READ,
    icon="send",
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
    NETWORK,
    LOCATION,
    ORDERS,
    ORDER,
    QUEUE,
    WAVES,
    WAVE,
    INVENTORY,
    RETURNS,
    ROUTING,
    ROUTING_EDIT,
    ROUTING_TRY,
    ROUTING_SHADOW,
    ROUTING_EMPTY,
    PICK,
    PICK_WAVE,
    DELIVERIES,
    LOGIN,
    NOT_FOUND,
)


def page_at(path: str) -> Page | None:
    """Return the page that an address without its query shows, None when there is none."""
    parts = path.strip("/").split("/")
    for page in PAGES:
        wanted = page.route.strip("/").split("/")
        if len(wanted) == len(parts) and all(w == p or w.startswith("[") for w, p in zip(wanted, parts, strict=True)):
            return page
    return None


#: The pages of the left rail, in order.
IN_RAIL: tuple[Page, ...] = tuple(page for page in PAGES if page.icon)
