"""Attacks on other people's data: their screens, their tabs' tokens, the places one may not see."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from backend.auth.keys import NewApiKey, create_key
from backend.auth.service import COOKIE
from backend.locations.service import put_locations
from models.enums import Permission
from tests.api.test_every_route_has_a_policy import API
from tests.support.attack import (
    HANDLERS,
    MINE,
    OPEN_NETWORK,
    OTHER,
    PASSWORD,
    cookie_of,
    database_of,
    states,
    words,
)
from tests.support.server import HANGS, Program
from tests.support.shop import location
from tests.support.wire import ROOT, Wire, run


def test_hydrating_without_a_session_shows_nobodys_data_and_no_secrets(site: Program) -> None:
    async def attack() -> None:
        async with Wire(site.url) as wire:
            for name in ("hydrate", "hydrate_and_load"):
                await wire.ask(f"{ROOT}.{name}")
            for text in (OTHER, MINE, '"ann"', '"carl"', "argon2", PASSWORD, '"pw_'):
                assert text not in wire.text

    run(attack())


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

    run(attack())


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

    run(attack())


def test_listening_under_a_stolen_token_hears_nothing(site: Program) -> None:
    """What is pushed goes to whoever holds the socket: a thief need not send anything."""

    def rename() -> None:
        with database_of(site) as ctx, ctx.uow() as uow:
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

    run(attack())


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

    run(attack())


def test_a_disabled_person_is_out_at_once(site: Program) -> None:
    cookie = cookie_of(site, "dora")

    async def attack() -> None:
        async with Wire(site.url, cookie=cookie) as wire:
            assert OTHER in json.dumps(await wire.ask(OPEN_NETWORK))
            await asyncio.to_thread(site.cli, "user", "disable", "dora")
            answer = await wire.ask(OPEN_NETWORK)
            assert OTHER not in json.dumps(answer)
            assert words(answer) == {"_redirect"}

    run(attack())


#: Addresses that name what Carl may not see, in every way a page's address can: at these, every handler is tried.
NAMING = ["/?at=S2", "/?q=FORBIDDEN", "/?group=east", "/locations/S2"]
#: Addresses that name nothing of it: at these, every handler that loads a page.
SILENT = ["/", "/?at=S1", "/?wall=1", "/?page=2"]
LOADS = {"open", "load", "show_news", "subscribe"}


def test_a_person_limited_to_one_place_is_never_sent_another(site: Program) -> None:
    ours = {n: h for n, h in HANDLERS.items() if h.states[0].__module__.startswith("dashboard.")}

    async def everything(name: str, addresses: list[str]) -> str:
        cookie = await asyncio.to_thread(cookie_of, site, name)
        heard = ""
        for number, address in enumerate(addresses):
            route = {"pathname": address.partition("?")[0], "asPath": address}
            for handler, registered in ours.items():
                if address in SILENT and registered.handler.fn.__name__ not in LOADS:
                    continue
                async with Wire(site.url, cookie=cookie, token=f"{name}{number}{handler}") as wire:
                    arguments = dict.fromkeys(registered.handler._get_type_hints().keys() - {"return", "self"}, "S2")
                    await wire.ask(handler, arguments, **route)
                    heard += wire.text
        return heard

    async def attack() -> None:
        assert OTHER in await everything("ann", NAMING[:1])  # whoever may see it does, so the attack would notice
        limited = await everything("carl", NAMING + SILENT)
        assert MINE in limited
        assert OTHER not in limited

    run(attack())


def test_a_person_limited_to_one_place_reads_no_other_over_the_api(site: Program) -> None:
    paths = sorted({route.path or "" for route in iter_route_contexts(API.routes) if "GET" in (route.methods or ())})
    for name in ("carl", "ann"):
        cookie = cookie_of(site, name)
        seen = ""
        for path in paths:
            for value in ("S2", "1", "2"):
                answer = httpx.get(site.url + _filled(path, value), headers={"Cookie": cookie}, timeout=HANGS)
                assert answer.status_code < 500, path
                seen += answer.text
        assert (OTHER in seen) is (name == "ann" and "/api/v1/locations" in paths)


def _filled(path: str, value: str) -> str:
    return "/".join(value if part.startswith("{") else part for part in path.split("/"))


def test_a_limited_key_stays_limited(site: Program) -> None:
    with database_of(site) as ctx, ctx.uow() as uow:
        key = create_key(uow, NewApiKey("carl's till", [Permission.NETWORK_READ], location_codes=["S1"]))
    me = httpx.get(f"{site.url}/api/v1/me", headers={"Authorization": f"Bearer {key}"}).json()
    assert me["scope"] == {"locations": ["S1"], "groups": []}
    assert me["permissions"] == ["network:read"]
