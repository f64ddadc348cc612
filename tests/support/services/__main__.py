"""`python -m tests.support.services [COMMAND ...]`: run a command with the services there, or list them."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.support.services import services


def main() -> int:
    """Return the exit code of the command."""
    with services() as environment:
        for name, value in environment.items():
            print(f"{name}={value}", flush=True)
        if len(sys.argv) == 1:
            return 0
        return subprocess.run(sys.argv[1:], env=os.environ | environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
