"""Addresses: what they ask for, that they survive the way to a link and back, and that nonsense is ignored."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from backend.sla.views import Direction, LocationSort, Shown
from dashboard.address import Address, DeliveriesAddress, LocationAddress, NetworkAddress
from models.enums import Compliance, DeliveryStatus, Method

FULL = [
    NetworkAddress(
        page=3,
        status=Shown.STALE,
        method=Method.SHIP,
        group="north & south",
        q="ö=1",
        sort=LocationSort.OPEN,
        direction=Direction.DESCENDING,
        view="list",
        at="chi-1",
        wall=1,
    ),
    LocationAddress(page=2, method=Method.PICKUP, sla=Compliance.AT_RISK),
    DeliveriesAddress(page=9, status=DeliveryStatus.DEAD, subscription="pager", id=77),
]


@pytest.mark.parametrize("address", FULL, ids=lambda address: type(address).__name__)
def test_a_link_leads_back_to_the_same_address(address: Address) -> None:
    link = address.href("/", page=address.page)
    assert type(address).parse(dict(parse_qsl(urlsplit(link).query))) == address


def test_an_address_that_asks_for_nothing_special_is_bare() -> None:
    assert NetworkAddress().href("/") == "/"


def test_a_new_filter_starts_on_the_first_page() -> None:
    assert NetworkAddress(page=4).href("/", status=Shown.AT_RISK) == "/?status=at_risk"


@pytest.mark.parametrize("page", ["0", "-1", "abc", "1e3", "", "9" * 400, "２"])
def test_nonsense_is_ignored(page: str) -> None:
    address = NetworkAddress.parse({"page": page, "status": "purple", "sort": "-drop table", "wall": "yes"})
    assert address.status is None
    assert address.sort is LocationSort.WORST
    assert address.page == 1
    assert not address.wall


def test_text_is_cut_to_what_a_name_can_be() -> None:
    assert len(NetworkAddress.parse({"q": "x" * 5000}).q) == 200
