"""Installs system packages, and runs servers as somebody who is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any


class Unavailable(SystemExit):
    """Something can neither be found nor installed; the text says what to do."""


def install(what: str, *, apt: str, brew: str) -> None:
    """Install a program by apt-get or brew. Raises Unavailable with the command to run by hand."""
    if shutil.which("apt-get"):
        command = [*_root(), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-qy", apt]
        _apt_update()
    elif shutil.which("brew"):
        command = ["brew", "install", *brew.split()]
    else:
        raise Unavailable(f"The tests need {what}. Please install it with this system's package manager.")
    print(f"Installing {what}: {' '.join(command)}", flush=True)
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
        raise Unavailable(f"Installing {what} failed. Please run it by hand: {' '.join(command)}")


@lru_cache(maxsize=1)
def _apt_update() -> None:
    subprocess.run([*_root(), "apt-get", "update", "-q"], stdin=subprocess.DEVNULL, check=False)


def _root() -> list[str]:
    if os.getuid() == 0:
        return []
    return ["sudo", "-n"] if shutil.which("sudo") else []


def program(name: str, *folders: str) -> str | None:
    """Return the path of an executable on PATH or in one of the folders (globs, newest version first)."""
    if found := shutil.which(name):
        return found
    for pattern in folders:
        matches = sorted(Path("/").glob(f"{pattern.lstrip('/')}/{name}"), key=_version)
        if matches:
            return str(matches[-1])
    return None


def _version(path: Path) -> list[int]:
    return [int(part) for part in path.as_posix().replace("@", "/").split("/") if part.isdigit()]


def unprivileged(folder: Path) -> dict[str, Any]:
    """Return arguments for subprocess that drop root and give `folder` to that user; nothing when not root."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, user.pw_uid, user.pw_gid)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": folder}
    raise Unavailable("PostgreSQL does not run as root, and there is neither a user postgres nor nobody.")
