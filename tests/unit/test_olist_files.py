"""Reading the Olist files: plain or gzip, the original's many geolocation rows, and every fault named at once."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from backend.simulation.olist.files import read_dataset
from models.errors import DomainError
from tests.support.olist_files import ITEMS, ORDERS, PLACES, SELLERS, item, order, write


def faults_of(directory: Path) -> dict[str, str]:
    """Return pointer → code of the refusal."""
    with pytest.raises(DomainError) as refused:
        read_dataset(directory)
    return {fault.pointer: fault.code for fault in refused.value.faults}


def append(path: Path, line: str) -> None:
    """Add a raw line."""
    with path.open("a") as stream:
        stream.write(line + "\n")


def test_plain_and_gzip_give_the_same(tmp_path: Path) -> None:
    """As the public download comes, or compressed file by file."""
    plain = write(tmp_path / "plain", orders=[order("o1")], items=[item("o1")])
    packed = tmp_path / "packed"
    packed.mkdir()
    for path in plain.iterdir():
        (packed / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert read_dataset(packed) == read_dataset(plain)


def test_a_prefix_with_many_rows_is_their_mean(tmp_path: Path) -> None:
    """The original geolocation file has a row per address."""
    dataset = read_dataset(write(tmp_path, orders=[order("o1")], items=[item("o1")]))
    assert dataset.places["01001"] == pytest.approx((-23.6, -46.6))


def test_missing_customers_and_items_of_left_out_orders_are_fine(tmp_path: Path) -> None:
    """A sample leaves some out."""
    dataset = read_dataset(write(tmp_path, orders=[order("o1", customer="gone")], items=[item("o1"), item("o2")]))
    assert set(dataset.orders) == {"o1"}


def test_every_missing_file_is_named(tmp_path: Path) -> None:
    """Not only the first."""
    directory = write(tmp_path, orders=[], items=[])
    (directory / ITEMS).unlink()
    (directory / SELLERS).unlink()
    assert faults_of(directory) == {ITEMS: "missing_file", SELLERS: "missing_file"}


def test_not_a_directory_is_said(tmp_path: Path) -> None:
    """The path is in the message."""
    with pytest.raises(DomainError, match="nowhere is not a directory"):
        read_dataset(tmp_path / "nowhere")


def test_all_faults_in_all_files_are_named_by_file_line_and_column(tmp_path: Path) -> None:
    """So that a file is repaired in one go."""
    directory = write(
        tmp_path,
        orders=[order("o1", approved="yesterday"), order("", purchased=""), order("o1")],
        items=[item("o1", price="ten"), item("o1"), item("o1", 2, seller="s9", limit="")],
    )
    append(directory / ORDERS, '"o7","c1"')
    append(directory / PLACES, '"01002","95","-46","x","SP"')
    assert faults_of(directory) == {
        f"{ORDERS}:2:order_approved_at": "not_a_time",
        f"{ORDERS}:3:order_id": "missing",
        f"{ORDERS}:3:order_purchase_timestamp": "missing",
        f"{ORDERS}:4:order_id": "duplicate",
        f"{ORDERS}:5": "column_count",
        f"{ITEMS}:2:price": "not_a_number",
        f"{ITEMS}:3:order_item_id": "duplicate",
        f"{ITEMS}:4:shipping_limit_date": "missing",
        f"{PLACES}:4:geolocation_lat": "out_of_range",
    }


def test_a_seller_that_is_not_in_the_sellers_file_is_named(tmp_path: Path) -> None:
    """He would be a location without a place, state or name."""
    directory = write(tmp_path, orders=[order("o1")], items=[item("o1"), item("o1", 2, seller="s9")])
    assert faults_of(directory) == {f"{ITEMS}:3:seller_id": "unknown_seller"}


def test_missing_columns_are_named(tmp_path: Path) -> None:
    """By name, on the header's line."""
    directory = write(tmp_path, orders=[order("o1")], items=[item("o1")])
    path = directory / ITEMS
    path.write_text(path.read_text().replace("seller_id", "vendor").replace("price", "cost"))
    assert faults_of(directory) == {f"{ITEMS}:1:seller_id": "missing_column", f"{ITEMS}:1:price": "missing_column"}


def test_a_cut_off_gzip_an_empty_file_and_binary_noise_are_named(tmp_path: Path) -> None:
    """Half-broken downloads."""
    directory = write(tmp_path, orders=[order(f"o{i}") for i in range(2000)], items=[item("o1")])
    whole = gzip.compress((directory / ORDERS).read_bytes())
    (directory / f"{ORDERS}.gz").write_bytes(whole[: len(whole) // 2])
    (directory / ORDERS).unlink()
    (directory / SELLERS).write_bytes(b"")
    (directory / ITEMS).write_bytes(b"\xff\xfe\x00\x81")
    faults = faults_of(directory)
    assert faults[f"{ORDERS}.gz"] == "unreadable"
    assert faults[f"{SELLERS}:1:seller_id"] == "missing_column"
    assert faults[ITEMS] == "not_utf8"


def test_a_broken_seller_file_is_not_blamed_on_the_items(tmp_path: Path) -> None:
    directory = write(tmp_path, orders=[order("o1")], items=[item("o1"), item("o1", 2)])
    sellers = directory / "olist_sellers_dataset.csv"
    sellers.write_text(sellers.read_text().replace("seller_state", "state"))
    with pytest.raises(DomainError) as refused:
        read_dataset(directory)
    assert [fault.code for fault in refused.value.faults] == ["missing_column"]
