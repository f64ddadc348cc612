"""Workflows over HTTP, and shipments that go by them."""

from __future__ import annotations

import copy

import pytest
from starlette.testclient import TestClient

from backend.context import Context
from backend.fulfillment.defaults import DEFAULT_DOCUMENTS, EXAMPLE_FORK
from models.enums import Method, Permission
from models.tables import Workflow
from tests.support.api import client_of
from tests.support.shop import location, open_shop, order, place, rows_of

URL = "/api/v1/workflows"
ALL = (Permission.ORDERS_READ, Permission.SHIPMENTS_WRITE, Permission.WORKFLOWS_WRITE)


@pytest.fixture
def api(ctx: Context) -> TestClient:
    open_shop(ctx, {"CHI": {"tea": 9}}, CHI=location("CHI", groups=("gift",)))
    return client_of(ctx, *ALL)


def test_what_is_built_in_is_read_like_any_other(api: TestClient) -> None:
    assert [item["code"] for item in api.get(URL).json()["items"]] == sorted(method.value for method in Method)
    shown = api.get(f"{URL}/pickup")
    assert (shown.json()["version"], shown.json()["status"], shown.headers["etag"]) == (0, "active", '"0"')
    assert shown.json()["document"] == DEFAULT_DOCUMENTS[Method.PICKUP]
    assert api.get(f"{URL}/pickup/versions").json() == {"items": [], "next": None}
    assert api.get(f"{URL}/nothing").status_code == 404
    assert api.get(f"{URL}/schema").json()["title"] == "Pickwatch workflow"


def test_a_fork_is_saved_activated_worked_by_and_retired(api: TestClient, ctx: Context) -> None:
    saved = api.put(
        f"{URL}/gift-ship", json=EXAMPLE_FORK, params={"note": "for the season"}, headers={"If-Match": '"0"'}
    )
    assert (saved.status_code, saved.json()["status"], saved.json()["note"]) == (201, "draft", "for the season")
    assert api.put(f"{URL}/gift-ship", json=EXAMPLE_FORK, headers={"If-Match": '"7"'}).status_code == 412
    assert api.post(f"{URL}/gift-ship/activate").json()["active"] == 1
    path = f"/api/v1/shipments/{place(ctx, order('A-1'))[0].shipments[0].id}"
    assert api.post(f"{path}/pick").json()["workflow"] == {"code": "gift-ship", "version": 1}
    refused = api.post(f"{path}/pack")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    (check,) = api.get(path).json()["next_steps"]
    assert (check["code"], check["action"], check["status"], check["asks"][0]["options"]) == (
        "check",
        "step",
        None,
        ["good", "repacked"],
    )
    bad = api.post(f"{path}/steps/check", json={"inputs": {"result": "so so"}})
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/inputs/result")
    done = api.post(f"{path}/steps/check", json={"inputs": {"result": "good"}}).json()
    assert (done["status"], done["step"], done["next"]) == ("picked", "check", ["packed"])
    assert api.post(f"{path}/steps/fly").status_code == 404
    undone = api.post(f"{path}/undo", headers={"If-Match": f'"{done["version"]}"'}).json()
    assert (undone["step"], undone["version"]) == ("pick", done["version"] + 1)
    assert api.post(f"{path}/undo", headers={"If-Match": f'"{done["version"]}"'}).status_code == 412
    journal = api.get(f"{path}/steps").json()["items"]
    assert [(item["step"], item["undone_at"] is None) for item in journal] == [("pick", True), ("check", False)]
    assert api.post(f"{URL}/gift-ship/retire").json()["active"] is None
    assert api.post(f"{URL}/gift-ship/retire").status_code == 409
    assert [row["status"] for row in rows_of(ctx, Workflow)] == ["retired"]


def test_a_bad_document_is_refused_with_every_fault(api: TestClient, ctx: Context) -> None:
    document = copy.deepcopy(EXAMPLE_FORK) | {"group": "nowhere"}
    document["steps"][1]["code"] = "accept"
    refused = api.put(f"{URL}/gift-ship", json=document)
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/group", "/steps/1/code"]
    assert rows_of(ctx, Workflow) == []


def test_writing_needs_the_permission(api: TestClient, ctx: Context) -> None:
    reader = client_of(ctx, Permission.ORDERS_READ, Permission.SHIPMENTS_WRITE)
    assert reader.get(f"{URL}/ship").status_code == 200
    for call in (reader.put(f"{URL}/x", json=EXAMPLE_FORK), reader.post(f"{URL}/ship/activate")):
        assert call.status_code == 403
