"""`python -m tests.checks`: what can be said without running the program; what `make check` runs."""

from __future__ import annotations

import sys

from tests.stages import CHECKS, run

if __name__ == "__main__":
    sys.exit(run(CHECKS, {}))
