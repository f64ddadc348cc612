"""What goes through every request: where it comes from, how big it is, and how strict the browser is told to be."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from backend.api.security import BODY_LIMIT, BULK_LIMIT, secure
from backend.config import Settings

SITE = "https://pickwatch.example"


def site(**settings: object) -> TestClient:
    """Return a program that accepts anything, behind the layers."""
    app = FastAPI()
    app.state.reached = 0

    @app.api_route("/{path:path}", methods=["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])
    async def anything(request: Request) -> dict[str, int]:
        size = len(await request.body())
        app.state.reached += 1
        return {"size": size}

    @app.websocket("/_event")
    async def live(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("in")
        await websocket.close()

    client = TestClient(secure(app, lambda: Settings(**settings)), base_url=SITE)
    client.app_state = app.state
    return client


UNSAFE = ["POST", "PUT", "PATCH", "DELETE"]
FOREIGN = [
    "https://evil.example",
    "https://pickwatch.example.evil.example",
    "https://evil.example/pickwatch.example",
    "https://pickwatch.example:8443",
    "https://pickwatch.example@evil.example",
    "null",
    "",
    "pickwatch.example",
    "file://pickwatch.example",
]


@pytest.mark.parametrize("method", UNSAFE)
@pytest.mark.parametrize("origin", FOREIGN)
def test_another_sites_page_changes_nothing(method: str, origin: str) -> None:
    client = site()
    answer = client.request(method, "/api/v1/x", headers={"Origin": origin, "Authorization": "Bearer pw_a_b"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert client.app_state.reached == 0


@pytest.mark.parametrize("method", UNSAFE)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": SITE},
        {"Origin": SITE.upper(), "Cookie": "a=b"},
        {},
        {"Authorization": "Bearer pw_a_b"},
        {"Authorization": "Bearer pw_a_b", "Cookie": "a=b"},
    ],
)
def test_our_own_pages_and_programs_get_through(method: str, headers: dict[str, str]) -> None:
    assert site().request(method, "/api/v1/x", headers=headers).status_code == 200


def test_a_cookie_without_an_origin_changes_nothing() -> None:
    assert site().post("/api/v1/x", headers={"Cookie": "a=b"}).status_code == 403
    assert site().get("/api/v1/x", headers={"Cookie": "a=b"}).status_code == 200


def test_the_public_address_counts_as_ours_behind_a_proxy_that_renames_the_host() -> None:
    client = site(base_url="https://ops.example")
    assert client.post("/x", headers={"Origin": "https://ops.example", "Host": "10.0.0.5:8000"}).status_code == 200
    assert client.post("/x", headers={"Origin": "https://evil.example", "Host": "10.0.0.5:8000"}).status_code == 403


@pytest.mark.parametrize("origin", FOREIGN)
def test_another_sites_page_opens_no_websocket(origin: str) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        site().websocket_connect("wss://pickwatch.example/_event", headers={"Origin": origin}),
    ):
        pass
    assert refused.value.code == 1008


@pytest.mark.parametrize("headers", [{"Origin": SITE}, {}])
def test_our_own_page_opens_a_websocket(headers: dict[str, str]) -> None:
    with site().websocket_connect("wss://pickwatch.example/_event", headers=headers) as live:
        assert live.receive_text() == "in"


def test_the_websockets_fallback_over_http_is_guarded_even_when_reading() -> None:
    assert site().get("/_event/?EIO=4", headers={"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize(
    ("path", "limit"), [("/api/v1/orders", BODY_LIMIT), ("/api/v1/orders/batch", BULK_LIMIT), ("/", BODY_LIMIT)]
)
def test_a_body_has_a_limit_whether_its_length_is_told_or_not(path: str, limit: int) -> None:
    client = site()
    assert client.post(path, content=b"x" * limit).json() == {"size": limit}
    assert client.post(path, content=iter([b"x" * (limit // 2)] * 2)).json() == {"size": limit}
    assert client.app_state.reached == 2
    for content in (b"x" * (limit + 1), iter([b"x" * (limit // 2)] * 3)):
        answer = client.post(path, content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.app_state.reached == 2


@pytest.mark.parametrize("length", ["-1", "abc", "1e9"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    assert site().post("/", content=b"x", headers={"Content-Length": length}).status_code == 413


@pytest.mark.parametrize("path", ["/", "/api/v1/x", "/assets/app.js", "/nowhere"])
def test_every_answer_tells_the_browser_to_be_strict(path: str) -> None:
    headers = site().get(path).headers
    policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["frame-src"] == policy["base-uri"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert "http" not in json.dumps(policy)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers


def test_only_the_pages_own_inline_scripts_run() -> None:
    async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("x")(scope, receive, send)

    client = TestClient(secure(nothing, Settings, scripts=["'sha256-abc='", "'sha256-def='"]), base_url=SITE)
    rules = client.get("/").headers["content-security-policy"].split("; ")
    assert "script-src 'self' 'sha256-abc=' 'sha256-def='" in rules
    assert "unsafe-eval" not in rules


def test_refusals_are_dressed_too() -> None:
    headers = site().post("/", headers={"Origin": "https://evil.example"}).headers
    assert "content-security-policy" in headers


def test_a_tile_server_is_the_only_foreign_place_for_images() -> None:
    policy = site(tile_url="https://{s}.tiles.example/{z}/{x}/{y}.png").get("/").headers["content-security-policy"]
    assert "img-src 'self' data: blob: https://*.tiles.example;" in policy
    assert policy.count("tiles.example") == 1


def test_https_is_insisted_on_where_cookies_are_secure() -> None:
    assert "max-age" in site(secure_cookies=True).get("/").headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("path", "caching"),
    [
        ("/assets/app-abc.js", "public, max-age=31536000, immutable"),
        ("/vendor/leaflet.css", "public, max-age=31536000, immutable"),
        ("/api/v1/me", "no-store"),
        ("/", "no-cache"),
    ],
)
def test_caching(path: str, caching: str) -> None:
    assert site().get(path).headers["cache-control"] == caching
