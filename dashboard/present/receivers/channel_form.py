"""The forms of channels: which kind, then what that kind needs; and what was meant by what was typed. Pure. A secret is
never filled in: an empty field keeps the one there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alerts.connectors.base import Ask
from alerts.receivers import ReceiverView
from dashboard.present.receivers import schema_form
from dashboard.present.receivers.kinds import Kind
from dashboard.present.receivers.schema_form import Schema
from dashboard.views.forms import Form, FormField
from models.alerting import ReceiverKind
from models.errors import DomainError, Fault, invalid

#: What each form does, as its action.
KIND, NEW, EDIT = "kind", "new", "edit"
#: Fields that are never sent to a browser.
SECRETS = frozenset({"secret", "inbound_secret"})
#: What is done to an alert there comes back here.
CALL_BACK = frozenset({ReceiverKind.PAGERDUTY, ReceiverKind.WEBHOOK})
_KEEP = "It is set. Leave it empty to keep it."
_NONE = "None is set."
_LATER = "Where it tells us of what is done there; may come later."


@dataclass(frozen=True, slots=True)
class Meant:
    """A channel as it was typed; `secret` None: the one there is, or one that is made."""

    code: str
    title: str
    url: str
    secret: str | None
    inbound_secret: str | None
    config: dict[str, Any]


def choose(kinds: Sequence[Kind]) -> Form:
    """Return the form that asks for the kind of a new channel."""
    options = [(one.kind.value, one.title) for one in kinds]
    explain = "Where alerts shall go. What it needs is asked next; nothing is saved before."
    asked = FormField("kind", "Kind", "select", options[0][0], options=options)
    return Form(KIND, "New channel", explain, "Go on", [asked])


def blank(kind: Kind) -> Form:
    """Return the form of a new channel of a kind."""
    code = FormField("code", "Code", hint="What policies call it, such as ops-day. It stays as it is.", required=True)
    title = FormField("title", "Name", hint="What people call it.")
    parts = [code, title, *_asked("url", "url", kind.url), *_asked("secret", "password", kind.secret)]
    return Form(NEW, f"New channel: {kind.title}", kind.about, "Make it", [*parts, *_rest(kind, {}, _LATER)])


def filled(one: ReceiverView, kind: Kind) -> Form:
    """Return the form that changes a channel, filled with what it is, but for its secrets."""
    title = FormField("title", "Name", value=one.title, hint="What people call it.")
    url = [replace(each, value=one.url) for each in _asked("url", "url", kind.url)]
    keep = _KEEP if one.has_secret else _NONE
    secret = [replace(each, hint=keep, required=False) for each in _asked("secret", "password", kind.secret)]
    back = _KEEP if one.calls_back else _LATER
    parts = [title, *url, *secret, *_rest(kind, one.config, back)]
    return Form(EDIT, f"Edit {one.title or one.code}", kind.about, "Save", parts)


def _asked(name: str, input_: str, ask: Ask | None) -> list[FormField]:
    """Return the field of an address or a secret, nothing where the kind needs none."""
    if ask is None:
        return []
    empty = f" Empty: {ask.default}" if ask.default else ""
    return [FormField(name, ask.title, input_, hint=f"{ask.about}{empty}", required=ask.required)]


def _rest(kind: Kind, config: Mapping[str, Any], back: str) -> list[FormField]:
    fields = schema_form.fields(kind.schema, config)
    if kind.kind not in CALL_BACK:
        return fields
    return [*fields, FormField("inbound_secret", "Secret of its webhooks to us", "password", hint=back)]


def read(given: Mapping[str, str], schema: Schema, code: str = "") -> Meant:
    """Return what was meant; `code` is that of the channel that is changed. Raises INVALID, pointers `/{field}`."""
    texts = {name: value.strip() for name, value in given.items()}
    faults: list[Fault] = []
    config = schema_form.read(schema, given, faults)
    code = code or texts.get("code", "")
    if not code:
        faults.append(Fault("/code", "missing", "What policies shall call it."))
    if len(texts.get("title", "")) > 200:
        faults.append(Fault("/title", "too_long", "At most 200 letters, please."))
    if faults:
        raise invalid(faults)
    return Meant(
        code,
        texts.get("title", ""),
        texts.get("url", ""),
        texts.get("secret") or None,
        texts.get("inbound_secret") or None,
        config,
    )


def taken() -> DomainError:
    """Return the refusal of a code that another channel has."""
    return invalid([Fault("/code", "taken", "There is a channel of this code already.")])


def at_fields(faults: Sequence[Fault], form: Form) -> list[Fault]:
    """Return the faults of a channel as those of its form; what is wrong with an address that is kept as a secret is
    said there."""
    names = {each.name for each in form.fields}
    told = [schema_form.at_field(fault) for fault in faults]
    return [
        replace(each, pointer="/secret") if each.pointer == "/url" and "url" not in names else each for each in told
    ]
