"""Builds the UI once: `python -m dashboard.built` does nothing when what is built matches the sources.
Not here: what is built (`dashboard/app.py`, `rxconfig.py`, `dashboard/build.py`) and how it is served."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import ssl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = ROOT / ".web" / "built"
INDEX = ROOT / ".web" / "build" / "client" / "index.html"

#: What the built pages are made from. `models` because its words stand on the pages.
SOURCES = ("dashboard", "models", "assets", "reflex.lock/bun.lock", "rxconfig.py", "requirements.lock")
IGNORED = {"__pycache__", ".DS_Store"}


def fingerprint(root: Path = ROOT) -> str:
    """Return a digest over the names and contents of everything the UI is built from."""
    digest = hashlib.sha256()
    for source in SOURCES:
        path = root / source
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and not IGNORED & set(file.parts):
                digest.update(f"{file.relative_to(root)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def is_built(root: Path = ROOT) -> bool:
    """Return whether the built UI is there and matches the sources."""
    stamp = root / STAMP.relative_to(ROOT)
    return (
        (root / INDEX.relative_to(ROOT)).exists()
        and stamp.exists()
        and stamp.read_text(encoding="utf-8") == fingerprint(root)
    )


def ensure_built() -> None:
    """Build when needed; several processes may ask at once. Raises CalledProcessError when the build fails."""
    if is_built():
        return
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_built():  # someone else built it while we waited
            return
        STAMP.unlink(missing_ok=True)
        before = fingerprint()
        _export()
        _tidy(ROOT / "reflex.lock" / "package.json")
        STAMP.write_text(before, encoding="utf-8")


def _tidy(package: Path) -> None:
    # Reflex writes it in one line or in many, as it happens; always the same way keeps the checkout clean.
    if package.exists():
        package.write_text(json.dumps(json.loads(package.read_text()), indent=2), encoding="utf-8")


def _export() -> None:
    sys.stdout.write("Building the UI (once, about a minute on the first run) …\n")
    sys.stdout.flush()
    environment = os.environ | {"TELEMETRY_ENABLED": "false", "REFLEX_CHECK_LATEST_VERSION": "false"}
    if authorities := _trusted_authorities():
        environment["NODE_EXTRA_CA_CERTS"] = authorities
    command = [sys.executable, "-m", "reflex", "export", "--no-zip", "--loglevel", "warning"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)  # noqa: S603 our own arguments only


def _trusted_authorities() -> str | None:
    # bun brings its own list and ignores the system's, so that behind a company's proxy pip would work and bun not.
    named = [
        os.environ.get(name) for name in ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT")
    ]
    known = [ssl.get_default_verify_paths().cafile, "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem"]
    return next((path for path in (*named, *known) if path and Path(path).is_file()), None)


def main() -> int:
    """Return 0, or the exit code of a build that failed."""
    try:
        ensure_built()
    except subprocess.CalledProcessError as error:
        sys.stderr.write(
            "The UI could not be built; the reason stands above. The build downloads from the npm registry: behind a\n"
            "proxy set HTTPS_PROXY, NODE_EXTRA_CA_CERTS or npm_config_registry as for npm, then try again.\n"
        )
        return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
