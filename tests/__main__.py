"""The whole suite, fast ones first: `python -m tests [PYTEST ARGUMENTS]`; what `make test` runs.

Tests that only need a database run on all cores (each has a database of its own); those that drive a real program or
a real browser run two at a time, each file in one process, so that its programs are started once and the tests do not
starve each other. A stage that fails does not end the run: one run names everything that is wrong.
"""

from __future__ import annotations

import sys

from tests.stages import CHECKS, pytest_stage, run
from tests.support.services import services

PARALLEL = ("-n", "logical", "--dist", "worksteal", "--ignore=tests/e2e", "--ignore=tests/house", "--durations=15")
#: In the order of `LONGEST` in tests/e2e/conftest.py: xdist itself would begin with the files of most tests.
BY_FILE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "tests/e2e", "--durations=15")
STAGES = (
    pytest_stage("fast tests", *PARALLEL),
    pytest_stage("real programs", *BY_FILE),
)


def main() -> int:
    """Return 0 when everything passed."""
    chosen = sys.argv[1:]
    with services() as environment:
        for name, value in environment.items():
            print(f"{name}={value}", flush=True)
        return run(STAGES if chosen else (*CHECKS, *STAGES), environment, selection=chosen)


if __name__ == "__main__":
    sys.exit(main())
