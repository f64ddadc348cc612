"""A small network in trouble for the pages: three regions, a queue that is partly late, a webhook that never arrives.
Made by the services that a real shop calls, before the program starts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from backend import runtime
from backend.auth.people import NewUser, create_user
from backend.config import Settings
from backend.context import Context
from backend.events.subscriptions import SubscriptionInput, put_subscription
from backend.orders.rules import NewOrder
from backend.persistence.migrate import upgrade
from backend.sla.definitions import ensure_defaults
from models.enums import Method, Role
from tests.support import shop

PASSWORD = "a long enough password"
CITIES = (
    ("chi", "Chicago", (41.88, -87.63), "America/Chicago", "midwest"),
    ("nyc", "New York", (40.71, -74.01), "America/New_York", "east"),
    ("den", "Denver", (39.74, -104.99), "America/Denver", "west"),
)
STORES = 6  # per city
#: Chicago's first store: 4 of 8 are late, 2 more in 37 minutes.
#: Minutes ago each order was placed; deliveries have 4 hours.
WORST, AGES = "chi-0", (300, 280, 262, 250, 203, 201, 60, 15)
#: Open day and night: routing gives nothing to a place that has closed, and tests run at any hour.
HOURS = {
    "weekly": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
}


def seed(folder: Path) -> None:
    """Fill the SQLite database in `folder`; people: `boss` (admin) and `eve` (viewer of the east), with PASSWORD."""
    ctx = runtime.build(Settings(var_dir=folder, database_url=""))
    upgrade(ctx.engine)
    with ctx.uow() as uow:
        ensure_defaults(uow)
        create_user(uow, NewUser("boss", PASSWORD, Role.ADMIN))
    _open(ctx)
    with ctx.uow() as uow:
        create_user(uow, NewUser("eve", PASSWORD, Role.VIEWER, group_codes=["east"]))
        put_subscription(uow, "pager", SubscriptionInput(url="https://receiver.invalid/hook", types=("sla.*",)))
    _order(ctx)
    ctx.engine.dispose()


def _open(ctx: Context) -> None:
    places = {
        f"{city}-{n}": shop.location(
            f"{city}-{n}",
            name=f"{name} {n + 1}",
            at=(at[0] + n / 10, at[1]),
            time_zone=zone,
            groups=(group,),
            hours=HOURS,
        )
        for city, name, at, zone, group in CITIES
        for n in range(STORES)
    }
    shop.open_shop(ctx, {code: {"tea": 100} for code in places}, **places)


def _order(ctx: Context) -> None:
    with ctx.read() as uow:
        now = uow.now

    def delivery(code: str, number: int, minutes: int) -> NewOrder:
        return shop.order(
            f"{code.upper()}-{number}",
            method=Method.DELIVERY,
            location=code,
            placed_at=now - timedelta(minutes=minutes),
        )

    shop.place(ctx, *[delivery(WORST, number, minutes) for number, minutes in enumerate(AGES)])
    shop.place(ctx, delivery("nyc-0", 0, 200), *[delivery("nyc-0", n, 30) for n in range(1, 5)])
    shop.place(ctx, *[delivery(f"{city}-{n}", 0, 20) for city, *_ in CITIES for n in range(1, STORES)])
