"""Waves, bins and wave rules over HTTP: versions, keys sent twice, every fault named, scopes kept."""

from __future__ import annotations

from backend.context import Context
from models.enums import Permission
from models.tables import PickWave, StockBin, WaveRule
from tests.support.api import client_of
from tests.support.shop import location, open_shop, row_counts, rows_of
from tests.support.waves import open_aisles, plan, wait_for_picking

WRITE = (Permission.WAVES_WRITE, Permission.SHIPMENTS_WRITE, Permission.ORDERS_READ)
WAVES, RULE, BINS = "/api/v1/waves", "/api/v1/locations/CHI/wave-rules/noon", "/api/v1/locations/CHI/bins"


def test_a_wave_from_preview_to_close(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1}, {"rye": 1, "soap": 2}])
    client = client_of(ctx, *WRITE)
    before = row_counts(ctx)
    seen = client.post(f"{WAVES}/plan", json={"location": "CHI"})
    assert seen.status_code == 200
    assert sorted(one["id"] for one in seen.json()["waves"][0]["shipments"]) == ids
    assert (seen.json()["left_out"], row_counts(ctx)) == ([], before)
    made = client.post(WAVES, json={"location": "CHI"}, headers={"Idempotency-Key": "k1"})
    again = client.post(WAVES, json={"location": "CHI"}, headers={"Idempotency-Key": "k1"})
    assert (made.status_code, again.status_code, again.json()) == (201, 201, made.json())
    assert len(rows_of(ctx, PickWave)) == 1
    wave = made.json()["items"][0]
    assert (wave["number"], wave["status"], wave["next"]) == (1, "planned", ["release", "cancel"])
    assert client.post(WAVES, json={"location": "CHI"}).status_code == 200  # nothing is left to plan
    here = f"{WAVES}/{wave['id']}"
    released = client.post(f"{here}/release", headers={"If-Match": '"1"'})
    assert (released.status_code, released.headers["etag"]) == (200, '"2"')
    assert client.post(f"{here}/pick", headers={"If-Match": '"1"'}).status_code == 412
    assert client.post(f"{here}/pick").json()["status"] == "picking"
    assert client.post(f"{here}/release").status_code == 409
    closed = client.post(f"{here}/close", json={"recovery": True})
    assert (closed.status_code, closed.json()["status"], len(closed.json()["recovery"])) == (200, "closed", 1)
    listed = client.get(WAVES, params={"location": "CHI", "status": ["planned", "closed"], "limit": 1}).json()
    rest = client.get(WAVES, params={"location": "CHI", "after": listed["next"]}).json()
    assert [item["number"] for item in listed["items"] + rest["items"]] == [2, 1]
    assert client.get(WAVES, params={"status": "picking"}).json() == {"items": [], "next": None}
    read = client.get(here)
    assert [stop["bin"] for stop in read.json()["walk"]] == ["A-01-1", "B-01-1", "C-09-1"]
    assert (
        client.post(f"{WAVES}/{listed['items'][0]['id']}/cancel", json={"reason": "x"}).json()["status"] == "cancelled"
    )


def test_wrong_plans_are_refused_with_every_fault(ctx: Context) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}])
    client = client_of(ctx, *WRITE)
    before = row_counts(ctx)
    bad = {"location": "XXX", "settings": {"max_shipments": 0, "lines": "some", "fun": 1}}
    answer = client.post(WAVES, json=bad)
    assert answer.status_code == 422
    pointers = {fault["pointer"] for fault in answer.json()["errors"]}
    assert pointers == {"/location", "/settings/max_shipments", "/settings/lines", "/settings/fun"}
    assert client.post(WAVES, json={"location": "XXX"}).status_code == 404
    assert client.post(WAVES, json={"location": "CHI", "rule": "none"}).status_code == 404
    strange = client.post(WAVES, json={"location": "CHI", "shipments": [4711]})
    assert (strange.status_code, strange.json()["errors"][0]["pointer"]) == (422, "/shipments/0")
    assert row_counts(ctx) == before


def test_others_see_and_change_nothing(ctx: Context) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}])
    (wave_id,) = plan(ctx)
    open_shop(ctx, {"NYC": {"tea": 1}}, NYC=location("NYC"))
    elsewhere = client_of(ctx, *WRITE, Permission.INVENTORY_WRITE, Permission.INVENTORY_READ, locations=["NYC"])
    assert elsewhere.get(WAVES).json()["items"] == []
    assert elsewhere.get(f"{WAVES}/{wave_id}").status_code == 404
    for command in ("release", "pick", "close", "cancel"):
        assert elsewhere.post(f"{WAVES}/{wave_id}/{command}").status_code == 404, command
    assert elsewhere.post(WAVES, json={"location": "CHI"}).status_code == 404
    assert elsewhere.get(BINS).status_code == 404
    assert elsewhere.put(RULE, json={"name": "x", "settings": {}}).status_code == 404
    reader = client_of(ctx, Permission.ORDERS_READ)
    assert reader.post(f"{WAVES}/plan", json={"location": "CHI"}).status_code == 200
    assert reader.post(WAVES, json={"location": "CHI"}).status_code == 403
    assert reader.post(f"{WAVES}/{wave_id}/close").status_code == 403
    assert [row["status"] for row in rows_of(ctx, PickWave)] == ["planned"]


def test_rules_are_made_edited_and_used(ctx: Context) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}, {"tea": 1}])
    client = client_of(ctx, *WRITE)
    stated = {"name": "Noon", "settings": {"max_shipments": 1, "schedule": {"at": ["12:00"]}}}
    made = client.put(RULE, json=stated)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert made.json()["next_run_at"] == "2026-11-27T18:00:00Z"
    assert client.put(RULE, json=stated).headers["etag"] == '"1"'
    assert client.put(RULE, json={**stated, "active": False}, headers={"If-Match": '"7"'}).status_code == 412
    off = client.put(RULE, json={**stated, "active": False}, headers={"If-Match": '"1"'})
    assert (off.status_code, off.json()["next_run_at"]) == (200, None)
    bad = client.put(RULE, json={"name": "", "settings": {"carts": 2, "schedule": {"at": ["25:00"]}}})
    assert {fault["pointer"] for fault in bad.json()["errors"]} == {"/name", "/settings/schedule/at/0"}
    both = client.put(RULE, json={**stated, "settings": {"carts": 2, "schedule": {}}})
    assert {fault["pointer"] for fault in both.json()["errors"]} == {"/settings/slots_per_cart", "/settings/schedule"}
    assert [item["code"] for item in client.get("/api/v1/locations/CHI/wave-rules").json()["items"]] == ["noon"]
    assert client.get(RULE).json()["settings"]["max_shipments"] == 1
    used = client.post(WAVES, json={"location": "CHI", "rule": "noon"}).json()["items"]
    assert [(wave["rule"], wave["shipments"]) for wave in used] == [("noon", 1), ("noon", 1)]
    assert len(rows_of(ctx, WaveRule)) == 1


def test_bins_are_stated_product_by_product(ctx: Context) -> None:
    open_aisles(ctx)
    client = client_of(ctx, Permission.INVENTORY_WRITE, Permission.INVENTORY_READ)
    tea = {"sku": "tea", "bins": [{"bin": "Z-1", "zone": "Z", "units": 5}, {"bin": "A-9"}]}
    assert client.put(BINS, json={"items": [tea, {"sku": "soap", "bins": []}]}).json() == {"count": 2}
    first = client.get(BINS, params={"limit": 2}).json()
    rest = client.get(BINS, params={"after": first["next"]}).json()["items"]
    assert [(item["bin"], item["sku"], item["units"]) for item in first["items"] + rest] == [
        ("A-02-1", "milk", None),
        ("A-9", "tea", None),
        ("B-01-1", "rye", None),
        ("Z-1", "tea", 5),
    ]
    before = rows_of(ctx, StockBin)
    bad = {"items": [{"sku": "jam", "bins": []}, tea, tea, {"sku": "rye", "bins": [{"bin": "Q"}, {"bin": "Q"}]}]}
    answer = client.put(BINS, json=bad)
    assert {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]} == {
        ("/items/0/sku", "unknown_sku"),
        ("/items/2/sku", "duplicate"),
        ("/items/3/bins/1/bin", "duplicate"),
    }
    assert rows_of(ctx, StockBin) == before


def test_a_wave_is_closed_by_count_and_every_wrong_count_is_named(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 2}, {"rye": 3}])
    (wave_id,) = plan(ctx, released=True)
    client, here = client_of(ctx, *WRITE), f"{WAVES}/{wave_id}"
    before = row_counts(ctx), rows_of(ctx, PickWave)
    shape = {"picked": [{"shipment": ids[0], "sku": "tea", "picked": -1}, {"shipment": 0, "sku": "", "units": 1}]}
    refused = client.post(f"{here}/close", json=shape)
    pointers = {fault["pointer"] for fault in refused.json()["errors"]}
    at = "/picked/1"
    wanted = {"/picked/0/picked", f"{at}/shipment", f"{at}/sku", f"{at}/picked", f"{at}/units"}
    assert (refused.status_code, pointers) == (422, wanted)
    wrong = [{"shipment": ids[0], "sku": "tea", "picked": 3}, {"shipment": ids[1], "sku": "tea", "picked": 1}]
    refused = client.post(f"{here}/close", json={"picked": wrong})
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/picked/0/picked", "/picked/1/sku"]
    assert (row_counts(ctx), rows_of(ctx, PickWave)) == before
    right = [{"shipment": ids[0], "sku": "tea", "picked": 2}, {"shipment": ids[1], "sku": "rye", "picked": 1}]
    closed = client.post(f"{here}/close", json={"picked": right})
    assert (closed.status_code, closed.json()["status"], closed.json()["picked"]) == (200, "closed", 3)
    shares = {member["id"]: member["share"] for member in closed.json()["members"]}
    assert shares == {ids[0]: "picked", ids[1]: "removed"}
    assert len(closed.json()["recovery"]) == 1
