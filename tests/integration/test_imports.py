"""Files of rows: good ones are taken, bad ones named by line, and running it again changes nothing."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from backend.api.schemas.inventory import CountIn
from backend.api.schemas.locations import NamedLocationIn
from backend.api.schemas.orders import OrderIn
from backend.commands import imports
from backend.commands.import_rows import join_order_lines, read_rows
from backend.commands.imports import Report, load, write_counts
from backend.context import Context
from backend.locations.service import put_locations
from backend.orders import service as orders
from models.tables import Event, Location, Order, OrderLine
from tests.support.shop import open_shop, rows_of, stock_of

LOCATIONS = """code,name,kind,time_zone,methods,latitude,longitude,groups,hours
CHI,Chicago,store,America/Chicago,ship|pickup,41.88,-87.63,midwest|loop,"{""weekly"": {""mon"": [""09:00-21:00""]}}"
BAD1,Nowhere,shop,America/Chicago,ship,north,,,
BAD2,Mars,store,Mars/Olympus,ship,,,,
WEB,Web,warehouse,UTC,ship,,,,
"""


def last(reports: object) -> Report:
    *_, report = reports  # type: ignore[misc]
    return report


def take_locations(ctx: Context, path: Path) -> Report:
    return last(
        load(
            ctx,
            read_rows(path),
            NamedLocationIn,
            lambda uow, items: put_locations(uow, [i.to_input(i.code) for i in items]),
        )
    )


def test_good_locations_are_taken_and_bad_ones_named_by_line(ctx: Context, tmp_path: Path) -> None:
    file = tmp_path / "locations.csv"
    file.write_text(LOCATIONS)
    report = take_locations(ctx, file)
    assert report.taken == 2
    assert [line for line, _ in report.bad] == [3, 4]
    assert "/kind" in report.bad[0][1]
    assert "/latitude" in report.bad[0][1]
    assert "Mars/Olympus" in report.bad[1][1]
    chicago, _ = rows_of(ctx, Location)
    assert (chicago["latitude"], chicago["methods"], chicago["groups"]) == (
        41.88,
        ["ship", "pickup"],
        ["midwest", "loop"],
    )
    events = len(rows_of(ctx, Event))
    assert take_locations(ctx, file).taken == 2
    assert len(rows_of(ctx, Event)) == events


def test_orders_join_their_lines_and_a_second_run_knows_them(ctx: Context, tmp_path: Path) -> None:
    open_shop(ctx, {"CHI": {"tea": 10, "cup": 10}})
    file = tmp_path / "orders.csv.gz"
    rows = "external_id,channel,method,sku,quantity,unit_price,ship_to.latitude,ship_to.longitude\n"
    rows += "1,web,ship,tea,2,19.99,41.8,-87.6\n1,web,ship,cup,1,5,41.8,-87.6\n"
    rows += "2,web,ship,tea,zero,1,,\n3,web,ship,cup,1,1,,\n"
    file.write_bytes(gzip.compress(rows.encode()))

    def run() -> Report:
        documents = join_order_lines(read_rows(file))
        return last(load(ctx, documents, OrderIn, lambda uow, items: orders.place(uow, [i.to_input() for i in items])))

    first = run()
    assert (first.taken, first.known, [line for line, _ in first.bad]) == (2, 0, [4])
    assert [(row["sku"], row["unit_price_minor"]) for row in rows_of(ctx, OrderLine)] == [
        ("tea", 1999),
        ("cup", 500),
        ("cup", 100),
    ]
    again = run()
    assert (again.taken, again.known, len(again.bad)) == (0, 2, 1)
    assert len(rows_of(ctx, Order)) == 2


def test_stock_comes_as_lines_of_json_and_what_cannot_be_stored_is_named(ctx: Context, tmp_path: Path) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}})
    file = tmp_path / "stock.ndjson"
    good = {"location": "CHI", "sku": "tea", "on_hand": 7}
    lines = [
        json.dumps(good),
        "",
        "{not json",
        "[1]",
        json.dumps({**good, "sku": "a\x00"}),
        json.dumps({**good, "sku": "no"}),
    ]
    file.write_text("\n".join(lines))
    report = last(load(ctx, read_rows(file), CountIn, write_counts))
    assert (report.taken, [line for line, _ in report.bad]) == (1, [3, 4, 5, 6])
    assert stock_of(ctx) == (7, 0)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "orders.xlsx"
    file.write_text("x")
    with pytest.raises(ValueError, match=r"expected \.csv"):
        list(read_rows(file))


def test_every_kind_of_file_has_its_command() -> None:
    assert {command.name for command in imports.imports.registered_commands} == {
        "locations",
        "products",
        "stock",
        "orders",
    }
