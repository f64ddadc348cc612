"""`make bench`, or `python -m bench [NAME ...]`: run benches and print their figures in one table each."""

from __future__ import annotations

import importlib
import os
import platform
import sys
import time

from bench.harness import Figure, calibration, show

#: In this order; each is a module of this package with `run() -> Iterable[Figure]`.
BENCHES = (
    "start",
    "route",
    "sla",
    "orders",
    "oversell",
    "availability",
    "olist_routing",
    "brunel",
    "waves",
    "webhooks",
    "alerts_prometheus",
    "alertmanager_e2e",
    "alert_storm",
    "alert_delivery",
    "alert_kills",
    "page",
    "scans",
    "floor",
    "lighthouse",
)


def main(chosen: list[str]) -> int:
    """Run the chosen benches, or all. Returns 1 only when one could not run."""
    unknown = set(chosen) - set(BENCHES)
    if unknown:
        print(f"No such bench: {', '.join(sorted(unknown))}. There are: {', '.join(BENCHES)}.")
        return 2
    loop = calibration()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} CPUs.")
    print(f"× loop: as many calibration loops; one takes {loop.median:.2f} ms here.\n", flush=True)
    broken = 0
    for name in chosen or BENCHES:
        started = time.monotonic()
        print(f"── {name}", flush=True)
        try:
            figures: list[Figure] = list(importlib.import_module(f"bench.{name}").run())
        except Exception as error:  # one broken bench must not hide the figures of the others
            print(f"could not run: {error!r}\n", flush=True)
            broken = 1
            continue
        print(f"{show(figures)}\n{time.monotonic() - started:.0f} s\n", flush=True)
    return broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
