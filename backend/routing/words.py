"""The closed sets of words in a strategy document and in a trace."""

from __future__ import annotations

from enum import StrEnum


class Op(StrEnum):
    """How a filter compares."""

    EQUAL = "equal"
    NOT_EQUAL = "not_equal"
    GREATER = "greater"
    LESS = "less"
    GREATER_OR_EQUAL = "greater_or_equal"
    LESS_OR_EQUAL = "less_or_equal"
    IN = "in"
    NOT_IN = "not_in"
    BETWEEN = "between"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    CONTAINS = "contains"
    SUBSET = "subset"


class SortBy(StrEnum):
    """What candidates are ranked by, the smallest first."""

    DISTANCE = "distance"
    RANK = "rank"
    COST = "cost"
    STOCK = "stock"
    LOAD = "load"
    RANDOM = "random"
    ATTRIBUTE = "attribute"


class After(StrEnum):
    """What happens when no single location has everything, when none has anything, or with what a split left over."""

    NEXT = "next"
    RESTART = "restart"
    SPLIT_BY_LINE = "split_by_line"
    SPLIT_BY_QUANTITY = "split_by_quantity"
    UNASSIGNED = "unassigned"
    BACKORDER = "backorder"
    CUSTOMER_CARE = "customer_care"
    CANCEL = "cancel"


SPLITS = (After.SPLIT_BY_LINE, After.SPLIT_BY_QUANTITY)

#: What ends an order's routing: the word of a leftover's `action` for each.
ENDS = {
    After.UNASSIGNED: "unassigned",
    After.BACKORDER: "backordered",
    After.CUSTOMER_CARE: "customer_care",
    After.CANCEL: "cancel",
}


class Choice(StrEnum):
    """How a split chooses its locations."""

    FEWEST_SHIPMENTS = "fewest_shipments"
    AS_SORTED = "as_sorted"


class Out(StrEnum):
    """Why a location that was looked at is no candidate; the first that applies."""

    CLOSED = "closed"
    METHOD = "method"
    PAUSED = "paused"  # the method, by a manager, for a time
    GROUP = "group"  # not among the scenario's groups or locations
    CLOSING = "closing"
    CUTOFF = "cutoff"
    REFUSED = "refused"
    LIMIT = "limit"
    BLOCKED = "blocked"
    FILTER = "filter"


class Why(StrEnum):
    """Why units were left over."""

    NO_ROUTE = "no_route_matches"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    GIVEN_UNKNOWN = "given_location_unknown"
    GIVEN_CLOSED = "given_location_closed"
    GIVEN_METHOD = "given_location_lacks_method"
    GIVEN_PAUSED = "given_location_paused_method"
    GIVEN_STOCK = "given_location_lacks_stock"
    GIVEN_LEFT_OUT = "given_location_left_out"
    NO_STOCK = "no_location_has_stock"
    LEFT_OUT = "every_location_with_stock_left_out"
    NOT_ENOUGH = "not_enough_stock"
    SPLIT_LIMIT = "split_limit"
