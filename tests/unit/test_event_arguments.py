"""What a browser sends is held against the handler's annotations before the handler runs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from dashboard.arguments import DOCUMENT, OURS, Refused, bounds_of, carries, checked
from models.enums import Method


def handler(self: Any, count: int, name: str = "x") -> None: ...


def typed(
    self: Any,
    method: Method | None = None,
    day: date | None = None,
    side: Literal["map", "list"] = "map",
    code: Annotated[str, Field(max_length=5)] = "",
    ids: list[int] = [],  # noqa: B006
    share: float = 0,
    on: bool = False,
    form: dict[str, str] = {},  # noqa: B006
) -> None: ...


def untyped(self: Any, anything) -> None: ...  # type: ignore[no-untyped-def]


def test_what_fits_is_passed_on() -> None:
    assert checked(handler, {"count": 3}) == {"count": 3}
    assert checked(handler, {"count": -(2**53), "name": "y"}) == {"count": -(2**53), "name": "y"}


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ({"method": "ship"}, {"method": Method.SHIP}),
        ({"method": None}, {"method": None}),
        ({"day": "2026-11-27"}, {"day": date(2026, 11, 27)}),
        ({"side": "list"}, {"side": "list"}),
        ({"code": "ABCDE"}, {"code": "ABCDE"}),
        ({"ids": [1, 2]}, {"ids": [1, 2]}),
        ({"share": 1}, {"share": 1.0}),
        ({"form": {"a": "b"}}, {"form": {"a": "b"}}),
    ],
)
def test_json_becomes_what_the_handler_says(sent: dict[str, Any], received: dict[str, Any]) -> None:
    assert checked(typed, sent) == received


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"count": "3"},
        {"count": 3.5},
        {"count": True},
        {"count": None},
        {"count": [3]},
        {"count": {"$gt": 1}},
        {"count": 2**53 + 1},
        {"count": 10**400},
        {"count": 3, "name": 5},
        {"count": 3, "name": "x" * 2001},
        {"count": 3, "other": 1},
        {"count": 3, "self": 1},
        {"count": 3, "__class__": "x"},
        {"count": 3, "name": "\ud800"},
    ],
)
def test_what_does_not_fit_is_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        checked(handler, payload)


@pytest.mark.parametrize(
    "payload",
    [
        {"method": "rocket"},
        {"method": 1},
        {"day": 20261127},
        {"side": "top"},
        {"code": "ABCDEF"},
        {"ids": ["1"]},
        {"ids": "12"},
        {"ids": list(range(5000))},
        {"share": "1"},
        {"share": float("nan")},
        {"share": float("inf")},
        {"on": 1},
        {"on": "true"},
        {"form": {"a": 1}},
        {"form": [["a", "b"]]},
        {"form": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}},
    ],
)
def test_narrow_types_are_kept_narrow(payload: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        checked(typed, payload)


def test_an_argument_without_annotation_is_never_accepted() -> None:
    with pytest.raises(Refused):
        checked(untyped, {"anything": 1})


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(Refused) as refused:
        checked(handler, {"count": "s3cret"})
    assert "s3cret" not in str(refused.value)


def typed_form(self: object, given: dict[str, Annotated[str, Field(max_length=5)]]) -> None:
    """A handler of a form."""


def test_a_form_comes_as_its_fields() -> None:
    sent = {"given": {"__reflex_form_data__": [["units", "1"], ["why", "x"], ["units", "2"], ["hidden", None]]}}
    assert checked(typed_form, sent) == {"given": {"units": "2", "why": "x"}}


@pytest.mark.parametrize(
    "sent",
    [
        {"__reflex_form_data__": "units"},
        {"__reflex_form_data__": [["units"]]},
        {"__reflex_form_data__": [[1, "x"]]},
        {"__reflex_form_data__": [["units", {"a": 1}]]},
        {"__reflex_form_data__": [["units", "too long"]]},
        {"__reflex_form_data__": [], "units": "1"},
    ],
)
def test_what_only_looks_like_a_form_is_refused(sent: object) -> None:
    with pytest.raises(Refused):
        checked(typed_form, {"given": sent})


@carries(DOCUMENT)
def written(self: object, text: Annotated[str, Field(max_length=DOCUMENT.text)]) -> None:
    """A handler that takes a document."""


def test_a_handler_may_carry_more_when_it_says_so_and_no_more_than_that() -> None:
    assert bounds_of(typed_form) is OURS
    assert checked(written, {"text": "x" * DOCUMENT.text}, bounds=bounds_of(written)) == {"text": "x" * DOCUMENT.text}
    with pytest.raises(Refused):
        checked(written, {"text": "x" * (DOCUMENT.text + 1)}, bounds=bounds_of(written))
    with pytest.raises(Refused):
        checked(written, {"text": "x" * (OURS.text + 1)}, bounds=bounds_of(typed_form))
