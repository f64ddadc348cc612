"""The workflows as shipped: what holds where nobody wrote another. They are documents like any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.fulfillment.documents import parse_workflow
from backend.fulfillment.workflow import Printed, Workflow
from models.enums import Method
from models.floor import InputKind, StepAction

_ACCEPT = {"code": "accept", "name": "Accept", "action": StepAction.ACCEPT.value, "skippable": True}
_PICK = {
    "code": "pick",
    "name": "Pick",
    "action": StepAction.PICK.value,
    "skippable": True,
    "prints": Printed.PICK_LIST.value,
}
_PACK = {
    "code": "pack",
    "name": "Pack",
    "action": StepAction.PACK.value,
    "skippable": True,
    "prints": Printed.PACKING_SLIP.value,
}
_READY = {"code": "ready", "name": "Ready for pickup", "action": StepAction.READY.value}
_SHIP = {"code": "ship", "name": "Ship", "action": StepAction.SHIP.value}
_HAND_OVER = {"code": "hand-over", "name": "Hand over", "action": StepAction.HAND_OVER.value}
_RECEIVE = {"code": "receive", "name": "Receive", "action": StepAction.RECEIVE.value}

_FLOOR = [_ACCEPT, _PICK, _PACK]


def _document(title: str, method: Method, *steps: Mapping[str, Any]) -> dict[str, Any]:
    return {"title": title, "method": method.value, "steps": [dict(step) for step in (*_FLOOR, *steps)]}


DEFAULT_DOCUMENTS: Mapping[Method, dict[str, Any]] = {
    Method.SHIP: _document("Ship to home", Method.SHIP, _SHIP),
    Method.PICKUP: _document("Pickup", Method.PICKUP, _READY, _HAND_OVER),
    Method.CURBSIDE: _document("Curbside", Method.CURBSIDE, _READY, _HAND_OVER),
    Method.DELIVERY: _document("Delivery", Method.DELIVERY, _SHIP, _HAND_OVER),
    Method.TRANSFER: _document("Transfer", Method.TRANSFER, _SHIP, _RECEIVE),
}

#: By method; their code is the method's.
BUILT_IN: Mapping[Method, Workflow] = {
    method: parse_workflow(document, code=method.value) for method, document in DEFAULT_DOCUMENTS.items()
}

#: A fork to start from: a person looks at the goods, and what is a gift is wrapped, before they are packed.
EXAMPLE_FORK: dict[str, Any] = {
    "title": "Ship to home, checked and gift-wrapped",
    "description": "Nothing is packed before somebody has looked at it; a gift is wrapped first.",
    "method": Method.SHIP.value,
    "group": "gift",
    "steps": [
        _ACCEPT,
        _PICK | {"skippable": False},
        {
            "code": "check",
            "name": "Quality check",
            "action": StepAction.STEP.value,
            "asks": [
                {
                    "name": "result",
                    "label": "How is it?",
                    "kind": InputKind.CHOICE.value,
                    "required": True,
                    "options": ["good", "repacked"],
                }
            ],
        },
        {
            "code": "gift-wrap",
            "name": "Gift wrap",
            "action": StepAction.STEP.value,
            "skippable": True,
            "asks": [
                {"name": "card", "label": "Text of the card", "kind": InputKind.TEXT.value, "max": 200},
            ],
        },
        _PACK | {"skippable": False},
        _SHIP,
    ],
}
