"""Small facts about which network a database holds (`SystemFact`). Not here: what the networks are."""

from __future__ import annotations

from typing import Any

from backend.persistence.uow import Uow
from models.tables import SystemFact

#: Which network this is: {"kind": "demo", "seed": ...} or {"kind": "replay", ...}; absent for a real one.
NETWORK = "network"
#: Where the demo stands: {"reached": instant}.
DEMO = "demo"


def read(uow: Uow, name: str) -> dict[str, Any]:
    """Return the fact's value, empty when it is not known."""
    found = uow.session.get(SystemFact, name)
    return dict(found.value) if found is not None else {}


def update(uow: Uow, name: str, values: dict[str, Any]) -> None:
    """Set some keys of a fact and keep the others."""
    found = uow.session.get(SystemFact, name)
    if found is None:
        uow.session.add(SystemFact(name=name, value=values, updated_at=uow.now))
        return
    found.value = {**found.value, **values}
    found.updated_at = uow.now
    uow.session.add(found)
