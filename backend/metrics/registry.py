"""Every metric of the program, in a registry of its own. What is counted elsewhere is read by `collectors.py`."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

HTTP_REQUESTS = Counter(
    "pickwatch_http_requests", "Answered API requests.", ["method", "route", "status"], registry=REGISTRY
)
HTTP_SECONDS = Histogram(
    "pickwatch_http_seconds",
    "Time to answer an API request.",
    ["method", "route"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
JOB_SECONDS = Histogram(
    "pickwatch_job_seconds",
    "Time of one run of a job; the SLA tick is one of them.",
    ["job"],
    buckets=(0.001, 0.005, 0.02, 0.05, 0.15, 0.5, 1, 5, 30),
    registry=REGISTRY,
)
JOB_FAILURES = Counter("pickwatch_job_failures", "Runs of a job that raised.", ["job"], registry=REGISTRY)
JOB_REFUSED = Counter(
    "pickwatch_job_refused", "Items that a job could not do, each time it met them.", ["job"], registry=REGISTRY
)
ORDERS_ROUTED = Counter("pickwatch_orders_routed", "Routing decisions by outcome.", ["outcome"], registry=REGISTRY)
ROUTING_SECONDS = Histogram(
    "pickwatch_routing_seconds",
    "Time to decide where one order goes; locks and rows not included.",
    buckets=(0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.005, 0.02, 0.1),
    registry=REGISTRY,
)
ROUTING_FAILURES = Counter(
    "pickwatch_routing_failures", "Orders whose routing raised, and which are tried later.", registry=REGISTRY
)
ROUTING_OVERTAKEN = Counter(
    "pickwatch_routing_overtaken", "Decisions made again because somebody else was quicker.", registry=REGISTRY
)
WAVES_PLANNED = Counter("pickwatch_waves_planned", "Waves planned by rules on schedule.", registry=REGISTRY)
LATE_STEPS = Gauge(
    "pickwatch_escalation_late",
    "Steps of escalations that came due and that nothing had become of, when the auditor last looked.",
    registry=REGISTRY,
)
