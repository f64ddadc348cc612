"""Availability over HTTP: what it says, what it refuses, and whom it shows what."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from backend.api.availability import Desk
from backend.api.availability_process import create
from backend.availability.service import StockService, holding_everything
from backend.context import Context
from backend.inventory import service as inventory
from backend.inventory.service import StockChange
from backend.jobs import relay
from backend.persistence.bulk import table_of
from models.enums import Permission, Role
from models.tables import FutureStock, Location, Product, StockSegment, StockSegmentQuota
from tests.support.api import PASSWORD, SITE, client_of, person
from tests.support.shop import location, open_shop

READ = Permission.INVENTORY_READ
PATH = "/api/v1/availability"
STOCK = {"A": {"tea": 4, "pot": 1}, "B": {"tea": 2, "pot": 0}, "C": {"tea": 0}}


@pytest.fixture
def shop(ctx: Context) -> Context:
    """Return a shop with three places; C belongs to the group `west`."""
    open_shop(ctx, STOCK, C=location("C", groups=("west",)))
    relay.run(ctx)
    return ctx


def ids(ctx: Context) -> tuple[dict[str, int], dict[str, int]]:
    with ctx.read() as uow:
        places = dict(uow.session.execute(sa.select(table_of(Location).c.code, table_of(Location).c.id)).all())
        skus = dict(uow.session.execute(sa.select(table_of(Product).c.sku, table_of(Product).c.id)).all())
    return places, skus


def announce(ctx: Context, code: str, sku: str, units: int, *, days: int, reference: str = "po") -> None:
    places, skus = ids(ctx)
    with ctx.uow() as uow:
        row = {"location_id": places[code], "product_id": skus[sku], "reference": reference, "quantity": units}
        when = uow.now + timedelta(days=days)
        uow.session.add(FutureStock(**row, arrives_at=when, updated_at=uow.now))


def item(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return answer.json()["items"][0]


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return sorted(fault["pointer"] for fault in answer.json()["errors"])


def test_the_answer_is_as_the_contract_has_it(shop: Context) -> None:
    answer = client_of(shop, READ).get(PATH, params={"sku": ["tea", "pot"]})
    assert answer.json() == {
        "items": [
            {
                "sku": "tea",
                "atp": 6,
                "locations": [{"code": "A", "atp": 4}, {"code": "B", "atp": 2}],
                "next_arrival": None,
            },
            {"sku": "pot", "atp": 1, "locations": [{"code": "A", "atp": 1}], "next_arrival": None},
        ],
        "as_of": "2026-11-27T15:00:00Z",
        "age_seconds": 0.0,
    }
    assert (answer.headers["content-type"], answer.headers["age"]) == ("application/json", "0")
    assert answer.headers["cache-control"] == "no-store"


def test_a_change_shows_once_it_is_in_the_feed(shop: Context) -> None:
    client = client_of(shop, READ)
    assert item(client.get(PATH, params={"sku": "tea"}))["atp"] == 6
    with shop.uow() as uow:
        inventory.adjust(uow, [StockChange("C", "tea", 9)])
    relay.run(shop)
    assert item(client.get(PATH, params={"sku": "tea"}))["locations"][-1] == {"code": "C", "atp": 9}


def test_locations_asked_for_are_listed_even_without_stock(shop: Context) -> None:
    client = client_of(shop, READ)
    asked = client.get(PATH, params={"sku": "pot", "location": ["C", "A"]})
    assert item(asked)["locations"] == [{"code": "A", "atp": 1}, {"code": "C", "atp": 0}]
    posted = client.post(f"{PATH}/query", json={"skus": ["pot"], "locations": ["C", "A"]})
    assert item(posted) == item(asked)


def test_at_an_instant_arrivals_until_then_count(shop: Context) -> None:
    announce(shop, "B", "tea", 10, days=2)
    announce(shop, "C", "tea", 5, days=4, reference="later")
    client = client_of(shop, READ)
    now = item(client.get(PATH, params={"sku": "tea"}))
    assert (now["atp"], now["next_arrival"]) == (6, "2026-11-29T15:00:00Z")
    then = item(client.get(PATH, params={"sku": "tea", "at": "2026-11-29T15:00:00Z"}))
    assert (then["atp"], then["next_arrival"]) == (16, "2026-12-01T15:00:00Z")
    assert {"code": "B", "atp": 12} in then["locations"]
    last = item(client.get(PATH, params={"sku": "tea", "at": "2026-12-01T16:00:00+01:00"}))
    assert (last["atp"], last["next_arrival"]) == (21, None)


def test_a_channel_sees_its_ring_fenced_units_and_the_open_ones(shop: Context) -> None:
    places, _ = ids(shop)
    with shop.uow() as uow:
        for rank, (code, channel) in enumerate((("vip", "app"), ("shops", "store"))):
            segment = StockSegment(code=code, name=code, channel=channel, rank=rank, updated_at=uow.now)
            uow.session.add(segment)
            uow.session.flush()
            uow.session.add(StockSegmentQuota(segment_id=segment.id, location_id=places["A"], units=3 - rank))
    client = client_of(shop, READ)

    def units(**params: str) -> list[int]:
        return [place["atp"] for place in item(client.get(PATH, params={"sku": "tea", **params}))["locations"]]

    assert units() == [4, 2]
    assert units(channel="app") == [3, 2]
    assert units(channel="store") == [1, 2]  # three are the others', who come first; one is left of its two
    assert units(channel="web") == [2]


def test_every_fault_is_named_at_once(shop: Context) -> None:
    client = client_of(shop, READ)
    bad = client.get(PATH, params={"at": "tomorrow", "method": "pigeon", "colour": "red", "channel": ["a", "b"]})
    assert pointers(bad) == ["#query/at", "#query/channel", "#query/colour", "#query/method", "#query/sku"]
    unknown = client.get(PATH, params={"sku": ["tea", "nope", "pot", "neither"], "location": ["A", "Z"]})
    assert pointers(unknown) == ["#query/location/1", "#query/sku/1", "#query/sku/3"]
    posted = client.post(f"{PATH}/query", json={"skus": ["nope"], "locations": ["Z"]})
    assert pointers(posted) == ["/locations/0", "/skus/0"]
    assert pointers(client.post(f"{PATH}/query", json={"skus": "tea", "at": 5, "x": 1})) == ["/at", "/skus", "/x"]
    assert pointers(client.post(f"{PATH}/query", json=[])) == [""]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "#query/sku"),
        ("sku=", "#query/sku/0"),
        ("sku=" + "x" * 65, "#query/sku/0"),
        ("sku=a%2Fb", "#query/sku/0"),
        ("sku=tea&at=2026-11-27T15:00:00", "#query/at"),
        ("sku=tea&at=2026-13-27T15:00:00Z", "#query/at"),
        ("sku=tea&channel=", "#query/channel"),
        ("&".join(["sku=tea"] * 101), "#query/sku"),
        ("&".join(["sku=tea"] + ["location=A"] * 101), "#query/location"),
        ("&".join(["sku=tea"] * 1001), "#query"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_arguments_that_cannot_be_are_refused(shop: Context, query: str, pointer: str) -> None:
    assert pointers(client_of(shop, READ).get(f"{PATH}?{query}")) == [pointer]


def test_a_limited_key_sees_its_part_of_the_network_only(shop: Context) -> None:
    limited = client_of(shop, READ, locations=["B"])
    assert item(limited.get(PATH, params={"sku": "tea"})) == {
        "sku": "tea",
        "atp": 2,
        "locations": [{"code": "B", "atp": 2}],
        "next_arrival": None,
    }
    for hidden in ("A", "Z"):  # what is elsewhere and what is nowhere look the same
        answer = limited.get(PATH, params={"sku": "tea", "location": hidden})
        assert pointers(answer) == ["#query/location/0"]
        assert hidden in answer.json()["errors"][0]["message"]
    announce(shop, "A", "pot", 5, days=1)
    assert item(limited.get(PATH, params={"sku": "pot"}))["next_arrival"] is None
    assert item(client_of(shop, READ).get(PATH, params={"sku": "tea"}))["atp"] == 6, "answers are kept apart"


def test_a_person_limited_to_a_group_sees_the_group(shop: Context) -> None:
    with shop.uow() as uow:
        inventory.adjust(uow, [StockChange("C", "tea", 7)])
    relay.run(shop)
    person(shop, "wilma", Role.VIEWER, group_codes=["west"])
    browser = client_of(shop)
    form = {"username": "wilma", "password": PASSWORD}
    assert browser.post("/api/auth/login", data=form, headers={"Origin": SITE}).status_code == 303
    assert item(browser.get(PATH, params={"sku": "tea"}))["locations"] == [{"code": "C", "atp": 7}]


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer pw_", "Basic pw_a_b", "Bearer pw_aaaaaaaaaaaa_bbbb", "bearer \xff"]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_gets_nothing(shop: Context, header: str) -> None:
    headers = {"Authorization": header.encode("latin-1")} if header else {}
    for client in (client_of(shop), own(shop)):
        answer = client.get(PATH, params={"sku": "tea"}, headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert "tea" not in answer.text


# ── the process of its own ──────────────────────────────────────────────────────────────────────────────────────────


def own(ctx: Context, caller: TestClient | None = None) -> TestClient:
    """Return a client of an availability process that has looked at the database once, with the caller's key."""
    holding = holding_everything(ctx)
    service = StockService(holding)
    service.look()
    return TestClient(create(holding, service), base_url=SITE, headers=caller.headers if caller else None)


def test_the_process_of_its_own_answers_the_same(shop: Context) -> None:
    client = client_of(shop, READ)
    beside = own(shop, client)
    for params in ({"sku": "tea"}, {"sku": ["pot", "tea"], "location": "B"}, {"sku": "nope"}, {"sku": "tea", "x": "y"}):
        one, other = client.get(PATH, params=params), beside.get(PATH, params=params)
        assert (one.status_code, one.json()) == (other.status_code, other.json())
    posted = own(shop, client_of(shop, READ, locations=["B"])).post(f"{PATH}/query", json={"skus": ["tea"]})
    assert item(posted)["locations"] == [{"code": "B", "atp": 2}]


def test_the_plain_question_is_answered_at_once_and_in_the_same_words(shop: Context) -> None:
    holding = holding_everything(shop)
    desk = Desk(lambda: holding)
    clients = [client_of(shop, READ), client_of(shop, READ, locations=["B"])]
    tokens = [client.headers["Authorization"].removeprefix("Bearer ") for client in clients]
    stranger = client_of(shop, Permission.ORDERS_READ).headers["Authorization"].removeprefix("Bearer ")
    assert desk.at_once(tokens[0], "tea") is None  # nothing is known yet
    StockService(holding).look()
    for client, token in zip(clients, tokens, strict=True):
        answer = desk.at_once(token, "tea")
        assert answer is not None
        assert (json.loads(answer[0])["items"], answer[1]) == (
            client.get(PATH, params={"sku": "tea"}).json()["items"],
            b"0",
        )
    assert [desk.at_once(tokens[0], "nope"), desk.at_once("pw_x", "tea"), desk.at_once(stranger, "tea")] == [None] * 3


def test_the_process_of_its_own_has_nothing_else(shop: Context) -> None:
    client = own(shop, client_of(shop, READ))
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert (ready["status"], ready["products"], ready["balances"]) == ("ok", 2, 5)
    assert "pickwatch_availability_balances 5.0" in client.get("/metrics").text
    assert client.get("/api/v1/orders").status_code == 404
    assert client.delete(PATH).status_code == 405
    assert set(client.get("/api/v1/openapi.json").json()["paths"]) == {
        PATH, f"{PATH}/query", "/healthz", "/readyz", "/metrics",
    }  # fmt: skip


def test_a_key_without_the_permission_is_refused_there_too(shop: Context) -> None:
    others = [it for it in Permission if it not in (READ, Permission.ADMIN)]
    client = own(shop, client_of(shop, *others))
    for answer in (client.get(PATH, params={"sku": "tea"}), client.post(f"{PATH}/query", json={"skus": ["tea"]})):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_before_stock_was_read_once_it_says_that_it_waits(shop: Context) -> None:
    holding = holding_everything(shop)
    headers = client_of(shop, READ).headers
    client = TestClient(create(holding, StockService(holding)), base_url=SITE, headers=headers)
    assert client.get("/healthz").status_code == 200
    for answer in (client.get("/readyz"), client.get(PATH, params={"sku": "tea"})):
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
