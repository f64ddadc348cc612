"""The whole suite, fast ones first: `python -m tests [PYTEST ARGUMENTS]`; what `make test` runs.

Tests that only need a database run on all cores (each has a database of its own); those that drive a real program or
a real browser run one after the other, so that they do not starve each other.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from tests.support.services import services

PARALLEL = ["-n", "logical", "--dist", "worksteal", "--ignore=tests/e2e", "--ignore=tests/house"]
ONE_BY_ONE = ["tests/e2e", "--durations=15"]

NOTHING_COLLECTED = 5


def run(title: str, arguments: list[str], environment: dict[str, str]) -> int:
    """Run pytest once and return its exit code; a selection (-k) that matches nothing here is not a failure."""
    print(f"\n── {title}: pytest {' '.join(arguments)}", flush=True)
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", *arguments]
    code = subprocess.run(command, env=os.environ | environment, check=False).returncode
    print(f"── {title}: {time.monotonic() - started:.0f} s", flush=True)
    return 0 if code == NOTHING_COLLECTED and len(sys.argv) > 1 else code


def main() -> int:
    """Return 0 when everything passed."""
    chosen = sys.argv[1:]
    with services() as environment:
        for name, value in environment.items():
            print(f"{name}={value}", flush=True)
        fast = run("fast tests", [*PARALLEL, "--durations=15", *chosen], environment)
        # A broken core breaks everything above it: reading one report is enough.
        return fast or run("real programs", [*ONE_BY_ONE, *chosen], environment)


if __name__ == "__main__":
    sys.exit(main())
