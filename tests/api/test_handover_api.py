"""Hand-over notes and reports of incidents: what they name, what they leave out, and that values stay values."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.alerting import handover as service
from backend.clock import ManualClock
from backend.context import Context
from models.alerting import Muted
from models.enums import Permission
from tests.support.api import client_of
from tests.support.open_alerts import ESCALATION, channel, fire, places, sequenced

PATH = "/api/v1/alerts"
BOTH = (Permission.ALERTS_READ, Permission.ALERTS_WRITE)


def test_a_shift_is_handed_over(ctx: Context, clock: ManualClock) -> None:
    places(ctx, "CHI", "NYC", "LAX", "SEA")
    long_ago = fire(ctx, "SEA")
    client = client_of(ctx, *BOTH)
    client.post(f"{PATH}/{long_ago}/resolve")
    clock.advance(timedelta(hours=9))
    mine, nobody = fire(ctx, "CHI", steps_=ESCALATION), fire(ctx, "NYC", title="NYC *is* <b>late</b>")
    quiet = fire(ctx, "LAX", muted=Muted.SILENCED.value)
    fire(ctx, None, group_key="drill", drill=True)
    over = fire(ctx, "SEA")
    clock.advance(timedelta(minutes=30))
    client.post(f"{PATH}/{mine}/acknowledge")
    client.post(f"{PATH}/{over}/resolve")
    work = {"matchers": [{"name": "location", "value": "LAX"}], "reason": "stocktaking"}
    client.post("/api/v1/silences", json={**work, "ends_at": "2026-11-28T03:00:00Z"})
    client.post("/api/v1/silences", json={**work, "ends_at": "2026-11-29T12:00:00Z"})
    shift = client.get(f"{PATH}/handover").json()
    assert {alert["id"] for alert in shift["open"]} == {mine, nobody, quiet}
    assert [alert["id"] for alert in shift["resolved"]] == [over]
    assert [silence["ends_at"] for silence in shift["silences"]] == ["2026-11-28T03:00:00Z"]
    note = shift["note"]
    assert "3 open, 1 of them with nobody; 1 resolved, 1 silences end soon." in note
    assert r"**critical** NYC \*is\* \<b\>late\</b\>, for 30 min" in note
    assert "has it" in note
    text = client.get(f"{PATH}/handover.md?zone=America/Chicago")
    assert text.headers["content-type"].startswith("text/markdown")
    assert "(America/Chicago)" in text.text
    page = client.get(f"{PATH}/handover.html")
    assert "NYC *is* &lt;b&gt;late&lt;/b&gt;" in page.text
    limited = client_of(ctx, *BOTH, locations=["CHI"]).get(f"{PATH}/handover").json()
    assert ([alert["id"] for alert in limited["open"]], limited["resolved"], limited["silences"]) == ([mine], [], [])


@pytest.mark.parametrize(
    "query",
    [
        "?from=2026-11-27T15:00:00Z&to=2026-11-27T14:00:00Z",
        "?from=2026-01-27T15:00:00Z",
        "?zone=Mars/Olympus",
        "?zone=../../etc/passwd",
        "?from=yesterday",
    ],
)
def test_no_shift_is_like_that(ctx: Context, query: str) -> None:
    assert client_of(ctx, *BOTH).get(f"{PATH}/handover{query}").status_code == 422


def test_an_incident_is_reported(ctx: Context, clock: ManualClock) -> None:
    places(ctx, "CHI", "NYC")
    channel(ctx, "team")
    alert = fire(ctx, steps_=ESCALATION, title="CHI <script>alert(1)</script>")
    sequenced(ctx)
    clock.advance(timedelta(minutes=5))
    client = client_of(ctx, *BOTH)
    client.post(f"{PATH}/{alert}/acknowledge", json={"note": "on *my* way"})
    client.post(f"{PATH}/{alert}/resolve")
    text = client.get(f"{PATH}/{alert}/report.md").text
    assert "# CHI \\<script\\>" in text
    assert "after 5 min" in text
    assert "still to reach Team" in text
    assert r"on \*my\* way" in text
    assert "Step 1, boss: stopped acknowledged by" in text.replace("\\", "")
    page = client.get(f"{PATH}/{alert}/report.html")
    assert "<script>" not in page.text
    assert "09:05:00" in page.text  # Chicago's clock
    assert client_of(ctx, *BOTH, locations=["NYC"]).get(f"{PATH}/{alert}/report.md").status_code == 404
    assert client.get(f"{PATH}/{alert}/report.pdf").status_code == 422


def test_a_long_shift_says_how_many_there_are_and_how_many_it_names(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    places(ctx, "CHI", "NYC", "LAX", "SEA")
    for code in ("CHI", "NYC", "LAX"):
        fire(ctx, code)
    fire(ctx, "SEA", muted=Muted.SILENCED.value)
    monkeypatch.setattr(service, "MOST", 2)
    shift = client_of(ctx, *BOTH).get(f"{PATH}/handover").json()
    assert len(shift["open"]) == 2
    assert shift["counts"] == {"open": 4, "nobody": 3, "resolved": 0}
    assert "4 open, 3 of them with nobody; 0 resolved. Only the first 2 are named here." in shift["note"]
