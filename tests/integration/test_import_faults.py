"""What is wrong with the rows of a file: all of it is named, and nothing is left out without a word."""

from __future__ import annotations

from backend.context import Context
from models.enums import ImportKind
from models.tables import OrderLine
from tests.support.imports import faults_of, upload, work
from tests.support.shop import open_shop, rows_of


def test_an_order_that_is_there_with_other_content_is_not_only_known(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 10, "cup": 10}})
    head = "external_id,channel,method,sku,quantity,unit_price\n"
    work(ctx, upload(ctx, head + "1,web,ship,tea,2,19.99\n2,web,ship,tea,1,1\n", ImportKind.ORDERS))
    rows = "1,web,ship,tea,5,19.99\n2,web,ship,tea,1,1\n2,web,pickup,tea,1,1\n"
    job = upload(ctx, head + rows, ImportKind.ORDERS)
    assert work(ctx, job) == {"status": "done", "rows": 3, "rows_done": 3, "taken": 0, "known": 0, "refused": 2}
    assert faults_of(ctx, job) == [
        (2, "/external_id: web has an order 1 already, with other content: lines."),
        (3, "/external_id: web has an order 2 already, with other content: lines."),
    ]
    assert [row["quantity"] for row in rows_of(ctx, OrderLine)] == [2, 1]


def test_everything_wrong_with_a_row_is_named(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 10}})
    head = "code,name,kind,time_zone,methods\n"
    places = upload(ctx, head + "X,X,castle,Mars/Olympus,ship\n", ImportKind.LOCATIONS)
    counts = upload(ctx, "location,sku,on_hand\nNOPE,NO,-1\n", ImportKind.STOCK)
    bought = upload(ctx, "external_id,channel,method,sku,quantity\n1,web,fly,NO,1\n", ImportKind.ORDERS)
    for job, pointers in (
        (places, ("/kind", "/time_zone")),
        (counts, ("/on_hand", "/location", "/sku")),
        (bought, ("/method", "/lines/0/sku")),
    ):
        assert work(ctx, job)["refused"] == 1
        ((_, words),) = faults_of(ctx, job)
        assert all(pointer in words for pointer in pointers), words


def test_a_quotation_mark_left_open_is_said(ctx: Context) -> None:
    job = upload(ctx, 'sku,name\nA,tea\nB,"unclosed\nC,second\nD,third\n', ImportKind.PRODUCTS)
    assert (work(ctx, job)["taken"], work(ctx, job)["refused"]) == (1, 1)
    ((line, words),) = faults_of(ctx, job)
    assert line == 3
    assert "is a quotation mark not closed?" in words
