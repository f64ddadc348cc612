"""Attacks on the running program by raw websocket: events one may not send, or that no page would send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.auth.permissions import ROLE_PERMISSIONS
from dashboard.guard import policy_of
from models.enums import Permission, Role
from tests.support.attack import (
    FIND,
    HANDLERS,
    MINE,
    OPEN_NETWORK,
    OTHER,
    PASSWORD,
    REFUSED,
    SHOW_VIEW,
    cookie_of,
    states,
    words,
)
from tests.support.server import Program
from tests.support.wire import ROOT, Wire, run


def test_nobody_signed_in_runs_nothing_but_the_sign_in_page(site: Program) -> None:
    async def attack() -> None:
        for name, registered in HANDLERS.items():
            if policy_of(registered) == "public":
                continue
            async with Wire(site.url, token=f"nobody{name}") as wire:  # one tab alone may not ask so much at once
                answer = await wire.ask(name)
                assert states(answer) == {}, name
                assert words(answer) <= {"_redirect"}, name
                assert OTHER not in wire.text
                assert MINE not in wire.text

    run(attack())


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

    run(attack())


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

    run(attack())


@pytest.mark.parametrize("event", ["text", 5, None, [], {"name": 5}, {"name": "x", "payload": "y"}, {"payload": {}}])
def test_what_is_no_event_at_all_harms_nobody(site: Program, event: Any) -> None:
    async def attack() -> None:
        async with Wire(site.url, token="broken") as broken:
            await broken._client.emit("event", event, namespace="/_event")
            async with Wire(site.url, token="other") as other:
                assert words(await other.ask(OPEN_NETWORK)) == {"_redirect"}

    run(attack())


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

    run(attack())


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

    run(attack())


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

    run(attack())


def test_the_log_keeps_neither_passwords_nor_sessions(site: Program) -> None:
    cookie = cookie_of(site, "ann")

    async def attack() -> None:
        async with Wire(site.url, cookie=cookie) as wire:
            for name in ("nobody.knows.this", f"{ROOT}.__init__", f"{ROOT}.open\n2026-11-27 INFO forged line"):
                await wire.ask(name, {"password": PASSWORD})
            await wire.ask(FIND, {"text": {"secret": PASSWORD}})

    run(attack())
    assert "nobody.knows.this" in site.log  # it does tell that something odd came
    for text in (cookie.partition("=")[2], PASSWORD, "\n2026-11-27 INFO forged line"):
        assert text not in site.log
