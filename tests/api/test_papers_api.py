"""Printing over HTTP: who may, what it holds, and what somebody who means harm gets."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

import pypdfium2
import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from backend.catalog.service import ProductInput, put_products
from backend.context import Context
from backend.locations.service import put_locations
from backend.persistence.bulk import insert_rows, table_of
from backend.waves.bins import BinInput, ProductBins, put_bins
from models.enums import Permission, Role
from models.floor import WaveStatus
from models.tables import Location, Parcel, Shipment
from tests.support.api import PASSWORD, SITE, client_of, person
from tests.support.picking import record, scan, shelves, to_pick, wave_of
from tests.support.shop import location, order, place, row_counts

EVIL = "</td><script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def ids(ctx: Context) -> list[int]:
    """Return two shipments of the store CHI."""
    shelves(ctx, tea=20, cup=20)
    with ctx.uow() as uow:
        put_bins(uow, "CHI", [ProductBins(sku, (BinInput(at, at[0]),)) for sku, at in (("tea", "B-1"), ("cup", "A-2"))])
    return to_pick(ctx, {"tea": 2, "cup": 1}, {"tea": 4})


def reader(ctx: Context, **limits: Any) -> TestClient:
    return client_of(ctx, Permission.ORDERS_READ, **limits)


def pdf_text(body: bytes) -> str:
    pages = pypdfium2.PdfDocument(body)
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pages)


def paths(ids: list[int], wave: int) -> list[str]:
    return [
        f"shipments/{ids[0]}/pick-list",
        f"shipments/{ids[0]}/packing-slip",
        f"waves/{wave}/pick-list",
        f"packing-slips.?wave={wave}",
        f"packing-slips.?shipment={ids[0]}&shipment={ids[1]}",
    ]


def address(path: str, form: str) -> str:
    return "/api/v1/" + (path.replace(".?", f".{form}?") if "?" in path else f"{path}.{form}")


def test_every_paper_comes_in_both_forms_and_is_kept_nowhere(ctx: Context, ids: list[int]) -> None:
    wave = wave_of(ctx, ids)
    client, before = reader(ctx), row_counts(ctx)
    for path in paths(ids, wave):
        page = client.get(address(path, "html"))
        file = client.get(address(path, "pdf"))
        assert (page.status_code, file.status_code) == (200, 200), (path, page.text[:300], file.text[:300])
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert file.headers["content-type"] == "application/pdf"
        assert re.fullmatch(r'inline; filename="[a-z0-9-]+\.pdf"', file.headers["content-disposition"])
        assert file.content.startswith(b"%PDF-")
        for answer in (page, file):
            assert answer.headers["cache-control"] == "private, no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
        assert "Product tea" in page.text
        assert "Product tea" in pdf_text(file.content)
    assert row_counts(ctx) == before, "opening paper changes nothing"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_may_run_its_own_button_and_load_nothing(ctx: Context, ids: list[int]) -> None:
    page = reader(ctx).get(f"/api/v1/shipments/{ids[0]}/pick-list.html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", page.text, re.DOTALL)
        assert f"'sha256-{b64encode(sha256(inside.encode()).digest()).decode()}'" in policy
    assert re.findall(r"(?:src|href)=\"([^\"]+)\"", page.text) == [f"/api/v1/shipments/{ids[0]}/pick-list.pdf"]
    assert " style=" not in page.text


def test_the_walk_is_that_of_the_pick_page(ctx: Context, ids: list[int]) -> None:
    record(ctx, scan("BAR-tea", shipment_id=ids[0]))
    text = reader(ctx).get(f"/api/v1/shipments/{ids[0]}/pick-list.html").text
    assert text.index("A-2") < text.index("B-1")
    assert "1 picked already" in text
    assert "BAR-tea" in text
    assert "Zone A" in text


def test_a_wave_takes_the_units_of_a_bin_together_and_names_their_slots(ctx: Context, ids: list[int]) -> None:
    wave = wave_of(ctx, ids, status=WaveStatus.RELEASED)
    text = pdf_text(reader(ctx).get(f"/api/v1/waves/{wave}/pick-list.pdf").content)
    assert f"Pick list: wave {wave}" in text
    assert "1: 2 2: 4 6" in text, "six teas, two for the first slot, four for the second"


def test_a_slip_has_parcels_and_neither_prices_nor_the_pickup_code(ctx: Context, ids: list[int]) -> None:
    with ctx.uow() as uow:
        table = table_of(Shipment)
        uow.session.execute(table.update().where(table.c.id == ids[0]).values(pickup_code="735190", held=True))
        parcel = {"shipment_id": ids[0], "number": 1, "box": "Box M", "weight_g": 1250, "carrier": None}
        insert_rows(
            uow.session, Parcel, [{**parcel, "tracking_number": "1Z9", "contents": [{"sku": "tea", "quantity": 2}]}]
        )
    client = reader(ctx)
    for path in ("packing-slip", "pick-list"):
        for form in ("html", "pdf"):
            body = client.get(f"/api/v1/shipments/{ids[0]}/{path}.{form}")
            text = pdf_text(body.content) if form == "pdf" else body.text
            assert "735190" not in text
            assert "$" not in text
            assert "On hold" in text
            if path == "packing-slip":
                assert "Box M" in text
                assert "1.25 kg" in text
                assert "2 × tea" in text


def test_a_transfer_goes_to_a_location_and_names_no_customer(ctx: Context) -> None:
    shelves(ctx, tea=5)
    customer = {"customer": {"name": "Ann Lee"}, "ship_to": {"street": "Main St 1"}}
    (placed,) = place(ctx, order("T-1", lines={"tea": 1}, **customer))
    id_ = placed.shipments[0].id
    client = reader(ctx)
    assert "Ann Lee<br>Main St 1" in client.get(f"/api/v1/shipments/{id_}/packing-slip.html").text
    with ctx.uow() as uow:
        put_locations(uow, [location("NY", name="New York", attributes={"street": "Broadway 2"})])
        there = uow.session.execute(
            sa.select(table_of(Location).c.id).where(table_of(Location).c.code == "NY")
        ).scalar_one()
        table = table_of(Shipment)
        uow.session.execute(table.update().where(table.c.id == id_).values(method="transfer", to_location_id=there))
    slip = client.get(f"/api/v1/shipments/{id_}/packing-slip.html").text
    assert "New York (NY)<br>Broadway 2" in slip
    assert "Ann Lee" not in slip
    assert "Main St" not in slip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_names_from_elsewhere_are_text(ctx: Context, ids: list[int]) -> None:
    there = {"name": EVIL, "street": EVIL, "city": "Šárka 東京"}
    with ctx.uow() as uow:
        put_products(uow, [ProductInput("tea", EVIL, barcodes=(EVIL[:60],))])
    (evil,) = place(ctx, order(EVIL[:60], lines={"tea": 1}, customer={"name": EVIL}, ship_to=there))
    id_ = evil.shipments[0].id
    client = reader(ctx)
    for path in ("pick-list", "packing-slip"):
        page = client.get(f"/api/v1/shipments/{id_}/{path}.html")
        assert page.text.count("<script") == 1
        assert "<img" not in page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
        file = client.get(f"/api/v1/shipments/{id_}/{path}.pdf")
        assert "<script>alert(1)</script>" in pdf_text(file.content)
        assert file.headers["content-disposition"] == f'inline; filename="{path}-{id_}.pdf"'
        for active in (b"/JavaScript", b"/JS", b"/URI", b"/Launch"):
            assert active not in file.content
    reflected = client.get(f"/api/v1/shipments/{id_}/pick-list.html", params={"x": '"><script>alert(3)</script>'})
    assert "alert(3)" not in reflected.text


def test_another_stores_paper_is_not_there(ctx: Context, ids: list[int]) -> None:
    wave = wave_of(ctx, ids)
    with ctx.uow() as uow:
        put_locations(uow, [location("NY")])
    client = reader(ctx, locations=["NY"])
    for path in paths(ids, wave):
        for form in ("html", "pdf"):
            assert client.get(address(path, form)).status_code == 404, path
    allowed = reader(ctx, locations=["CHI"])
    assert allowed.get(address(paths(ids, wave)[0], "pdf")).status_code == 200
    mixed = allowed.get("/api/v1/packing-slips.pdf", params={"shipment": [ids[0], 999_999]})
    assert (mixed.status_code, "999999" in mixed.text) == (404, True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_prints_without_a_session_or_the_permission(ctx: Context, ids: list[int]) -> None:
    wave = wave_of(ctx, ids)
    wrong = client_of(ctx, Permission.NETWORK_READ, Permission.SHIPMENTS_WRITE)
    person(ctx, "ann", Role.FULFILLER)
    browser = client_of(ctx)
    signed_in = browser.post(
        "/api/auth/login", data={"username": "ann", "password": PASSWORD}, headers={"Origin": SITE}
    )
    assert signed_in.status_code == 303
    for path in paths(ids, wave):
        assert client_of(ctx).get(address(path, "pdf")).status_code == 401
        assert wrong.get(address(path, "html")).status_code == 403
        assert browser.get(address(path, "html")).status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_printed_is_said(ctx: Context, ids: list[int]) -> None:
    client = reader(ctx)
    for path in (
        "shipments/0/pick-list.pdf",
        f"shipments/{2**63}/pick-list.pdf",
        "shipments/-1/packing-slip.html",
        "shipments/1e3/packing-slip.html",
        f"waves/{2**63}/pick-list.html",
        f"shipments/{ids[0]}/pick-list.docx",
        f"shipments/{ids[0]}/pick-list.pdf?paper=a0",
        "packing-slips.pdf",
        f"packing-slips.pdf?wave=1&shipment={ids[0]}",
        f"packing-slips.pdf?wave={2**63}",
        f"packing-slips.pdf?shipment={2**63}",
        "packing-slips.pdf?" + "&".join(f"shipment={n}" for n in range(1, 202)),
    ):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 422, (path, answer.text[:200])
        assert answer.json()["errors"], path
    assert client.get("/api/v1/shipments/999999/pick-list.pdf").status_code == 404
    assert client.get("/api/v1/waves/999999/pick-list.pdf").status_code == 404
    assert client.post(f"/api/v1/shipments/{ids[0]}/pick-list.pdf").status_code == 405
    assert client.get(f"/api/v1/shipments/{ids[0]}/pick-list").json()["lines"], "the list as data is where it was"
