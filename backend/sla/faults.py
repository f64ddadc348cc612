"""What is wrong with a definition or a colour rule: every fault named, with JSON pointers as in the API. Pure."""

from __future__ import annotations

import re
from dataclasses import fields

from backend.sla.facts import DefinitionInput
from backend.sla.grading import Thresholds
from models.enums import Step, TargetKind
from models.errors import Fault

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_YEAR = 366 * 86_400
_TEXTS = {"name": 200, "location_code": 64, "group_code": 64, "service_level": 64, "channel": 64, "customer_tier": 64}
_POINTERS = {"location_code": "/location", "group_code": "/group"}


def code_faults(code: str) -> list[Fault]:
    """Return what is wrong with a definition's code."""
    if _CODE.fullmatch(code):
        return []
    return [Fault("#path/code", "code", "A code has 1 to 64 letters, digits, dots, dashes or underscores.")]


def definition_faults(given: DefinitionInput) -> list[Fault]:
    """Return what is wrong with a definition, whatever the network looks like."""
    faults = [*_text_faults(given), *_percent_faults(given)]
    order = list(Step)
    if order.index(given.end_step) <= order.index(given.start_step):
        faults.append(Fault("/end_step", "order", f"{given.end_step} does not come after {given.start_step}."))
    if given.target_kind is not TargetKind.DURATION:
        if given.target_seconds is not None:
            faults.append(Fault("/target_seconds", "unused", "Only a duration has target seconds."))
    elif given.target_seconds is None:
        faults.append(Fault("/target_seconds", "required", "A duration needs target seconds."))
    elif not 1 <= given.target_seconds <= _YEAR:
        faults.append(Fault("/target_seconds", "range", f"Target seconds lie between 1 and {_YEAR}."))
    return faults


def thresholds_faults(thresholds: Thresholds) -> list[Fault]:
    """Return what is wrong with a colour rule."""
    limits = {
        "non_compliant_percent": (1, 100),
        "at_risk_percent": (1, 100),
        "minimum_open": (1, 1_000_000),
        "clear_percent": (1, 100),
        "hold_seconds": (0, 86_400),
        "stalled_minutes": (1, 10_080),
    }
    return [
        Fault(f"/{field.name}", "range", f"{field.name} lies between {low} and {high}.")
        for field in fields(thresholds)
        for low, high in [limits[field.name]]
        if not low <= getattr(thresholds, field.name) <= high
    ]


def _text_faults(given: DefinitionInput) -> list[Fault]:
    faults = []
    for name, most in _TEXTS.items():
        text = getattr(given, name)
        if text is not None and not 1 <= len(text.strip()) <= most:
            faults.append(Fault(_POINTERS.get(name, f"/{name}"), "length", f"{name} has 1 to {most} characters."))
    return faults


def _percent_faults(given: DefinitionInput) -> list[Fault]:
    faults = []
    if not 0 <= given.at_risk_percent <= 1000:
        faults.append(Fault("/at_risk_percent", "range", "At Risk begins between 0 and 1000 % of the allowed time."))
    if not 1 <= given.non_compliant_percent <= 1000:
        faults.append(
            Fault("/non_compliant_percent", "range", "Non-Compliant begins between 1 and 1000 % of the allowed time.")
        )
    if given.at_risk_percent > given.non_compliant_percent:
        faults.append(Fault("/at_risk_percent", "order", "At Risk cannot begin after Non-Compliant."))
    return faults
