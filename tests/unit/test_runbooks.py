"""What an event's `runbook_url` leads to."""

from __future__ import annotations

import pytest

from dashboard import nav
from dashboard.runbooks import FILE, HEADINGS, component, runbook, sections
from models.enums import Compliance


def test_every_colour_an_event_names_has_a_runbook() -> None:
    for grade in Compliance:
        slug = f"location-{grade.value.replace('_', '-')}"
        assert HEADINGS[slug] in str(runbook(slug)), slug


def test_every_runbook_has_steps_and_a_page() -> None:
    written = sections(FILE.read_text(encoding="utf-8"))
    for slug, heading in HEADINGS.items():
        assert any(node.type == "ordered_list" for node in written[heading]), heading
        assert nav.page_at(f"/runbooks/{slug}") is nav.RUNBOOK


def test_html_in_a_runbook_is_refused() -> None:
    (block,) = sections("## One\nSay `yes` and <b>no</b>\n")["One"]
    with pytest.raises(ValueError, match="html_inline"):
        component(block)
