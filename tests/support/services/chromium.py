"""A Chromium that Playwright can drive: installed, downloaded by Playwright, or from the package manager."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from tests.support.services.packages import Unavailable, install

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)

#: Chromium phones home at every start; a test must talk to nobody but the server under test.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)


def flags() -> list[str]:
    """Return the command line for tests; root (a container) cannot use Chromium's sandbox."""
    return [*FLAGS, "--no-sandbox"] if os.getuid() == 0 else list(FLAGS)


def executable() -> str:
    """Return the path of a browser that really starts. Raises Unavailable when none can be had."""
    if found := _working():
        return found
    _download()
    if found := _working():
        return found
    install("Chromium", apt="chromium", brew="--cask chromium")
    if found := _working():
        return found
    raise Unavailable("No Chromium starts here. Install Chromium or Chrome and set PICKWATCH_TEST_BROWSER to its path.")


def _working() -> str | None:
    return next((path for path in _candidates() if _starts(path)), None)


def _candidates() -> Iterator[str]:
    for name in NAMES:
        if path := shutil.which(name):
            yield path
    yield from (place for place in PLACES if Path(place).exists())
    with sync_playwright() as playwright:
        downloaded = playwright.chromium.executable_path
    if Path(downloaded).exists():
        yield downloaded


def _starts(path: str) -> bool:
    # Asking for the version is not enough: Ubuntu's chromium-browser may be a stub, a download may lack libraries.
    with suppress(Error), sync_playwright() as playwright:
        playwright.chromium.launch(executable_path=path, args=flags(), timeout=30_000).close()
        return True
    return False


def _download() -> None:
    print("No browser found; asking Playwright to download one", flush=True)
    # With --with-deps it also installs the shared libraries, for which it needs root.
    extra = ["--with-deps"] if os.getuid() == 0 and sys.platform == "linux" else []
    command = [sys.executable, "-m", "playwright", "install", *extra, "chromium"]
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(command, stdin=subprocess.DEVNULL, check=False, timeout=300)
