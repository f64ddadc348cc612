"""A form as the server describes it; `dashboard/components/form.py` draws it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class FormField:
    """A field of a form: `kind` is the input's type, "area", "select" with `options` (value, label), or "checks", where
    each option is a box of its own, sent as `name:value`, of which `chosen` are ticked."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    hint: str = ""
    fault: str = ""
    required: bool = False
    options: list[tuple[str, str]] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Form:
    """A form for one action; no `action`: none is open."""

    action: str = ""
    title: str = ""
    explain: str = ""
    button: str = ""
    fields: list[FormField] = field(default_factory=list)
    fault: str = ""
