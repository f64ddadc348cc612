"""Links in messages: they ask first, do one thing once, and say kindly why when there is nothing to do."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from alerts.links import Link, LinkAction, LinkError, LinkProblem, Signer, read, write
from alerts.notice import Notice
from backend.alerting.link_keys import link_keys, rotate
from backend.alerting.links import LinkDesk
from backend.cli import app
from backend.clock import system_now
from backend.commands import links as command
from backend.context import Context
from models.alerting import AlertLevel, AlertStatus, NoticeKind, Severity
from models.enums import Permission
from models.tables import AlertLinkUse, SystemFact
from tests.support.api import SITE, client_of
from tests.support.open_alerts import ESCALATION, alert_row, fire, places, step_rows, told
from tests.support.shop import row_counts, rows_of

SECRET = b"s" * 32


def notice(alert: int, status: AlertStatus = AlertStatus.FIRING, kind: NoticeKind = NoticeKind.OPENED) -> Notice:
    return Notice(kind, alert, "k", "red", 1, AlertLevel.LOCATION, Severity.CRITICAL, status, "t", "", "now")


def links(ctx: Context, alert: int) -> dict[str, str]:
    """Return the paths that a message to a channel carries."""
    found = ctx.part(LinkDesk).sign(notice(alert), system_now())
    return {name: url.removeprefix(ctx.settings.public_url) for name, url in found.items()}


def test_opening_a_link_changes_nothing_and_its_button_does_it_once(ctx: Context) -> None:
    places(ctx, "CHI")
    alert = fire(ctx, steps_=ESCALATION, title="<b>CHI</b>")
    path = links(ctx, alert)["acknowledge"]
    client = client_of(ctx)  # nobody signed in
    before = row_counts(ctx)
    for _ in range(3):  # as programs that look through mail do
        asked = client.get(path)
        assert asked.status_code == 200
        assert f'action="{path}"' in asked.text
        assert "&lt;b&gt;CHI&lt;/b&gt;" in asked.text
    assert row_counts(ctx) == before
    assert asked.headers["cache-control"] == "no-store"
    done = client.post(path, headers={"Origin": SITE})
    assert (done.status_code, alert_row(ctx, alert).status) == (200, "acknowledged")
    assert alert_row(ctx, alert).acknowledged_by == "a link in a message"
    assert {step.state for step in step_rows(ctx, alert)} == {"stopped"}
    assert told(ctx)[-1] == ("alert.acknowledged", ["team"])
    again = client.post(path)
    assert again.status_code == 410
    assert len(rows_of(ctx, AlertLinkUse)) == 1
    assert "used before" in client.get(path).text
    other = links(ctx, alert)["acknowledge"]
    assert "somebody has acknowledged it" in client.get(other).text


def test_a_link_that_comes_too_late_says_that_it_is_over(ctx: Context) -> None:
    places(ctx, "CHI")
    alert = fire(ctx)
    found = links(ctx, alert)
    client = client_of(ctx)
    assert client.post(found["resolve"]).status_code == 200
    assert alert_row(ctx, alert).status == "resolved"
    late = client.post(found["acknowledge"])
    assert (late.status_code, "the alert is over" in late.text) == (410, True)
    assert len(rows_of(ctx, AlertLinkUse)) == 1


def test_what_we_did_not_sign_is_nothing(ctx: Context) -> None:
    places(ctx, "CHI")
    alert = fire(ctx)
    path = links(ctx, alert)["acknowledge"]
    payload, _, signature = path.rpartition("/")[2].partition(".")
    resolve = write(SECRET, Link(alert, LinkAction.RESOLVE, system_now() + timedelta(days=1)))
    forged = [
        f"{payload}.",
        payload,
        f"{payload}.{signature[:-2]}",
        resolve,
        f"{resolve.partition('.')[0]}.{signature}",
    ]
    forged += ["x", "é.é", "A" * 700 + "." + signature, f".{signature}", "..", "%00"]
    before = row_counts(ctx)
    for token in forged:
        for method in ("GET", "POST"):
            answer = client_of(ctx).request(method, f"/alert-links/{token}")
            assert 400 <= answer.status_code < 500, token
            assert "red" not in answer.text
    assert row_counts(ctx) == before
    assert alert_row(ctx, alert).status == "firing"


def test_a_token_says_what_was_written_until_it_expires() -> None:
    now = system_now()
    link = Link(7, LinkAction.RESOLVE, (now + timedelta(seconds=10)).replace(microsecond=0), "team", "n")
    token = write(SECRET, link)
    assert read([SECRET], token, now=now) == link
    with pytest.raises(LinkError) as expired:
        read([SECRET], token, now=now + timedelta(seconds=11))
    assert expired.value.problem is LinkProblem.EXPIRED
    with pytest.raises(LinkError) as foreign:
        read([b"t" * 32], token, now=now)
    assert foreign.value.problem is LinkProblem.FORGED


def test_another_secret_signs_and_what_the_one_before_signed_is_still_good(ctx: Context) -> None:
    places(ctx, "CHI")
    alert = fire(ctx)
    before = links(ctx, alert)["acknowledge"].rpartition("/")[2]
    with ctx.uow() as uow:
        rotate(uow)
    desk = LinkDesk(ctx)  # as any other process
    after = desk.sign(notice(alert), system_now())["resolve"].rpartition("/")[2]
    keys = link_keys(ctx)
    assert len(keys.good) == 2
    assert read([keys.current], after, now=system_now()).action is LinkAction.RESOLVE
    with pytest.raises(LinkError):
        read([keys.current], before, now=system_now())
    assert desk.follow(before).alert.status is AlertStatus.ACKNOWLEDGED
    assert str(keys.current) not in repr(keys)
    assert desk.follow(after).alert.status is AlertStatus.RESOLVED


def test_the_secret_before_ends_with_its_last_link_or_at_once(ctx: Context) -> None:
    places(ctx, "CHI")
    alert = fire(ctx)
    stolen = links(ctx, alert)["acknowledge"].rpartition("/")[2]
    with ctx.uow() as uow:
        rotate(uow)
        fact = uow.session.get_one(SystemFact, "alert_links")
        fact.value = {**fact.value, "until": (system_now() - timedelta(seconds=1)).isoformat()}
    assert len(link_keys(ctx).good) == 1
    with ctx.uow() as uow:
        rotate(uow, at_once=True)
    assert len(link_keys(ctx).good) == 1
    with pytest.raises(LinkError) as dead:
        LinkDesk(ctx).follow(stolen)
    assert dead.value.problem is LinkProblem.FORGED
    assert alert_row(ctx, alert).status == "firing"


def test_the_command_replaces_the_secret(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    before = link_keys(ctx).current
    monkeypatch.setattr(command, "runtime", SimpleNamespace(build=lambda: ctx))
    result = CliRunner().invoke(app, ["links", "rotate"])
    assert result.exit_code == 0, result.output
    assert link_keys(ctx).good[1:] == (before,)


def test_links_are_given_while_there_is_something_to_do() -> None:
    signer = Signer(SECRET, "https://ops.example/")
    now = system_now()
    firing = signer(notice(7), now)
    assert set(firing) == {"acknowledge", "resolve"}
    assert all(url.startswith("https://ops.example/alert-links/") for url in firing.values())
    assert signer(notice(7), now) != firing  # each message has its own
    assert set(signer(notice(7, AlertStatus.ACKNOWLEDGED), now)) == {"resolve"}
    assert signer(notice(7, AlertStatus.RESOLVED, NoticeKind.RESOLVED), now) == {}
    assert "sss" not in repr(signer)


def test_every_process_reads_what_another_signed(ctx: Context) -> None:
    places(ctx, "CHI")
    alert = fire(ctx)
    path = links(ctx, alert)["resolve"]
    ctx.parts.clear()
    assert client_of(ctx).get(path).status_code == 200
    key = client_of(ctx, Permission.ADMIN).get("/api/v1/events?after=0")
    assert "alert-links" not in key.text  # no event carries them
