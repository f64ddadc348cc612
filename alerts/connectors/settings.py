"""What a channel's settings may be: the form of its `config`, and faults of addresses and secrets. Pure.

A message about a secret never repeats it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from alerts.connectors.base import ChannelFacts
from alerts.delivery.target import url_faults
from models.errors import Fault
from models.shapes import Fields, Shape


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a kind's `config`: name → (title, shape, default); those without a default must be there."""

    fields: Mapping[str, tuple[str, Shape, Any]] = field(default_factory=dict)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema that a form is made from."""
        whole = self._shape().schema()
        for name, (title, _, default) in self.fields.items():
            told = {} if default is ... else {"default": default}
            whole["properties"][name] = {"title": title, **whole["properties"][name], **told}
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole}

    def faults(self, config: Mapping[str, Any]) -> Iterator[Fault]:
        """Yield what is wrong with a config."""
        yield from self._shape().faults(dict(config), "/config")

    def value(self, config: Mapping[str, Any], name: str) -> Any:
        """Return what is set, or what holds when nothing is."""
        return config.get(name, self.fields[name][2])

    def _shape(self) -> Fields:
        required = [name for name, (_, _, default) in self.fields.items() if default is ...]
        return Fields({name: shape for name, (_, shape, _) in self.fields.items()}, required)


class Configured:
    """A connector whose `config` is a form."""

    form: Form = Form()

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of `config`."""
        return self.form.schema()

    def setting(self, channel: ChannelFacts, name: str) -> Any:
        """Return what a channel's config says, or what holds when it says nothing."""
        return self.form.value(channel.config, name)


#: A password or a token: no control characters, which could end a header.
ANY_SECRET = r"[^\x00-\x1f\x7f]+"  # noqa: S105  # a pattern


def address_faults(
    url: str, *, allowed_hosts: Collection[str], required: bool, pointer: str = "/url"
) -> Iterator[Fault]:
    """Yield what is wrong with an address."""
    if url:
        yield from url_faults(url, allowed_hosts=allowed_hosts, pointer=pointer)
    elif required:
        yield Fault(pointer, "missing", "An address is missing.")


def base_faults(url: str, *, allowed_hosts: Collection[str], required: bool) -> Iterator[Fault]:
    """Yield what is wrong with the address of an API, to which paths are added."""
    yield from address_faults(url, allowed_hosts=allowed_hosts, required=required)
    if "?" in url:
        yield Fault("/url", "bad_url", "This is the address of an API, to which paths are added: leave out the query.")


def secret_faults(secret: str | None, pattern: str, *, about: str) -> Iterator[Fault]:
    """Yield what is wrong with a secret; one that is kept (None) is not looked at."""
    if secret is not None and not re.fullmatch(pattern, secret):
        yield Fault("/secret", "bad_secret" if secret else "missing", about)


def secret_address_faults(secret: str | None, *, allowed_hosts: Collection[str], about: str) -> Iterator[Fault]:
    """Yield what is wrong with an address that is a secret itself: who knows it can post."""
    if secret == "":
        yield Fault("/secret", "missing", about)
    elif secret is not None:
        yield from url_faults(secret, allowed_hosts=allowed_hosts, pointer="/secret")


def no_url(url: str) -> Iterator[Fault]:
    """Yield the fault of an address where there is none to set."""
    if url:
        yield Fault("/url", "not_used", "This kind of channel has no address of its own; leave it empty.")


def basic(user: str, password: str) -> str:
    """Return an Authorization header of a user and a password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def join(base: str, path: str) -> str:
    """Return the address of a path of an API."""
    return f"{base.rstrip('/')}/{path.lstrip('/')}"
