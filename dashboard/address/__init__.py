"""What the address of a page asks for. Everything one can filter, sort or open is in the URL, so that a view can be
sent to somebody; whatever is not understood is ignored. Pure; one module per page."""

from dashboard.address.base import PAGE_SIZE, Address
from dashboard.address.deliveries import DeliveriesAddress
from dashboard.address.inventory import InventoryAddress
from dashboard.address.location import LocationAddress
from dashboard.address.network import NetworkAddress
from dashboard.address.orders import OrdersAddress
from dashboard.address.queue import QueueAddress
from dashboard.address.returns import ReturnsAddress

__all__ = [
    "PAGE_SIZE",
    "Address",
    "DeliveriesAddress",
    "InventoryAddress",
    "LocationAddress",
    "NetworkAddress",
    "OrdersAddress",
    "QueueAddress",
    "ReturnsAddress",
]
