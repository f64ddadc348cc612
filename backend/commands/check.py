"""`pickwatch check`: whether everything that must always be true is."""

from __future__ import annotations

import typer
from rich.console import Console

from backend import runtime
from backend.invariants import violations


def check() -> None:
    """Check the invariants of stock, orders, shipments and health; exit 1 when one is broken."""
    console = Console()
    with runtime.build().read() as uow:
        broken = violations(uow)
    for violation in broken:
        console.print(f"[red]broken[/] {violation.rule}: {violation.count:,} rows", highlight=False)
        for example in violation.examples:
            console.print(f"  {example}", highlight=False, markup=False)
    if broken:
        raise typer.Exit(1)
    console.print("All invariants hold.")
