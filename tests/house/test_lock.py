"""The lock files hold what `pyproject.toml` asks for, and nothing without a hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]

WANTED = [
    *[("requirements.lock", wanted) for wanted in [*PROJECT["dependencies"], *EXTRAS["build"]]],
    *[("requirements-dev.lock", wanted) for wanted in [*PROJECT["dependencies"], *EXTRAS["build"], *EXTRAS["dev"]]],
]


def entries(lock: str) -> list[tuple[str, str, str]]:
    """Return (name, version, the rest of the entry with its hashes)."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return re.findall(r"^([A-Za-z0-9._-]+)==(\S+)((?:.*\n(?=[ ]))*.*)", text, re.MULTILINE)


@pytest.mark.parametrize(("lock", "wanted"), WANTED)
def test_lock_satisfies(lock: str, wanted: str) -> None:
    requirement = Requirement(wanted)
    versions = [v for found, v, _ in entries(lock) if canonicalize_name(found) == canonicalize_name(requirement.name)]
    assert versions, f"{requirement.name} is not in {lock}: run make lock"
    for version in versions:
        assert requirement.specifier.contains(version, prereleases=True), f"{wanted}, locked {version}: run make lock"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_everything_is_pinned_with_hashes(lock: str) -> None:
    locked = entries(lock)
    assert len(locked) > 40
    assert [found for found, _, rest in locked if "--hash=sha256:" not in rest] == []


def test_developers_run_what_users_run() -> None:
    developers = {(found, version) for found, version, _ in entries("requirements-dev.lock")}
    assert {(found, version) for found, version, _ in entries("requirements.lock")} <= developers
