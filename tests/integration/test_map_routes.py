"""The map's own addresses: only for those who may see the network, only what they may see, the same set as the list."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import col
from starlette.testclient import TestClient

from backend.api.app import create_api
from backend.auth.keys import NewApiKey, create_key
from backend.clock import ManualClock
from backend.context import Context
from backend.events import pulse
from backend.events.sequencer import sequence
from backend.locations.service import close_location
from backend.sla.queries import list_locations
from dashboard.address import NetworkAddress
from dashboard.netmap import routes, source
from models.enums import Compliance, Permission
from models.events import EventType
from models.tables import Location, LocationGroupMember, LocationHealth

NAMES = itertools.count()


@pytest.fixture(autouse=True)
def no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget answers at once, so that each question is answered anew; what the memory does has its own test."""
    monkeypatch.setattr(source, "WHOLE_SECONDS", -1)


@pytest.fixture
def network(ctx: Context) -> dict[str, int]:
    """Make four locations: a green one, an amber one, a red one in another group, one without a place on the map."""
    with ctx.uow() as uow:
        ids = {}
        for number, (code, grade, group, at) in enumerate(
            [
                ("GREEN", Compliance.COMPLIANT, "west", (40.0, -100.0)),
                ("AMBER", Compliance.AT_RISK, "west", (41.5, -101.25)),
                ("RED", Compliance.NON_COMPLIANT, "east", (42.0, -90.0)),
                ("NOWHERE", Compliance.NON_COMPLIANT, "west", (None, None)),
            ],
            start=1,
        ):
            _insert(uow, number, code, grade, group, at)
            ids[code] = number
    return ids


def _insert(uow: Any, number: int, code: str, grade: Compliance, group: str, at: tuple[Any, Any]) -> None:
    latitude, longitude = at
    now = uow.now
    place = Location(
        id=number,
        code=code,
        name=f"Store <{code}>",
        kind="store",
        latitude=latitude,
        longitude=longitude,
        time_zone="America/Chicago",
        methods=["ship"],
        groups=[group],
        data_seen_at=now,
        created_at=now,
        updated_at=now,
    )
    uow.session.add(place)
    uow.session.flush()
    uow.session.add(LocationGroupMember(location_id=number, group_code=group))
    health = {"compliant": 3, "at_risk": 2, "non_compliant": 1, "grade": grade.value, "since": now, "changed_at": now}
    uow.session.add(LocationHealth(location_id=number, **health))


@pytest.fixture
def browse(ctx: Context) -> Callable[..., TestClient]:
    """Return a function that makes a client with a key of these scopes and limits."""

    def client(
        *scopes: Permission, locations: Sequence[str] = (), groups: Sequence[str] = (), anonymous: str = ""
    ) -> TestClient:
        app: FastAPI = create_api(lambda: ctx)
        app.include_router(routes.router)
        headers = {}
        if not anonymous:
            with ctx.uow() as uow:
                new = NewApiKey(
                    f"map {next(NAMES)}",
                    scopes or (Permission.NETWORK_READ,),
                    location_codes=locations,
                    group_codes=groups,
                )
                headers["Authorization"] = f"Bearer {create_key(uow, new)}"
        return TestClient(app, headers=headers)

    return client


def change(ctx: Context, clock: ManualClock, code: str, grade: Compliance) -> None:
    """Change a location's colour a minute later, as the SLA service does, and let the relay run."""
    clock.advance(timedelta(minutes=1))
    with ctx.uow() as uow:
        place = uow.session.scalars(sa.select(Location).where(col(Location.code) == code)).one()
        uow.session.execute(
            sa.update(LocationHealth)
            .where(col(LocationHealth.location_id) == place.id)
            .values(grade=grade.value, since=uow.now, changed_at=uow.now)
        )
        uow.record(EventType.SLA_LOCATION_CHANGED, subject=code, data={}, location_id=place.id)
    settle(ctx)


def settle(ctx: Context) -> None:
    with ctx.uow() as uow:
        while sequence(uow):
            pass


def codes(answer: Any) -> set[str]:
    return {feature["properties"]["code"] for feature in answer.json()["features"]}


def test_nobody_reads_the_map_without_the_right_to_read_the_network(browse: Callable[..., TestClient]) -> None:
    for client, status in ((browse(anonymous="yes"), 401), (browse(Permission.ORDERS_READ), 403), (browse(), 200)):
        for path in ("", "/points.geojson", "/changes?after=0"):
            assert client.get(f"/ui/map{path}").status_code == status


def test_each_route_carries_the_policy() -> None:
    assert len(routes.router.routes) == 3
    for route in routes.router.routes:
        calls = [dependency.call for dependency in route.dependant.dependencies]  # type: ignore[attr-defined]
        assert Permission.NETWORK_READ in [getattr(call, "__policy__", None) for call in calls]


def test_points_and_changes_stay_inside_ones_own_part_of_the_network(
    ctx: Context, clock: ManualClock, network: dict[str, int], browse: Callable[..., TestClient]
) -> None:
    parts: list[tuple[dict[str, list[str]], set[str]]] = [
        ({}, {"GREEN", "AMBER", "RED"}),
        ({"groups": ["west"]}, {"GREEN", "AMBER"}),
        ({"locations": ["RED"]}, {"RED"}),
        ({"locations": ["RED"], "groups": ["west"]}, {"GREEN", "AMBER", "RED"}),
    ]
    people = [(browse(**limits), seen) for limits, seen in parts]
    before = [client.get("/ui/map/points.geojson") for client, _ in people]
    for code in ("GREEN", "AMBER", "RED"):
        change(ctx, clock, code, Compliance.AT_RISK)
    for (client, seen), whole in zip(people, before, strict=True):
        assert codes(whole) == seen
        assert codes(client.get(f"/ui/map/changes?after={whole.json()['version']}")) == seen


def test_the_map_and_the_list_are_two_views_of_the_same_set(
    ctx: Context, network: dict[str, int], browse: Callable[..., TestClient]
) -> None:
    client = browse()
    for query in ("", "status=non_compliant", "status=at_risk&group=west", "q=reen", "method=ship&group=east"):
        answer = client.get(f"/ui/map/points.geojson?{query}")
        parameters = dict(part.split("=") for part in query.split("&") if part)
        with ctx.read() as uow:
            listed = list_locations(uow, NetworkAddress.parse(parameters).filter)
        assert codes(answer), query
        assert codes(answer) == {view.code for view in listed.items if view.latitude is not None}, query
        assert len(answer.json()["features"]) + answer.json()["undrawn"] == listed.total, query


def test_a_point_says_all_that_the_map_shows(network: dict[str, int], browse: Callable[..., TestClient]) -> None:
    [feature] = browse(locations=["AMBER"]).get("/ui/map/points.geojson").json()["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [-101.25, 41.5]}
    properties = feature["properties"]
    assert properties.pop("since") > 0
    assert properties == {
        "code": "AMBER",
        "name": "Store <AMBER>",
        "symbol": "at_risk",
        "closed": False,
        "open": 6,
        "at_risk": 2,
        "non_compliant": 1,
    }


def test_only_what_changed_is_told(
    ctx: Context, clock: ManualClock, network: dict[str, int], browse: Callable[..., TestClient]
) -> None:
    client = browse()
    change(ctx, clock, "AMBER", Compliance.AT_RISK)
    version = client.get("/ui/map/points.geojson").json()["version"]
    nothing = client.get(f"/ui/map/changes?after={version}").json()
    assert (nothing["features"], nothing["gone"], nothing["reset"]) == ([], [], False)
    change(ctx, clock, "GREEN", Compliance.NON_COMPLIANT)
    news = client.get(f"/ui/map/changes?after={version}")
    assert codes(news) == {"GREEN"}
    assert news.json()["features"][0]["properties"]["symbol"] == "non_compliant"
    assert news.json()["version"] > version


def test_a_location_that_leaves_the_filtered_set_is_gone(
    ctx: Context, clock: ManualClock, network: dict[str, int], browse: Callable[..., TestClient]
) -> None:
    client = browse()
    settle(ctx)
    version = client.get("/ui/map/points.geojson?status=at_risk").json()["version"]
    change(ctx, clock, "AMBER", Compliance.COMPLIANT)
    change(ctx, clock, "GREEN", Compliance.AT_RISK)
    news = client.get(f"/ui/map/changes?after={version}&status=at_risk")
    assert codes(news) == {"GREEN"}
    assert news.json()["gone"] == ["AMBER"]


def test_an_edited_location_makes_the_map_start_again(
    ctx: Context, network: dict[str, int], browse: Callable[..., TestClient]
) -> None:
    client = browse()
    version = client.get("/ui/map/points.geojson").json()["version"]
    with ctx.uow() as uow:
        close_location(uow, "RED", reason="Storm")
    settle(ctx)
    assert client.get(f"/ui/map/changes?after={version}").json()["reset"] is True
    [red] = [f for f in client.get("/ui/map/points.geojson").json()["features"] if f["properties"]["code"] == "RED"]
    assert red["properties"]["symbol"] == "non_compliant_outline"


def test_who_is_too_far_behind_or_ahead_starts_again(
    ctx: Context,
    clock: ManualClock,
    network: dict[str, int],
    browse: Callable[..., TestClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = browse()
    ahead = client.get("/ui/map/points.geojson").json()["version"] + 1
    assert client.get(f"/ui/map/changes?after={ahead}").json()["reset"] is True
    monkeypatch.setattr(pulse, "MOST_NEWS", 1)
    change(ctx, clock, "GREEN", Compliance.AT_RISK)
    change(ctx, clock, "GREEN", Compliance.COMPLIANT)
    assert client.get("/ui/map/changes?after=0").json()["reset"] is True


def test_what_has_not_changed_is_not_sent_again(network: dict[str, int], browse: Callable[..., TestClient]) -> None:
    client = browse()
    for path in ("/ui/map", "/ui/map/points.geojson"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert "private" in first.headers["cache-control"]


def test_it_is_compressed_for_those_who_take_it(network: dict[str, int], browse: Callable[..., TestClient]) -> None:
    client = browse()
    small = client.get("/ui/map/points.geojson", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/ui/map/points.geojson", headers={"Accept-Encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert small.json() == plain.json()


def test_a_cursor_that_is_none_is_refused(browse: Callable[..., TestClient]) -> None:
    client = browse()
    for after in ("", "after=-1", "after=x", "after=99999999999999999999"):
        assert client.get(f"/ui/map/changes?{after}").status_code == 422, after
