"""Calls that do not exist are answered as the API answers, not as a page."""

from __future__ import annotations

import pytest

from backend.context import Context
from tests.support.api import client_of


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/api/", "/api/v1/nothing", "/api/v1/me/", "/api/v2/me"])
def test_an_unknown_call_is_a_problem_document(ctx: Context, method: str, path: str) -> None:
    answer = client_of(ctx).request(method, path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "BREW", "PATCH"])
def test_a_method_that_no_call_has_is_a_problem_document(ctx: Context, method: str) -> None:
    answer = client_of(ctx).request(method, "/api/v1/orders")
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
    assert answer.json()["code"] == "method_not_allowed"
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("sku", ["a%0Ab", "%0D", "x%7F", "a%00"])
def test_an_address_with_control_characters_is_a_problem_document(ctx: Context, sku: str) -> None:
    answer = client_of(ctx).get(f"/api/v1/products/{sku}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "bad_address"


def test_a_known_call_with_the_wrong_method_says_which_are_right(ctx: Context) -> None:
    answer = client_of(ctx).delete("/api/v1/me")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
