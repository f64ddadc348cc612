"""Attacks on the running program by raw websocket and plain HTTP, as somebody with a script would try them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import socketio
from fastapi.routing import iter_route_contexts
from reflex_base.registry import RegisteredEventHandler, RegistrationContext

import dashboard.app
from backend import runtime
from backend.auth.keys import NewApiKey, create_key
from backend.auth.people import NewUser, create_user
from backend.auth.permissions import ROLE_PERMISSIONS
from backend.auth.service import COOKIE
from backend.config import Settings
from backend.context import Context
from backend.locations.service import put_locations
from backend.persistence.migrate import upgrade
from dashboard.guard import policy_of
from models.enums import Permission, Role
from tests.api.test_every_route_has_a_policy import API
from tests.support.server import Program
from tests.support.shop import location
from tests.support.wire import ROOT, Wire

assert dashboard.app  # importing it registers every handler

PASSWORD = "correct horse"
MINE, OTHER = "My own corner shop", "FORBIDDEN-PLACE"
HANDLERS = RegistrationContext.get().event_handlers
OPEN_NETWORK = f"{ROOT}.dashboard___state___network____network_state.open"
FIND = f"{ROOT}.dashboard___state___network____network_state.find"
SHOW_VIEW = f"{ROOT}.dashboard___state___network____network_state.show_view"


def seed(ctx: Context) -> None:
    """Make two places and people who see one, the other, or both."""
    upgrade(ctx.engine)
    with ctx.uow() as uow:
        put_locations(uow, [location("S1", name=MINE, groups=("west",)), location("S2", name=OTHER, groups=("east",))])
        create_user(uow, NewUser("root", PASSWORD, Role.ADMIN))
        create_user(uow, NewUser("ann", PASSWORD, Role.MANAGER))
        create_user(uow, NewUser("carl", PASSWORD, Role.MANAGER, location_codes=["S1"]))
        create_user(uow, NewUser("vera", PASSWORD, Role.VIEWER))
        create_user(uow, NewUser("dora", PASSWORD, Role.VIEWER))


@pytest.fixture(scope="module")
def site(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Yield a running program with two places and five people."""
    folder = tmp_path_factory.mktemp("attack")
    program = Program("up", "--empty", folder=folder)
    ctx = runtime.build(Settings(database_url=f"sqlite:///{folder / 'pickwatch.db'}", var_dir=folder))
    seed(ctx)
    ctx.engine.dispose()
    try:
        yield program.start(serves="/ping")
    finally:
        program.stop()
        program.http.close()


def cookie_of(site: Program, name: str) -> str:
    """Sign in and return the Cookie header of that session."""
    client = site.sign_in(name, PASSWORD)
    client.close()
    return f"{COOKIE}={client.cookies[COOKIE]}"


def named(*, ours: bool) -> dict[str, RegisteredEventHandler]:
    return {n: h for n, h in HANDLERS.items() if h.states[0].__module__.startswith("dashboard.") is ours}


def words(updates: list[dict[str, Any]]) -> set[str]:
    """Return the names of what the browser was told to do."""
    return {event["name"] for update in updates for event in update.get("events") or ()}


def states(updates: list[dict[str, Any]]) -> dict[str, Any]:
    """Return all vars sent, but for the ones about the connection itself."""
    sent: dict[str, Any] = {}
    for update in updates:
        for state, values in (update.get("delta") or {}).items():
            for name, value in values.items():
                if not name.startswith(("rx_router_", "is_hydrated")):
                    sent[f"{state}.{name}"] = value
    return sent


def test_nobody_signed_in_runs_nothing_but_the_sign_in_page(site: Program) -> None:
    async def attack() -> None:
        for name, registered in HANDLERS.items():
            if policy_of(registered) == "public":
                continue
            async with Wire(site.url) as wire:
                answer = await wire.ask(name)
                assert states(answer) == {}, name
                assert words(answer) <= {"_redirect"}, name
                assert OTHER not in wire.text
                assert MINE not in wire.text

    asyncio.run(attack())


def test_hydrating_without_a_session_shows_nobodys_data_and_no_secrets(site: Program) -> None:
    async def attack() -> None:
        async with Wire(site.url) as wire:
            for name in ("hydrate", "hydrate_and_load"):
                await wire.ask(f"{ROOT}.{name}")
            for text in (OTHER, MINE, "ann", "carl", "argon2", PASSWORD, "pw_"):
                assert text not in wire.text

    asyncio.run(attack())


def test_hydrating_shows_a_person_no_token_and_no_hash_of_his_own_either(site: Program) -> None:
    cookie = cookie_of(site, "root")

    async def attack() -> None:
        async with Wire(site.url, cookie=cookie) as wire:
            for name in HANDLERS:
                if HANDLERS[name].handler.fn.__name__ in ("open", "load", "hydrate", "hydrate_and_load"):
                    await wire.ask(name)
            assert OTHER in wire.text  # it did show something
            for text in (cookie.partition("=")[2], "argon2", PASSWORD, COOKIE):
                assert text not in wire.text

    asyncio.run(attack())


def test_nobody_runs_what_his_role_may_not(site: Program) -> None:
    cookie = cookie_of(site, "vera")
    may = ROLE_PERMISSIONS[Role.VIEWER]
    closed = [name for name, h in HANDLERS.items() if (policy := policy_of(h)) is None or _lacks(policy, may)]
    assert any(name.endswith(".setvar") for name in closed)

    async def attack() -> None:
        for name in closed:
            async with Wire(site.url, cookie=cookie, token=f"vera{name}") as wire:
                answer = await wire.ask(name, {"var_name": "version", "value": 666})
                assert "666" not in json.dumps(states(answer)), name
                assert set(states(answer)) <= {REFUSED}, name

    asyncio.run(attack())


REFUSED = f"{ROOT}.dashboard___guard____seat.refused_rx_state_"


def _lacks(policy: object, held: frozenset[Permission]) -> bool:
    return isinstance(policy, Permission) and policy not in held


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        (FIND, {"text": 5}),
        (FIND, {"text": None}),
        (FIND, {"text": {"$gt": ""}}),
        (FIND, {"text": ["a"]}),
        (FIND, {"text": "x" * 201}),
        (FIND, {"text": "x" * 500_000}),
        (FIND, {}),
        (FIND, {"text": "a", "self": 1}),
        (FIND, {"text": "a", "more": 1}),
        (FIND, {"text": "a", "__class__": "b"}),
        (SHOW_VIEW, {"view": "wall"}),
        (SHOW_VIEW, {"view": True}),
        (OPEN_NETWORK, {"self": {}}),
        (f"{ROOT}.hydrate_and_load", {"vars": "all"}),
        (f"{ROOT}.hydrate_and_load", {"hashes": [1]}),
        (f"{ROOT}.set_is_hydrated", {"value": "yes"}),
    ],
)
def test_wrong_arguments_are_refused_before_the_handler_runs(site: Program, name: str, payload: dict[str, Any]) -> None:
    cookie = cookie_of(site, "ann")

    async def attack() -> None:
        async with Wire(site.url, cookie=cookie) as wire:
            answer = await wire.ask(name, payload)
            assert set(states(answer)) == {REFUSED}
            assert words(answer) == set()
            right = await wire.ask(FIND, {"text": "corner"})
            assert words(right) == {"_redirect"}  # the same connection still works

    asyncio.run(attack())


@pytest.mark.parametrize("event", ["text", 5, None, [], {"name": 5}, {"name": "x", "payload": "y"}, {"payload": {}}])
def test_what_is_no_event_at_all_harms_nobody(site: Program, event: Any) -> None:
    async def attack() -> None:
        async with Wire(site.url, token="broken") as broken:
            await broken._client.emit("event", event, namespace="/_event")
            async with Wire(site.url, token="other") as other:
                assert words(await other.ask(OPEN_NETWORK)) == {"_redirect"}

    asyncio.run(attack())


def test_vars_cannot_be_set_from_the_browser(site: Program) -> None:
    cookie = cookie_of(site, "vera")
    names = [
        f"{s.get_full_name()}.{n}_rx_state_" for s in {h.states[0] for h in HANDLERS.values()} for n in s.base_vars
    ]
    forged = {name: "FORGED" for name in names if not name.startswith(f"{ROOT}.rx_router")}
    assert len(forged) > 10

    async def attack() -> None:
        async with Wire(site.url, cookie=cookie) as wire:
            internal = f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal"
            await wire.ask(internal, {"vars": forged})
            await wire.ask(f"{ROOT}.hydrate_and_load", {"vars": forged})
            await wire.ask(f"{ROOT}.hydrate")
            assert "FORGED" not in wire.text

    asyncio.run(attack())


def test_who_one_is_comes_from_the_connection_not_from_the_event(site: Program) -> None:
    cookie = cookie_of(site, "ann")

    async def attack() -> None:
        async with Wire(site.url, token="liar") as wire:
            answer = await wire.ask(
                OPEN_NETWORK,
                headers={"cookie": cookie},
                cookie=cookie,
                token="tab",
                session={"client_token": "tab"},
                ip="127.0.0.1",
                sid="x",
            )
            assert words(answer) == {"_redirect"}
            assert OTHER not in wire.text

    asyncio.run(attack())


@pytest.mark.parametrize("thief", ["", "carl"])
def test_somebody_elses_tab_token_leads_to_an_empty_state(site: Program, thief: str) -> None:
    stolen = cookie_of(site, thief) if thief else ""

    async def attack() -> None:
        async with Wire(site.url, token="victim", cookie=cookie_of(site, "ann")) as victim:
            await victim.ask(OPEN_NETWORK)
            assert OTHER in victim.text
            async with Wire(site.url, token="victim", cookie=stolen) as beside:
                await beside.ask(f"{ROOT}.hydrate")
                assert OTHER not in beside.text
        async with Wire(site.url, token="victim", cookie=stolen) as after:
            await after.ask(f"{ROOT}.hydrate")
            assert OTHER not in after.text

    asyncio.run(attack())


def test_listening_under_a_stolen_token_hears_nothing(site: Program) -> None:
    """What is pushed goes to whoever holds the socket: a thief need not send anything."""
    ctx = runtime.build(Settings(database_url=f"sqlite:///{site.folder / 'pickwatch.db'}", var_dir=site.folder))

    def rename() -> None:
        with ctx.uow() as uow:
            put_locations(uow, [location("S2", name=f"{OTHER} renamed", groups=("east",))])

    async def attack() -> None:
        cookie = cookie_of(site, "ann")
        async with Wire(site.url, token="left", cookie=cookie) as victim:
            await victim.ask(OPEN_NETWORK)
        async with (
            Wire(site.url, token="left") as thief,
            Wire(site.url, token="witness", cookie=cookie) as witness,
        ):
            await witness.ask(OPEN_NETWORK)
            await asyncio.to_thread(rename)
            await witness.until(lambda: f"{OTHER} renamed" in witness.text)
            assert words(await thief.ask(OPEN_NETWORK)) == {"_redirect"}
            assert OTHER not in thief.text

    asyncio.run(attack())
    ctx.engine.dispose()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_another_sites_page_gets_no_websocket_even_with_the_cookie(site: Program, origin: str) -> None:
    cookie = cookie_of(site, "ann")

    async def attack() -> None:
        async with Wire(site.url, cookie=cookie, Origin=origin):
            pass

    with pytest.raises(socketio.exceptions.ConnectionError):
        asyncio.run(attack())
    polling = httpx.get(f"{site.url}/_event/?EIO=4&transport=polling", headers={"Cookie": cookie, "Origin": origin})
    assert polling.status_code == 403


@pytest.mark.parametrize("call", ["/api/auth/login", "/api/auth/logout"])
def test_another_sites_form_neither_signs_in_nor_out(site: Program, call: str) -> None:
    cookie = cookie_of(site, "ann")
    headers = {"Origin": "https://evil.example", "Cookie": cookie}
    fields = {"username": "root", "password": PASSWORD}
    answer = httpx.post(site.url + call, data=fields, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert httpx.get(f"{site.url}/api/v1/me", headers={"Cookie": cookie}).json()["name"] == "ann"


def test_answers_are_not_shared_with_other_sites(site: Program) -> None:
    for path in ("/api/v1/me", "/", "/_event/?EIO=4&transport=polling", "/ping"):
        answer = httpx.get(
            site.url + path, headers={"Origin": "https://evil.example", "Cookie": cookie_of(site, "ann")}
        )
        assert "access-control-allow-origin" not in answer.headers, path


def test_signing_out_empties_the_screen_that_is_still_open(site: Program) -> None:
    cookie = cookie_of(site, "ann")

    async def attack() -> None:
        async with Wire(site.url, cookie=cookie) as wire:
            shown = await wire.ask(OPEN_NETWORK)
            assert OTHER in json.dumps(shown)
            headers = {"Cookie": cookie, "Origin": site.url}
            await asyncio.to_thread(httpx.post, f"{site.url}/api/auth/logout", headers=headers)
            answer = await wire.ask(OPEN_NETWORK)
            assert words(answer) == {"_redirect"}
            assert states(answer)[f"{OPEN_NETWORK.removesuffix('.open')}.rows_rx_state_"] == []
            assert OTHER not in json.dumps(await wire.ask(f"{ROOT}.hydrate"))

    asyncio.run(attack())


def test_a_disabled_person_is_out_at_once(site: Program) -> None:
    cookie = cookie_of(site, "dora")

    async def attack() -> None:
        async with Wire(site.url, cookie=cookie) as wire:
            assert OTHER in json.dumps(await wire.ask(OPEN_NETWORK))
            await asyncio.to_thread(site.cli, "user", "disable", "dora")
            answer = await wire.ask(OPEN_NETWORK)
            assert OTHER not in json.dumps(answer)
            assert words(answer) == {"_redirect"}

    asyncio.run(attack())


def test_a_flood_is_cut_off_and_others_do_not_notice(site: Program) -> None:
    async def attack() -> None:
        async with Wire(site.url, token="flood") as flood:
            for _ in range(1000):
                if not flood._client.connected:
                    break
                await flood.send(OPEN_NETWORK)
            async with Wire(site.url, token="calm") as calm:
                assert words(await calm.ask(OPEN_NETWORK)) == {"_redirect"}
            assert len(flood.heard) < 300

    asyncio.run(attack())


#: Addresses that name what Carl may not see, in every way a page's address can.
ADDRESSES = ["/", "/?at=S2", "/?q=FORBIDDEN", "/?group=east", "/?at=S1", "/?wall=1", "/locations/S2", "/?page=2"]


def test_a_person_limited_to_one_place_is_never_sent_another(site: Program) -> None:
    async def everything(name: str) -> str:
        cookie = await asyncio.to_thread(cookie_of, site, name)
        heard = ""
        for number, address in enumerate(ADDRESSES):
            route = {"pathname": address.partition("?")[0], "asPath": address}
            for handler, registered in named(ours=True).items():
                async with Wire(site.url, cookie=cookie, token=f"{name}{number}{handler}") as wire:
                    arguments = dict.fromkeys(registered.handler._get_type_hints().keys() - {"return", "self"}, "S2")
                    await wire.ask(handler, arguments, **route)
                    heard += wire.text
        return heard

    async def attack() -> None:
        assert OTHER in await everything("ann")  # whoever may see it does, so the attack would notice
        limited = await everything("carl")
        assert MINE in limited
        assert OTHER not in limited

    asyncio.run(attack())


def test_a_person_limited_to_one_place_reads_no_other_over_the_api(site: Program) -> None:
    paths = sorted({route.path or "" for route in iter_route_contexts(API.routes) if "GET" in (route.methods or ())})
    for name in ("carl", "ann"):
        cookie = cookie_of(site, name)
        seen = ""
        for path in paths:
            for value in ("S2", "1", "2"):
                answer = httpx.get(site.url + _filled(path, value), headers={"Cookie": cookie}, timeout=30)
                assert answer.status_code < 500, path
                seen += answer.text
        assert (OTHER in seen) is (name == "ann" and "/api/v1/locations" in paths)


def _filled(path: str, value: str) -> str:
    return "/".join(value if part.startswith("{") else part for part in path.split("/"))


def test_the_log_keeps_neither_passwords_nor_sessions(site: Program) -> None:
    cookie = cookie_of(site, "ann")

    async def attack() -> None:
        async with Wire(site.url, cookie=cookie) as wire:
            for name in ("nobody.knows.this", f"{ROOT}.__init__", f"{ROOT}.open\n2026-11-27 INFO forged line"):
                await wire.ask(name, {"password": PASSWORD})
            await wire.ask(FIND, {"text": {"secret": PASSWORD}})

    asyncio.run(attack())
    assert "nobody.knows.this" in site.log  # it does tell that something odd came
    for text in (cookie.partition("=")[2], PASSWORD, "\n2026-11-27 INFO forged line"):
        assert text not in site.log


def test_a_limited_key_stays_limited(site: Program) -> None:
    ctx = runtime.build(Settings(database_url=f"sqlite:///{site.folder / 'pickwatch.db'}", var_dir=site.folder))
    with ctx.uow() as uow:
        key = create_key(uow, NewApiKey("carl's till", [Permission.NETWORK_READ], location_codes=["S1"]))
    ctx.engine.dispose()
    me = httpx.get(f"{site.url}/api/v1/me", headers={"Authorization": f"Bearer {key}"}).json()
    assert me["scope"] == {"locations": ["S1"], "groups": []}
    assert me["permissions"] == ["network:read"]
