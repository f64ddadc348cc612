"""What a step asks for, and what is wrong with the answers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from backend.fulfillment.workflow import Ask
from models.errors import Fault
from models.floor import InputKind
from models.shapes import escape

#: A text that says nothing about its length.
LONGEST = 500


def input_faults(asks: Sequence[Ask], given: Mapping[str, Any], *, at: str = "/inputs") -> Iterator[Fault]:
    """Yield everything wrong with the answers that stand at a JSON pointer; a null is no answer."""
    known = {ask.name: ask for ask in asks}
    for name in given:
        if name not in known:
            words = f"{name} is not asked for here; asked for: {', '.join(known) or 'nothing'}."
            yield Fault(f"{at}/{escape(name)}", "unknown_field", words)
    for ask in asks:
        value = given.get(ask.name)
        pointer = f"{at}/{escape(ask.name)}"
        if value is None or value == "":
            if ask.required:
                yield Fault(pointer, "missing", f"{ask.label} is missing.")
            continue
        if problem := _CHECKS[ask.kind](ask, value):
            yield Fault(pointer, *problem)


def matches(pattern: str, text: str) -> bool:
    """Return whether a text is what a pattern says: # is a digit, @ a letter, anything else itself."""
    return len(pattern) == len(text) and all(map(_fits, pattern, text))


def _fits(mark: str, sign: str) -> bool:
    if mark == "#":
        return sign.isascii() and sign.isdigit()
    return sign.isalpha() if mark == "@" else mark == sign


_Problem = tuple[str, str] | None


def _text(ask: Ask, value: Any) -> _Problem:
    if not isinstance(value, str):
        return "wrong_type", "This is text."
    least, most = ask.least or 0, LONGEST if ask.most is None else ask.most
    if not least <= len(value) <= most:
        return "bad_length", f"Use {least} to {most} characters."
    if ask.pattern is not None and not matches(ask.pattern, value):
        return "bad_pattern", f"This looks like {ask.pattern}: # is a digit, @ a letter."
    return None


def _number(ask: Ask, value: Any) -> _Problem:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "wrong_type", "This is a number."
    if ask.least is not None and value < ask.least:
        return "out_of_range", f"Use {ask.least:,} or more."
    if ask.most is not None and value > ask.most:
        return "out_of_range", f"Use {ask.most:,} or less."
    return None if abs(value) <= 10**15 else ("out_of_range", "This number is too large.")


def _boolean(_ask: Ask, value: Any) -> _Problem:
    return None if isinstance(value, bool) else ("wrong_type", "This is true or false.")


def _choice(ask: Ask, value: Any) -> _Problem:
    return None if value in ask.options else ("unknown_word", f"Use one of: {', '.join(ask.options)}.")


_CHECKS: Mapping[InputKind, Callable[[Ask, Any], _Problem]] = {
    InputKind.TEXT: _text,
    InputKind.NUMBER: _number,
    InputKind.BOOLEAN: _boolean,
    InputKind.CHOICE: _choice,
}
