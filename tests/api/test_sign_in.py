"""The forms of the sign-in page, as a browser posts them."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from backend.api.auth import safe_next
from backend.auth.service import COOKIE
from backend.auth.throttle import PER_USER
from backend.context import Context
from models.enums import Permission, Role
from tests.support.api import PASSWORD, SITE, client_of, person


@pytest.fixture
def browser(ctx: Context) -> TestClient:
    """Return a browser without a session, and make the manager Ann."""
    person(ctx, "ann", Role.MANAGER)
    client = client_of(ctx)
    client.headers["Origin"] = SITE
    return client


def login(browser: TestClient, **fields: str):  # type: ignore[no-untyped-def]
    return browser.post("/api/auth/login", data={"username": "ann", "password": PASSWORD, **fields})


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(browser: TestClient, ctx: Context) -> None:
    answer = login(browser, next="/locations/S1?tab=queue")
    assert (answer.status_code, answer.headers["location"]) == (303, "/locations/S1?tab=queue")
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=lax", "Path=/", f"Max-Age={ctx.settings.session_hours * 3600}"):
        assert part in cookie
    assert "Secure" not in cookie  # plain http on localhost must work
    assert answer.headers["cache-control"] == "no-store"
    assert browser.get("/api/v1/me").json()["name"] == "ann"


@pytest.mark.parametrize("secure_by", ["setting", "https"])
def test_the_cookie_is_secure_where_the_site_is(browser: TestClient, ctx: Context, secure_by: str) -> None:
    if secure_by == "setting":
        ctx.settings.secure_cookies = True
    else:
        browser.base_url = browser.base_url.copy_with(scheme="https")
    assert "; Secure" in login(browser).headers["set-cookie"]


@pytest.mark.parametrize(
    "fields", [{"password": "wrong horse!"}, {"username": "bob"}, {"username": ""}, {"password": ""}]
)
def test_a_wrong_sign_in_goes_back_to_the_form_and_says_nothing_more(
    browser: TestClient, fields: dict[str, str]
) -> None:
    answer = login(browser, next="/orders", **fields)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?error=unauthenticated&next=%2Forders"
    assert "set-cookie" not in answer.headers


def test_too_many_tries_are_told_when_to_come_back_whatever_address_they_claim(browser: TestClient) -> None:
    for number in range(PER_USER.failures):
        login(browser, password="wrong horse!")
        browser.headers["X-Forwarded-For"] = f"203.0.113.{number}"
    answer = login(browser)
    assert answer.headers["location"].startswith("/login?error=rate_limited&seconds=")
    assert 0 < int(answer.headers["retry-after"]) <= PER_USER.lockout.total_seconds()
    assert browser.get("/api/v1/me").status_code == 401


def test_signing_in_again_ends_the_session_the_browser_had(browser: TestClient) -> None:
    login(browser)
    first = browser.cookies[COOKIE]
    login(browser)
    second = browser.cookies[COOKIE]
    assert first != second
    browser.cookies.set(COOKIE, first, domain="testserver.local")
    assert browser.get("/api/v1/me", headers={"Cookie": f"{COOKIE}={first}"}).status_code == 401


def test_a_session_token_planted_before_signing_in_is_not_taken_over(browser: TestClient) -> None:
    planted = "A" * 43
    answer = browser.post(
        "/api/auth/login",
        data={"username": "ann", "password": PASSWORD},
        headers={"Cookie": f"{COOKIE}={planted}"},
    )
    assert answer.cookies[COOKIE] != planted
    assert browser.get("/api/v1/me", headers={"Cookie": f"{COOKIE}={planted}"}).status_code == 401


def test_signing_out_ends_the_session_and_takes_the_cookie_away(browser: TestClient) -> None:
    login(browser)
    token = browser.cookies[COOKIE]
    answer = browser.post("/api/auth/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert COOKIE not in browser.cookies
    assert browser.get("/api/v1/me", headers={"Cookie": f"{COOKIE}={token}"}).status_code == 401


@pytest.mark.parametrize("call", ["/api/auth/login", "/api/auth/logout"])
def test_following_a_link_neither_signs_in_nor_out(browser: TestClient, call: str) -> None:
    login(browser)
    assert browser.get(call).status_code == 405
    assert browser.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize("target", ["/", "/locations/S1", "/?status=at_risk&view=list", "/a#b", "/%2F%2Fevil.example"])
def test_a_path_of_this_site_is_gone_to(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "evil.example",
        " /x",
        "/x\r\nSet-Cookie: a=b",
        "/\u2028x",
        "/" + "x" * 3000,
        "/login?next=/login",
    ],
)
def test_any_other_address_becomes_the_start_page(target: str) -> None:
    assert safe_next(target) == "/"


def test_a_key_tells_who_it_is(ctx: Context) -> None:
    me = client_of(ctx, Permission.ORDERS_READ, Permission.NETWORK_READ).get("/api/v1/me")
    assert me.status_code == 200
    assert me.json() == {
        "kind": "api_key",
        "name": "key:test orders:read+network:read ",
        "permissions": ["network:read", "orders:read"],
        "scope": {"locations": [], "groups": []},
    }
    assert me.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer nonsense", "Basic YWRtaW46YWRtaW4=", "pw_a_b", "\xff"])
def test_a_bad_authorization_is_refused_even_beside_a_good_cookie(browser: TestClient, header: str) -> None:
    login(browser)
    answer = browser.get("/api/v1/me", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
