"""The alert policies that a new installation starts with; managers edit them. They are documents like any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_STORM = {"more_than": 3, "within_s": 60, "by": "region"}


def _to(*words: str) -> list[dict[str, Any]]:
    return [{"field": "data.to", "op": "in", "value": list(words)}]


#: As long as `within_s`: until then it is known whether a location is alone, and a storm pages once per region.
_WAIT = 60

DEFAULT_POLICIES: Mapping[str, dict[str, Any]] = {
    "location-sla": {
        "title": "Location in trouble",
        "description": "A location turned At Risk (a warning) or Non-Compliant (critical); over when it recovered.",
        "level": "location",
        "severity": "critical",
        "raise": [
            {"type": "sla.location.changed", "where": _to("at_risk"), "severity": "warning"},
            {"type": "sla.location.changed", "where": _to("non_compliant")},
        ],
        "clear": [{"type": "sla.location.changed"}],
        "wait_s": _WAIT,
        "repeat_s": 4 * 3600,
        "storm": _STORM,
        "says": "{data.name} ({location}) is {data.to}: {data.open} open",
        "clears": "Late and at-risk work is below the thresholds again, and stays there for the hold time.",
        "runbook": """1. Open the location: the worst shipments are on top.
2. Is it one thing or everything? One order on hold is a customer's case. Everything sliding means that work comes in
   faster than it goes out: compare open work with the trend chart and with the hours until closing.
3. Pick what is due first: [release the next wave](pickwatch:release). Move work that cannot be done in time:
   [hand 20 shipments to others](pickwatch:reassign?shipments=20).
4. Late shipments stay late: what counts now is the next ones. Tell customer service which orders are late.
5. When the location cannot recover today, close it for new orders until it has, or
   [give it 10 orders at most for 4 hours](pickwatch:cap?orders=10&for=4h).
6. Somebody is at it? [Acknowledge](pickwatch:acknowledge). It is known and cannot be helped?
   [Silence it for 2 hours](pickwatch:silence?for=2h).""",
    },
    "vip-shipment-late": {
        "title": "VIP shipment late",
        "description": "A shipment of a customer of the highest tiers is past its time.",
        "level": "shipment",
        "severity": "error",
        "raise": [
            {
                "type": "sla.shipment.changed",
                "where": [
                    *_to("non_compliant"),
                    {"field": "data.customer_tier", "op": "in", "value": ["vip", "platinum", "gold"]},
                ],
            }
        ],
        "clear": [{"type": "sla.shipment.changed"}, {"type": "shipment.cancelled"}],
        "wait_s": _WAIT,
        "storm": {"more_than": 5, "within_s": 60, "by": "region"},
        "says": "Late for a {data.customer_tier} customer: shipment {data.shipment} at {location}",
        "clears": "The shipment leaves, or is moved to a location that can still make it.",
        "runbook": """1. Open the order: where is the shipment, and who has it?
2. Can it still leave today? Pick it now, or reassign it to a location with stock.
3. Call the customer before he calls.""",
    },
    "location-stalled": {
        "title": "Location stalled",
        "description": "There is work, the location is open, and nothing moved for a while.",
        "level": "location",
        "severity": "warning",
        "raise": [{"type": "location.stalled"}],
        "clear": [{"type": "location.moving"}],
        "wait_s": _WAIT,
        "repeat_s": 4 * 3600,
        "storm": _STORM,
        "says": "{data.name} ({location}): {data.open} open, nothing moves",
        "clears": "Any step of any of its shipments, or no open work.",
        "runbook": """1. Is somebody there? Call the location.
2. Is it the scanner, the printer, the connection? Then nothing is wrong but what we see.
3. If nobody can work there now, [give it nothing for 2 hours](pickwatch:cap?orders=0&for=2h) and
   [hand 20 shipments to others](pickwatch:reassign?shipments=20).""",
    },
    "order-without-location": {
        "title": "No location for an order",
        "description": "Routing found no location that could take an order or a part of it.",
        "level": "network",
        "severity": "warning",
        "raise": [{"type": "order.unassigned"}],
        "clear": [
            {"type": "order.routed"},
            {"type": "order.cancelled"},
            {"type": "order.backordered"},
            {"type": "order.fulfilled"},
        ],
        "group_by": [],
        "lasts_s": 7 * 24 * 3600,
        "wait_s": _WAIT,
        "update_s": 1800,
        "says": "{count} orders without a location",
        "clears": "The orders are routed, backordered or cancelled.",
        "runbook": """1. Open one of the orders: its routing trace says why every location was passed over.
2. Is it stock? Look at availability of the product, at blocks and at ring-fences.
3. Is it a rule? A filter that nothing passes shows in the trace of each order.
4. Is it capacity? Caps and daily limits are on the location page.""",
    },
    "channel-unhealthy": {
        "title": "Channel unhealthy",
        "description": "A channel takes no messages: broken, or disabled by its receiver.",
        "level": "network",
        "severity": "error",
        "raise": [{"type": "channel.unhealthy"}],
        "clear": [
            {"type": "channel.recovered"},
            {"type": "channel.changed", "where": [{"field": "data.change", "op": "is", "value": "deleted"}]},
        ],
        "subject": "data.code",
        "says": "Channel {data.code} takes no messages: {data.reason}",
        "clears": "A message is delivered through it, or it is deleted.",
        "runbook": """1. The Deliveries page shows what the receiver answered.
2. Repair the receiver or its key, send a test, then replay what is dead.
3. Until then others have to be told by another channel.""",
    },
    "location-data-stale": {
        "title": "Location silent",
        "description": "A location has open work, and nothing was heard from it for too long.",
        "level": "location",
        "severity": "warning",
        "raise": [{"type": "location.stale"}],
        "clear": [{"type": "location.fresh"}],
        "wait_s": _WAIT,
        "storm": _STORM,
        "says": "{data.name} ({location}) is silent: what is shown of it may be old",
        "clears": "Any sign of life of the location.",
        "runbook": """1. The colour before is unknown, not good.
   Look at the system that reports for it: is it down, is its API key revoked?
2. `/readyz` and `/metrics` tell whether it is us: a lag of the sequencer or of the tick is named there.""",
    },
}
