"""Where the paper of a shipment or a wave is: opened beside the page, by a link of its own. Pure."""

from __future__ import annotations

from dashboard.views.common import Paper


def of_shipment(shipment_id: int) -> list[Paper]:
    """Return the paper of a shipment."""
    here = f"/api/v1/shipments/{shipment_id}"
    return [Paper("Pick list", f"{here}/pick-list.html"), Paper("Packing slip", f"{here}/packing-slip.html")]


def of_wave(wave_id: int) -> list[Paper]:
    """Return the paper of a wave."""
    slips = f"/api/v1/packing-slips.html?wave={wave_id}"
    return [Paper("Pick list", f"/api/v1/waves/{wave_id}/pick-list.html"), Paper("Packing slips", slips)]
