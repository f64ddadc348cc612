"""What the Inventory page's lists say: products and locations summed up, balances, heads that sort. Pure; one balance
whole is `stock_panel.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.inventory.browse import BalancePage, BalanceSort, BalanceSum, Side, SumPage
from backend.inventory.views import QuotaView, SegmentView, StockRow
from backend.sla.views import Direction
from dashboard import format as say
from dashboard.address.inventory import LOW, InventoryAddress
from dashboard.present import common
from dashboard.present.common import METHOD_WORDS, Reader
from dashboard.views.common import Choice, Column
from dashboard.views.inventory import InventoryScreen, SegmentCard, StockLine, StockPanel
from models.enums import Method

PATH = "/inventory"

_SIDES = {Side.SKU: "By product", Side.LOCATION: "By location"}
#: key, label, what it sorts by.
_AMOUNTS: tuple[tuple[str, str, BalanceSort | None], ...] = (
    ("on_hand", "On hand", BalanceSort.ON_HAND),
    ("available", "Available", BalanceSort.AVAILABLE),
    ("allocated", "Allocated", BalanceSort.ALLOCATED),
    ("pending", "Pending", BalanceSort.PENDING),
    ("kept", "Kept back", None),
    ("unsellable", "Unsellable", None),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from: sums or balances, how what the list is narrowed to is called, and whether the
    reader may change segments."""

    page: SumPage | BalancePage
    panel: StockPanel
    narrowed: str = ""
    segments: Sequence[SegmentView] = ()
    may_fence: bool = False


def screen(facts: Facts, address: InventoryAddress, reader: Reader) -> InventoryScreen:
    """Return the whole page."""
    query = address.href("", page=1, at="", of="").removeprefix("?")
    noun = "product" if (address.by is Side.SKU and address.summed) or address.location else "location"
    return InventoryScreen(
        title=facts.narrowed,
        code=address.sku or address.location,
        up=InventoryAddress(by=address.by).href(PATH),
        sides=sides(address),
        lows=[
            Choice("", "All stock", address.href(PATH, low=0, at="", of=""), active=not address.low),
            Choice(
                "low", f"{LOW} or fewer available", address.href(PATH, low=1, at="", of=""), active=bool(address.low)
            ),
        ],
        columns=columns(address),
        rows=[line(item, address, reader) for item in facts.page.items],
        pager=common.pager(
            address, PATH, shown=len(facts.page.items), total=facts.page.total, noun=noun, locale=reader.locale
        ),
        csv=f"/ui/export/inventory.csv?{query}",
        panel=facts.panel,
        segments=[segment(one, reader) for one in facts.segments],
        may_fence=facts.may_fence,
    )


def sides(address: InventoryAddress) -> list[Choice]:
    """Return the ways of looking at stock."""
    stock = [
        Choice(side.value, word, InventoryAddress(by=side).href(PATH), active=not address.view and address.by is side)
        for side, word in _SIDES.items()
    ]
    segments = InventoryAddress(view="segments").href(PATH)
    return [*stock, Choice("segments", "Segments", segments, active=bool(address.view))]


def segment(one: SegmentView, reader: Reader) -> SegmentCard:
    """Return a ring-fence in words."""
    narrowed = [
        f"channel {one.channel}" if one.channel else "",
        f"customer segment {one.customer_segment}" if one.customer_segment else "",
        METHOD_WORDS[Method(one.method)].lower() if one.method else "",
    ]
    orders = ", ".join(part for part in narrowed if part)
    changed = say.relative(one.updated_at, reader.now)
    return SegmentCard(
        code=one.code,
        name=one.name,
        orders=f"For orders of {orders}" if orders else "For any order",
        state=f"Rank {one.rank} · version {one.version}, changed {changed}" + ("" if one.active else " · not in use"),
        active=one.active,
        quotas=[quota(each, reader) for each in one.quotas] or ["Keeps nothing yet"],
    )


def quota(one: QuotaView, reader: Reader) -> str:
    """Return how much is kept and where: "20% of every product everywhere"."""
    of = f"of {one.sku}" if one.sku else "of every product"
    place = f"at {one.location}" if one.location else f"in group {one.group}" if one.group else "everywhere"
    much = f"{one.percent}%" if one.percent is not None else say.plural(one.units or 0, "unit", reader.locale)
    return f"{much} {of} {place}"


def columns(address: InventoryAddress) -> list[Column]:
    """Return the heads; amounts sort from many to few first, names from A."""
    name = "Product" if (address.by is Side.SKU) == address.summed else "Location"
    heads = [_head(address, "name", name, BalanceSort.NAME, Direction.ASCENDING)]
    for key, label, sort in _AMOUNTS:
        first = Direction.ASCENDING if sort is BalanceSort.AVAILABLE else Direction.DESCENDING
        heads.append(_head(address, key, label, sort, first))
    return heads if address.summed else [*heads, Column("arrival", "Next arrival")]


def _head(
    address: InventoryAddress,
    key: str,
    label: str,
    sort: BalanceSort | None,
    first: Direction,
    *,
    numeric: bool = False,
) -> Column:
    if sort is None:
        return Column(key, label, numeric=numeric)
    if sort is not address.sort:
        return Column(key, label, address.href(PATH, sort=sort, direction=first), numeric=numeric)
    up = address.direction is Direction.ASCENDING
    turned = Direction.DESCENDING if up else Direction.ASCENDING
    href = address.href(PATH, sort=sort, direction=turned)
    return Column(key, label, href, "ascending" if up else "descending", numeric=numeric)


def line(item: BalanceSum | StockRow, address: InventoryAddress, reader: Reader) -> StockLine:
    """Return a row of the list."""
    return summed(item, address, reader) if isinstance(item, BalanceSum) else balance(item, address, reader)


def summed(item: BalanceSum, address: InventoryAddress, reader: Reader) -> StockLine:
    """Return a product over its locations, or a location over its products."""
    count = say.plural(item.places, "location" if address.by is Side.SKU else "product", reader.locale)
    inside = InventoryAddress(by=address.by, low=address.low)
    narrowed = {"sku": item.code} if address.by is Side.SKU else {"location": item.code}
    return StockLine(
        key=item.code,
        name=item.name,
        code=item.code,
        more=f"{count}, none available at {say.count(item.out, reader.locale)}"
        if item.out and address.by is Side.SKU
        else f"{count}, {say.count(item.out, reader.locale)} not available"
        if item.out
        else count,
        mark="",
        on_hand=say.count(item.on_hand, reader.locale),
        available=say.count(item.available, reader.locale),
        allocated=say.count(item.allocated, reader.locale),
        pending=_few(item.pending, reader),
        kept=_few(item.kept, reader),
        unsellable=_few(item.unsellable, reader),
        arrival="",
        arrival_title="",
        low=item.available <= LOW,
        href=inside.href(PATH, **narrowed),
        chosen=False,
    )


def balance(row: StockRow, address: InventoryAddress, reader: Reader) -> StockLine:
    """Return a product at a location; its link opens the panel."""
    here = (row.location_name, row.location) if address.sku else (row.product_name, row.sku)
    arrival = row.next_arrival
    return StockLine(
        key=f"{row.location}/{row.sku}",
        name=here[0],
        code=here[1],
        more="",
        mark="Blocked" if row.blocked else "",
        on_hand=say.count(row.on_hand, reader.locale),
        available=say.count(row.available, reader.locale),
        allocated=say.count(row.allocated, reader.locale),
        pending=_few(row.pending, reader),
        kept=_few(row.safety_stock + row.floor, reader),
        unsellable=_few(row.unsellable, reader),
        arrival=f"{say.count(row.arriving, reader.locale)} {say.relative(arrival, reader.now)}" if arrival else "",
        arrival_title=say.at_place(arrival, "UTC", reader.now, reader.locale) if arrival else "",
        low=row.available <= LOW,
        href=address.href(PATH, at=row.location, of=row.sku, page=address.page),
        chosen=(row.location, row.sku) == (address.at, address.of),
    )


def _few(number: int, reader: Reader) -> str:
    """Return a number that is usually nothing: a dash keeps the eye on those that are something."""
    return say.count(number, reader.locale) if number else say.NOTHING
