"""Every connector, the same questions: golden requests, limits, secrets, status codes, settings."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from alerts.connectors.base import HttpRequest, Reply, Request
from alerts.connectors.registry import CONNECTORS, connector_of
from alerts.delivery.retry import Outcome
from models.alerting import NoticeKind, ReceiverKind, Severity
from tests.connectors.cases import HARM, NOW, PREVIOUS, SECRET_OF, channel, hostile, notice, sending
from tests.connectors.golden import FILES, FOLDER, difference, readable
from tests.connectors.limits import CHECK
from tests.connectors.tools import takes, talk

KINDS = sorted(CONNECTORS)
#: Kinds that are not told of these notices: the tool has no such thing.
SILENT = {
    kind: {NoticeKind.ACKNOWLEDGED}
    for kind in (ReceiverKind.ALERTMANAGER, ReceiverKind.GRAFANA, ReceiverKind.SERVICENOW_EVENT)
}
#: Kinds that write to people, who need no key.
KEYLESS = {ReceiverKind.SLACK, ReceiverKind.TEAMS}
#: Statuses that a kind judges otherwise than its fellows do (domain notes F10).
NEVER = {ReceiverKind.OPSGENIE: {501}, ReceiverKind.JSM: {501}}
PATIENT = {ReceiverKind.WEBHOOK}  # Standard Webhooks: everything but 410 is tried again on the schedule
#: What of an address is the secret.
TOKENS = dict.fromkeys((ReceiverKind.GRAFANA, ReceiverKind.SLACK, ReceiverKind.TEAMS), ("kitSecretToken123",))
#: The most calls a tool takes, and in how many seconds.
PACES = {
    ReceiverKind.PAGERDUTY: (120, 60),
    ReceiverKind.GRAFANA: (300, 300),
    ReceiverKind.SLACK: (2, 1),  # one a second, and the first at once
    ReceiverKind.TEAMS: (4, 1),
}


def test_every_kind_of_channel_has_its_connector() -> None:
    for kind, connector in CONNECTORS.items():
        assert connector.kind is kind
        assert connector.title
        assert connector_of(kind) is connector
    assert {file.stem for file in FOLDER.glob("*.json")} == set(FILES)
    with pytest.raises(KeyError):
        connector_of(ReceiverKind.SUBSCRIPTION)


@pytest.mark.parametrize("name", FILES)
def test_what_is_sent_is_what_the_golden_file_says(name: str) -> None:
    found = difference(name)
    assert not found, f"if this is meant: python -m tests.connectors.golden\n{found}"


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("told", NoticeKind)
@pytest.mark.parametrize("kind", KINDS)
def test_every_notice_is_told_within_the_limits_or_not_at_all(
    kind: ReceiverKind, told: NoticeKind, severity: Severity
) -> None:
    said = notice(told, severity)
    requests, verdict = talk(CONNECTORS[kind], said, channel(kind), sending(said), takes(kind))
    assert bool(requests) == (told not in SILENT.get(kind, set()))
    for request in requests:
        assert request.about
        CHECK[kind](request)
    if verdict is not None:
        assert verdict.outcome is Outcome.DELIVERED, verdict


@pytest.mark.parametrize("kind", KINDS)
def test_a_drill_says_so(kind: ReceiverKind) -> None:
    said = notice(drill=True)
    requests, _ = talk(CONNECTORS[kind], said, channel(kind), sending(said), takes(kind))
    assert any(b"drill" in _content(request).lower() for request in requests)


@pytest.mark.parametrize("told", NoticeKind)
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_stays_within_the_limits(kind: ReceiverKind, told: NoticeKind) -> None:
    for text in HARM:
        said = hostile(told, text)
        requests, _ = talk(CONNECTORS[kind], said, channel(kind), sending(said), takes(kind))
        for request in requests:
            CHECK[kind](request)
            assert [link for link in _links(request) if link and not link.startswith("https://")] == []


@pytest.mark.parametrize("kind", KINDS)
def test_two_keys_stay_two_however_long(kind: ReceiverKind) -> None:
    long = "pickwatch:p:" + "x" * 5000
    bodies = {_first(kind, notice(key=key)) for key in (long + "1", long + "2", "short\r\n", "short")}
    assert len(bodies) == (1 if kind in KEYLESS else 4)
    assert _first(kind, notice(key=long + "1")) in bodies


@pytest.mark.parametrize("told", NoticeKind)
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_makes_the_same_bytes(kind: ReceiverKind, told: NoticeKind) -> None:
    def once() -> list[Any]:
        said = notice(told)
        requests, _ = talk(CONNECTORS[kind], said, channel(kind), sending(said), takes(kind))
        return [(request, _content(request)) for request in requests]

    assert [content for _, content in once()] == [content for _, content in once()]
    assert [repr(request) for request, _ in once()] == [repr(request) for request, _ in once()]


@pytest.mark.parametrize("status", [200, 302, 400, 401, 404, 410, 429, 500])
@pytest.mark.parametrize("kind", KINDS)
def test_the_secret_is_in_the_request_and_nowhere_else(kind: ReceiverKind, status: int) -> None:
    """The tool repeats all it was sent, headers, address and body; none of the secret comes back."""
    facts = channel(kind, previous_secret=PREVIOUS if kind is ReceiverKind.WEBHOOK else None)
    secrets = {facts.secret, facts.secret[6:], facts.previous_secret or facts.secret, *TOKENS.get(kind, ())}

    def repeats(request: Request) -> Reply:
        said = f"{_content(request).decode('utf-8', 'replace')} {facts.secret} {TOKENS.get(kind)}"
        address = request.url if isinstance(request, HttpRequest) else request.password
        return Reply(status, json.dumps({"error": f"{address} {said}", "dedup_key": said, "ts": said, "ok": False}))

    for told in NoticeKind:
        said = notice(told)
        connector = CONNECTORS[kind]
        request = connector.build(said, facts, sending(said))
        if request is None:
            continue
        verdict = connector.judge(said, facts, sending(said), request, repeats(request))
        printed = f"{request!r} {request.about} {verdict!r} {facts!r} {sending(said)!r} {connector.where(facts)}"
        assert not [secret for secret in secrets if secret in printed], printed


@pytest.mark.parametrize("kind", KINDS)
def test_what_every_status_means(kind: ReceiverKind) -> None:
    said = notice()
    connector = CONNECTORS[kind]
    request = connector.build(said, channel(kind), sending(said))
    assert request is not None
    for status in range(100, 600):
        reply = Reply(status, "", {"retry-after": "7"})
        verdict = connector.judge(said, channel(kind), sending(said), request, reply)
        if 200 <= status < 300:
            continue  # what a success is, each tool says in its own words
        assert verdict.outcome is _expected(kind, status), status
        assert verdict.error
        assert str(status) in verdict.error
        assert verdict.retry_after == (None if kind is ReceiverKind.EMAIL else "7")
        assert verdict.then is None


def _expected(kind: ReceiverKind, status: int) -> Outcome:
    if kind is ReceiverKind.EMAIL:  # SMTP: 4xx passes, 5xx does not
        return Outcome.INVALID if status >= 500 else Outcome.REJECTED
    if 300 <= status < 400:
        return Outcome.REDIRECTED
    if status == 410:
        return Outcome.GONE
    if kind in PATIENT or status in (408, 425, 429):
        return Outcome.REJECTED
    if 400 <= status < 500 or status in NEVER.get(kind, set()):
        return Outcome.INVALID
    return Outcome.REJECTED


@pytest.mark.parametrize("kind", KINDS)
def test_the_pace_stays_below_what_the_tool_takes(kind: ReceiverKind) -> None:
    pace = CONNECTORS[kind].pace
    limit = PACES.get(kind)
    assert (pace is None) == (limit is None)
    if pace is not None and limit is not None:
        calls, seconds = limit
        assert pace.burst + pace.per / pace.seconds * seconds <= calls


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_is_a_json_schema_that_people_can_read(kind: ReceiverKind) -> None:
    schema = CONNECTORS[kind].schema()
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(dict(channel(kind).config))
    for name, field in schema["properties"].items():
        assert field["title"], name
        assert field["description"], name
        if "default" in field:
            assert Draft202012Validator(field).is_valid(field["default"])


@pytest.mark.parametrize("kind", KINDS)
def test_right_settings_have_no_fault_and_wrong_ones_are_all_named(kind: ReceiverKind) -> None:
    facts = channel(kind)
    connector = CONNECTORS[kind]
    assert connector.faults(facts.url, facts.secret, facts.config) == []
    assert connector.faults(facts.url, None, facts.config) == []
    faults = connector.faults("ftp://example.com/a b", "no secret\nat all", {"what": 1})
    pointers = {fault.pointer for fault in faults}
    assert {"/secret", "/config/what"} <= pointers
    assert "/url" in pointers
    assert all("no secret" not in fault.message for fault in faults)


@pytest.mark.parametrize("kind", KINDS)
def test_private_addresses_are_refused_unless_allowed(kind: ReceiverKind) -> None:
    facts = channel(kind)
    connector = CONNECTORS[kind]
    inside = "http://127.0.0.1:9000/in"
    if connector.url is not None and kind is not ReceiverKind.SLACK:
        given = (inside, facts.secret, facts.config)
    elif kind is ReceiverKind.EMAIL:
        given = ("", facts.secret, {**facts.config, "host": "127.0.0.1"})
    else:
        given = ("", inside, facts.config)
    assert [fault.code for fault in connector.faults(*given)] == ["target_refused"]
    assert connector.faults(*given, allowed_hosts=["127.0.0.1"]) == []


def _first(kind: ReceiverKind, said: Any) -> bytes:
    request = CONNECTORS[kind].build(said, channel(kind), sending(said, event=sending(notice()).event))
    assert request is not None
    address = request.url if isinstance(request, HttpRequest) else ""
    return address.encode() + _content(request)


def _content(request: Request) -> bytes:
    return request.body if isinstance(request, HttpRequest) else request.raw


def _links(request: Request) -> list[str]:
    """Return what stands where links stand: in a body's fields that hold addresses, in a page's `href`s."""
    if not isinstance(request, HttpRequest):
        return re.findall(r'href="([^"]*)"', "\n".join(readable(request)["parts"]["text/html"]))
    found: list[str] = []

    def walk(value: Any, name: str = "") -> None:
        if isinstance(value, dict):
            for key, one in value.items():
                walk(one, key)
        elif isinstance(value, list):
            for one in value:
                walk(one, name)
        elif isinstance(value, str) and name in ("href", "url", "client_url", "generatorURL", "runbook_url"):
            found.append(value)

    walk(json.loads(request.body) if request.body else None)
    return found


def test_the_cases_are_what_they_say() -> None:
    assert all(kind in CHECK for kind in KINDS)
    assert sending(notice()).now == NOW
    assert all(SECRET_OF.get(kind) for kind in KINDS)
