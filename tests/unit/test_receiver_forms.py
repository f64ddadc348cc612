"""Forms of channels and subscriptions: made from schemas, read back, secrets never filled in; conditions in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.catalogue import catalogue
from alerts.connectors.registry import CONNECTORS
from alerts.receivers import ReceiverView, schema_of
from dashboard.address.receivers import CatalogueAddress, Health, ReceiversAddress
from dashboard.format import AMERICAN
from dashboard.present.reading import with_faults
from dashboard.present.receivers import catalogue as say_catalogue
from dashboard.present.receivers import channel_form, filters, schema_form, subscription_form
from dashboard.present.receivers.health import health_of
from dashboard.present.receivers.kinds import kind_of
from models.alerting import ContentMode, ReceiverKind
from models.errors import DomainError, Fault

NOW = datetime(2026, 11, 27, 15, tzinfo=UTC)
KINDS = {kind: kind_of(connector, schema_of(connector)) for kind, connector in CONNECTORS.items()}


def receiver(kind: ReceiverKind = ReceiverKind.WEBHOOK, **more: Any) -> ReceiverView:
    """Return a receiver that works."""
    plain: dict[str, Any] = dict.fromkeys(ReceiverView.__slots__)
    plain |= {"id": 1, "code": "ops", "kind": kind, "title": "Operations", "url": "https://example.com/hook"}
    plain |= {"config": {}, "content_mode": ContentMode.STRUCTURED, "filters": (), "types": (), "locations": ()}
    plain |= {"groups": (), "enabled": True, "paused": False, "failures": 0, "has_secret": True, "calls_back": True}
    plain |= {"from_seq": 0, "version": 1, "created_by": "boss", "created_at": NOW, "updated_at": NOW, "owed": 0}
    return ReceiverView(**plain | more)


@pytest.mark.parametrize("kind", CONNECTORS)
def test_every_kind_has_a_form_that_asks_for_all_it_needs(kind: ReceiverKind) -> None:
    form = channel_form.blank(KINDS[kind])
    names = [field.name for field in form.fields]
    assert len(set(names)) == len(names)
    assert names[0] == "code"
    assert {field.kind for field in form.fields} <= {"text", "url", "password", "select", "number", "area"}
    assert all(field.label and field.label[0].isupper() for field in form.fields)
    assert ("url" in names) is (KINDS[kind].url is not None)


def test_a_new_subscription_begins_with_the_type_one_came_from() -> None:
    opened = {"type": "wave.released"}
    (kind,) = [one for one in catalogue().values() if one.name == opened["type"]]
    detail = say_catalogue.screen([kind], CatalogueAddress.parse(opened), AMERICAN).detail
    asked = ReceiversAddress.parse(dict(parse_qsl(urlsplit(detail.subscribe).query)))
    fields = {field.name: field.value for field in subscription_form.blank(asked.types).fields}
    assert fields["types"] == "wave.released"
    assert {field.name: field.value for field in subscription_form.blank().fields}["types"] == ""


@pytest.mark.parametrize("kind", CONNECTORS)
def test_a_secret_is_never_filled_in(kind: ReceiverKind) -> None:
    form = channel_form.filled(receiver(kind), KINDS[kind])
    assert [field.value for field in form.fields if field.kind == "password"] == [""] * sum(
        field.kind == "password" for field in form.fields
    )
    assert {field.name for field in form.fields if field.name in channel_form.SECRETS} <= channel_form.SECRETS


def test_settings_are_read_back_as_they_were_filled_in() -> None:
    pager = KINDS[ReceiverKind.PAGERDUTY]
    config = {"region": "eu", "default": True, "pace": {"per": 10, "seconds": 60}}
    form = channel_form.filled(receiver(ReceiverKind.PAGERDUTY, config=config), pager)
    meant = channel_form.read({field.name: field.value for field in form.fields}, pager.schema, "ops")
    assert meant.config == config
    assert (meant.secret, meant.inbound_secret) == (None, None)


def test_faults_stand_at_their_fields() -> None:
    form = channel_form.blank(KINDS[ReceiverKind.PAGERDUTY])
    faults = [Fault("/config/pace/per", "out_of_range", "Too many."), Fault("/secret", "bad_secret", "32 letters.")]
    shown = with_faults(form, channel_form.at_fields(faults, form), {"title": "Night"}, "")
    said = {field.name: field.fault for field in shown.fields if field.fault}
    assert said == {"config_pace.per": "Too many.", "secret": "32 letters."}
    assert schema_form.at_field(Fault("/config/to/1", "bad", "No address.")).message == "Line 2: No address."


def test_what_cannot_be_read_is_named_at_once() -> None:
    pager = KINDS[ReceiverKind.PAGERDUTY]
    with pytest.raises(DomainError) as refused:
        channel_form.read({"config_pace.per": "many"}, pager.schema)
    assert {fault.pointer for fault in refused.value.faults} == {"/config_pace.per", "/code"}


VALUES = st.one_of(
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=12),
    st.sampled_from(("there", "not there", "not late", "one of a, b", "12", "true", "Not collected", "a,b")),
)
CONDITIONS = st.one_of(
    st.fixed_dictionaries({"field": st.just("data.to"), "op": st.just("exists"), "value": st.booleans()}),
    st.builds(
        lambda op, value: {"field": "data.to", "op": op, "value": value},
        st.sampled_from(("is", "is_not", "has")),
        VALUES,
    ),
    st.builds(
        lambda op, value: {"field": "groups", "op": op, "value": value},
        st.sampled_from(("in", "not_in")),
        st.lists(VALUES, min_size=1, max_size=4),
    ),
)


@given(CONDITIONS)
def test_a_condition_is_understood_as_it_is_shown(condition: dict[str, Any]) -> None:
    assert filters.read(filters.typed(condition)) == condition


@pytest.mark.parametrize("line", ["", "data.to", "data.to equals x", "is x"])
def test_a_line_that_is_no_condition_is_told_so(line: str) -> None:
    assert filters.read(line) is None


def test_a_subscription_is_read_back_as_it_was_filled_in() -> None:
    one = receiver(
        ReceiverKind.SUBSCRIPTION,
        types=("sla.*", "order.placed"),
        groups=("east",),
        filters=({"field": "data.to", "op": "is", "value": "non_compliant"},),
        content_mode=ContentMode.BINARY,
    )
    meant = subscription_form.read({field.name: field.value for field in subscription_form.filled(one).fields}, "ops")
    assert (meant.types, meant.filters, meant.groups) == (one.types, one.filters, one.groups)
    assert (meant.url, meant.content_mode) == (one.url, ContentMode.BINARY)
    pulled = subscription_form.filled(replace(one, url=""))
    assert subscription_form.read({field.name: field.value for field in pulled.fields}, "ops").url == ""


def test_what_somebody_did_goes_before_what_became_of_it() -> None:
    failing = receiver(failing_since=NOW)
    assert health_of(receiver()) is Health.WORKS
    assert health_of(failing) is Health.FAILING
    assert health_of(replace(failing, paused=True)) is Health.PAUSED
    assert health_of(replace(failing, paused=True, enabled=False)) is Health.DISABLED
