"""Real programs and a real browser, shared where that is safe: building the UI and starting them is the dear part."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from dashboard.built import ensure_built
from tests.support.attack import database_of, seed
from tests.support.browser import chromium_browser
from tests.support.server import Program

#: Files that take longest, longest first. Whoever is free takes the next file: what takes long must not come last.
LONGEST = (
    "test_every_page",
    "test_overlays",
    "test_attack_data",
    "test_keyboard",
    "test_attack",
    "test_moves_page",
    "test_kill_nine",
    "test_never_oversold",
    "test_workflow_pages",
    "test_channels_page",
    "test_availability_process",
    "test_orders_kill_nine",
    "test_network_map",
    "test_pick_steps",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is end to end, and begins with the longest files."""
    items.sort(key=_rank)
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(600))  # the first one also builds the UI and fills the demo network


def _rank(item: pytest.Item) -> int:
    if "e2e" not in item.path.parts:
        return -1
    return LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST)


@pytest.fixture(scope="session")
def built_ui() -> None:
    """Build the UI unless it is built and fresh."""
    ensure_built()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield one browser for the whole run; take a fresh `new_context` of it in each test."""
    with chromium_browser() as running:
        yield running


@pytest.fixture(scope="module")
def demo(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Yield the running demo network. Shared: look, do not change what other tests look at. It is never idle, and takes
    half a minute to fill: what needs it stands in one file, after which it ends."""
    with Program("up", "--demo", folder=tmp_path_factory.mktemp("demo")) as program:
        yield program


@pytest.fixture
def empty(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Yield a program of this test's own with nothing in it; webhooks may go to this machine."""
    settings = {"PICKWATCH_WEBHOOK_ALLOWED_HOSTS": '["127.0.0.1", "localhost"]'}
    with Program("up", "--empty", folder=tmp_path_factory.mktemp("empty"), **settings) as program:
        yield program


@pytest.fixture(scope="session")
def site(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Yield a running program for the attacks: two places and five people."""
    program = Program("up", "--empty", folder=tmp_path_factory.mktemp("attack"))
    with database_of(program) as ctx:
        seed(ctx)
    with program:
        yield program
