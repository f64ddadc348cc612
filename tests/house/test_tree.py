"""What may not be in the tree: addresses of strangers, secrets, names of somebody's machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

#: Namespaces and homes that are written down, never loaded.
HARMLESS = re.compile(r"https?://(www\.w3\.org|localhost|127\.0\.0\.1|[\w.-]*example(\.(com|net|org|internal))?)\b")
LOADED = {".css", ".js", ".jsx", ".html", ".svg", ".json", ".webmanifest"}
SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bxox[abp]-[0-9A-Za-z-]{20,}|\bsk_live_[0-9A-Za-z]{16,}|\bpypi-[A-Za-z0-9_-]{40,}"
)
BINARY = {".png", ".ico", ".woff2", ".gz", ".db"}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


TEXTS = [path for path in tracked() if path.suffix not in BINARY and "lock" not in path.name]


def test_assets_load_nothing_from_elsewhere() -> None:
    faults = []
    for path in TEXTS:
        if path.suffix not in LOADED or not {"assets", "dashboard"} & set(path.relative_to(ROOT).parts[:1]):
            continue
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        faults += [
            f"{path.relative_to(ROOT)}: {u}" for u in re.findall(r"https?://[^\s\"')]+", text) if not HARMLESS.match(u)
        ]
    assert faults == []


def test_no_secrets() -> None:
    assert [path.name for path in TEXTS if SECRETS.search(path.read_text(encoding="utf-8", errors="ignore"))] == []


def test_scripts_are_executable() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


@pytest.mark.parametrize("generated", [".web", "var", ".venv"])
def test_generated_folders_are_not_tracked(generated: str) -> None:
    listed = subprocess.run(["git", "ls-files", generated], cwd=ROOT, capture_output=True, text=True, check=True)
    assert listed.stdout == ""
