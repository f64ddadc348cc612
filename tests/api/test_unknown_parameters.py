"""Every call that reads says which of its query parameters it does not have, beside all else that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from backend.api.app import create_api
from backend.context import Context
from models.enums import Permission
from tests.support.api import client_of


def reading_calls() -> Iterator[Any]:
    """Yield (path, names of its query parameters) of every GET that the description has."""
    description = create_api(lambda: pytest.fail("describing needs no database")).openapi()
    for path, item in description["paths"].items():
        if "get" in item and path.startswith("/api/v1/"):
            declared = [each["name"] for each in item["get"].get("parameters", []) if each["in"] == "query"]
            yield pytest.param(path, declared, id=path)


def filled(path: str) -> str:
    known = {"form": "html", "kind": "orders"}
    return re.sub(r"\{(\w+)\}", lambda part: known.get(part[1], "1"), path)


@pytest.fixture
def client(ctx: Context) -> TestClient:
    return client_of(ctx, Permission.ADMIN)


@pytest.mark.parametrize(("path", "declared"), reading_calls())
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_parameter_that_a_call_does_not_have_is_named(client: TestClient, path: str, declared: list[str]) -> None:
    answer = client.get(filled(path), params={"stauts": "late", "limt": "1"})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    unknown = [fault for fault in answer.json()["errors"] if fault["code"] == "extra_forbidden"]
    assert [fault["pointer"] for fault in unknown] == ["#query/stauts", "#query/limt"]
    for name in declared:
        told = client.get(filled(path), params={name: "1"})
        assert told.status_code != 422 or "extra_forbidden" not in told.text, name


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_unknown_parameters_are_named_with_all_other_faults(client: TestClient) -> None:
    answer = client.get("/api/v1/orders?limit=0&stauts=held&status=lost")
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {
        "#query/limit",
        "#query/stauts",
        "#query/status",
    }
    message = next(fault["message"] for fault in answer.json()["errors"] if fault["pointer"] == "#query/stauts")
    assert message.startswith("There is no such parameter; this call has ")
    assert "external_id" in message


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_may_not_ask_learns_nothing_of_parameters(ctx: Context) -> None:
    assert client_of(ctx).get("/api/v1/orders?stauts=held").status_code == 401
    others = client_of(ctx, Permission.PRODUCTS_WRITE)
    assert others.get("/api/v1/orders?stauts=held").status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_calls_that_write_refuse_them_too_and_change_nothing(client: TestClient) -> None:
    body = {"name": "A", "kind": "store", "time_zone": "UTC", "methods": ["ship"]}
    answer = client.put("/api/v1/locations/A?dry_run=1", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#query/dry_run")
    assert "this call has none" in answer.json()["errors"][0]["message"]
    assert client.get("/api/v1/locations/A").status_code == 404
