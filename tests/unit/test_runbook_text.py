"""Runbooks: text with values that mean nothing but themselves, and buttons with faults that say where."""

from __future__ import annotations

from datetime import timedelta

import pytest
from markdown_it import MarkdownIt

from alerts.document import policy_faults
from alerts.runbooks import Action, ActionKind, Text, actions, parse, runbook_faults, span
from tests.support.alerting import COLOUR

VALUES = {
    "open": 40,
    "name": "Loop [x](javascript:1) <b>",
    "worst": [{"shipment": 7}, {"shipment": 8}],
    "data": {"a": 1},
}
RUNBOOK = """# {name}
1. **{open}** are open; the worst are {worst}; {nothing} is not known, {data.a} is.
2. Then [cap at {open}](pickwatch:cap?orders={open}&for=2h) it, or not.

[Silence](pickwatch:silence?for=30m&reason={name}) [Take it](pickwatch:acknowledge)

Done."""


def test_values_stand_in_the_text_and_buttons_follow_their_line() -> None:
    parts = parse(RUNBOOK, VALUES)
    assert [type(part) for part in parts] == [Text, Action, Action, Action, Text]
    first, cap, silence, take, last = parts
    assert isinstance(first, Text)
    assert "**40** are open; the worst are 7, 8; – is not known, 1 is." in first.markdown
    assert "Then **cap at 40** it, or not." in first.markdown
    assert cap == Action(1, ActionKind.CAP, "cap at 40", {"orders": "40", "for": "2h"})
    assert silence == Action(2, ActionKind.SILENCE, "Silence", {"for": "30m", "reason": VALUES["name"]})
    assert take == Action(3, ActionKind.ACKNOWLEDGE, "Take it")
    assert last == Text("Done.")


def test_a_value_is_no_markdown_and_no_argument() -> None:
    shown = MarkdownIt("commonmark", {"html": False}).render(parse("{name}", VALUES)[0].markdown)  # type: ignore[union-attr]
    assert shown == "<p>Loop [x](javascript:1) &lt;b&gt;</p>\n"
    evil = {"sku": "tea&for=9d&sku=milk) [x](pickwatch:acknowledge)\n# x"}
    (one,) = actions("[Block](pickwatch:block?sku={sku})", evil)
    assert one.arguments == {"sku": evil["sku"]}
    assert "\n" not in parse("{sku}", evil)[0].markdown  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ("pickwatch:explode", "explode is no action"),
        ("pickwatch:", "nothing is no action"),
        ("pickwatch:cap?orders=20", "cap needs for"),
        ("pickwatch:cap?for=2h", "cap needs orders or items"),
        ("pickwatch:cap?orders=many&for=2h", "orders: this is a whole number"),
        ("pickwatch:cap?orders=2&for=2w", "for: a time is written"),
        ("pickwatch:cap?orders=2&for=32d", "for: a time is written"),
        ("pickwatch:cap?orders=2&orders=3&for=2h", "orders is said twice"),
        ("pickwatch:acknowledge?for=2h", "acknowledge has no for"),
        ("pickwatch:pause?method=teleport&for=1h", "method: use one of"),
        ("pickwatch:block", "block needs sku"),
        ("pickwatch:reassign?shipments=0", "shipments: this is a whole number from 1"),
        ("pickwatch:release?location=a/b", "location: this is a code"),
    ],
)
def test_a_button_that_would_do_nothing_is_refused_with_its_line(button: str, words: str) -> None:
    faults = runbook_faults(f"Text\n\n[Go]({button})")
    assert faults
    assert faults[0].message.startswith(f"Line 3, Go: {words}")
    assert [fault.pointer for fault in policy_faults({**COLOUR, "runbook": f"[Go]({button})"})][:1] == ["/runbook"]


def test_what_is_no_button_though_it_looks_like_one_is_said() -> None:
    assert [fault.message[:6] for fault in runbook_faults("a\n[x] (pickwatch:cap)\n[](pickwatch:cap)")] == [
        "Line 2",
        "Line 3",
    ]
    assert runbook_faults("[Docs](https://example.com) and [values](pickwatch:cap?orders={n}&for={t})") == []
    assert runbook_faults("[Go](pickwatch:release)\n" * 21)[0].code == "too_many_buttons"
    assert policy_faults({**COLOUR, "runbook": RUNBOOK}) == []


def test_spans() -> None:
    assert [span(text) for text in ("30m", "2h", "1d", "0m", "2", "h", "", "32d")] == [
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(days=1),
        *[None] * 5,
    ]
