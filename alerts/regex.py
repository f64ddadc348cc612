"""Regular expressions that somebody else wrote, matched in time that grows with the text and never explodes.

They are RE2's, by the library that Alertmanager's own come from: a silence means the same in both, and what would have
to go back and try again (back-references, looking around) does not exist. Not here: who asks (`silences.py`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

#: Characters of a pattern, and so of whatever may be one.
LONGEST = 200
#: Bytes that a pattern's machine may take; `((a{100}){100}){100}` is small to write and would be huge.
_MOST_MEMORY = 1 << 20


class BadPatternError(ValueError):
    """The pattern cannot be read, or asks for more than is offered; says what, in plain words."""


class Pattern:
    """A pattern that is matched by the whole of a text, as Alertmanager has it."""

    def __init__(self, machine: Any) -> None:
        self._machine = machine

    def matches(self, text: str) -> bool:
        """Return whether the whole of the text is what the pattern says."""
        return self._machine.fullmatch(text) is not None


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Pattern:
    """Return a pattern ready to be matched; raises BadPatternError."""
    if len(pattern) > LONGEST:
        raise BadPatternError(f"A pattern has at most {LONGEST} characters.")
    options = re2.Options()
    options.log_errors, options.max_mem = False, _MOST_MEMORY
    try:
        return Pattern(re2.compile(pattern, options=options))
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        words = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise BadPatternError(f"This pattern cannot be used: {words or 'it is not RE2'}.") from error


def literal(text: str) -> str:
    """Return the pattern that matches this text and nothing else."""
    return str(re2.escape(text))
