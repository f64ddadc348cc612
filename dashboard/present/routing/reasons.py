"""Why something has no place, or a place was left out, in words. Pure."""

from __future__ import annotations

REASONS = {
    "no_route_matches": "No route of the strategy takes it",
    "routing_failed": "Routing failed on it, as the log tells",
    "too_many_attempts": "Tried too often",
    "given_location_unknown": "The chosen location does not exist",
    "given_location_closed": "The chosen location is closed",
    "given_location_paused_method": "The chosen location takes no new work of this method for now",
    "given_location_lacks_method": "The chosen location does not offer the method",
    "given_location_lacks_stock": "The chosen location lacks stock",
    "given_location_left_out": "The chosen location was left out",
    "no_location_has_stock": "No location has stock",
    "no_location_has_all_stock": "No location has all of it",
    "no_open_location_offers_method": "No open location offers the method",
    "every_location_with_stock_left_out": "Every location with stock was left out",
    "not_enough_stock": "Not enough stock in all locations together",
    "split_limit": "It would take more parcels than allowed",
}

LEFT_OUT = {
    "closed": "Closed by hand",
    "method": "Does not offer the method",
    "group": "Not among the locations of the scenario",
    "closing": "Closes before it could finish",
    "cutoff": "Would miss the carrier today",
    "refused": "Gave this order back before",
    "limit": "Was given as much as it may be",
    "blocked": "The product is blocked there",
    "filter": "Left out by a filter",
}


def reason_words(reason: str) -> str:
    """Return a reason in words; a word that is not known here as it stands."""
    return REASONS.get(reason) or (reason.replace("_", " ").capitalize() if reason else "No reason kept")
