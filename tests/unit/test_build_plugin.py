"""What the build adds to Reflex's: own addresses, and files of others with their licences."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.build import FRONTEND_PACKAGES, copy_vendor, same_origin
from dashboard.netmap.vendor import MAP_PACKAGES, Package

TOY = Package("toy", "1.2.3", ("dist/toy.js",))


def test_no_host_or_port_is_left_in_the_built_pages() -> None:
    script, count = same_origin('{PING:"http://localhost:8000/ping",EVENT:`ws://localhost:8000/_event`}')
    assert count == 2
    assert "localhost" not in script
    assert "location.origin.replace(/^http/,`ws`)+`/_event`" in script


def test_a_package_is_copied_with_its_licence(tmp_path: Path) -> None:
    modules, static = tmp_path / "node_modules", tmp_path / "static"
    (modules / "toy" / "dist").mkdir(parents=True)
    (modules / "toy" / "dist" / "toy.js").write_text("toy")
    (modules / "toy" / "LICENSE").write_text("free")
    copy_vendor(TOY, modules=modules, static=static)
    assert (static / "vendor" / "toy" / "dist" / "toy.js").read_text() == "toy"
    assert (static / "vendor" / "toy" / "LICENSE").read_text() == "free"


@pytest.mark.parametrize("missing", ["LICENSE", "dist/toy.js"])
def test_a_package_without_its_licence_or_a_file_stops_the_build(tmp_path: Path, missing: str) -> None:
    modules = tmp_path / "node_modules"
    for file in {"LICENSE", "dist/toy.js"} - {missing}:
        (modules / "toy" / file).parent.mkdir(parents=True, exist_ok=True)
        (modules / "toy" / file).write_text("x")
    with pytest.raises((LookupError, FileNotFoundError)):
        copy_vendor(TOY, modules=modules, static=tmp_path / "static")


def test_exact_versions_are_asked_for() -> None:
    assert {package.spec for package in MAP_PACKAGES} <= set(FRONTEND_PACKAGES)
    assert all("@" in spec and spec.rsplit("@", 1)[1][0].isdigit() for spec in FRONTEND_PACKAGES)
