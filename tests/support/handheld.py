"""The Pick page in a real browser: opened, scanned at, read; and what the server holds beside it."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import visit


def opened(context: BrowserContext, id_: int) -> Page:
    """Return the Pick page of a shipment."""
    page = context.new_page()
    visit(page, f"/pick/{id_}")
    expect(page.locator("[data-scans]")).to_be_visible()
    return page


def scan(page: Page, code: str) -> None:
    """Do what a keyboard-wedge scanner does: type, then Enter, wherever the focus is."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def says(page: Page, words: str) -> None:
    """Expect what the page says last."""
    expect(page.locator(".pick-says-title")).to_have_text(words)


def step(page: Page, name: str) -> None:
    """Expect the step that comes next."""
    expect(page.locator("#pick-step h2")).to_have_text(name)


def shipment(ann: httpx.Client, id_: int) -> dict[str, Any]:
    """Return a shipment as the API shows it."""
    found: dict[str, Any] = ann.get(f"/api/v1/shipments/{id_}").raise_for_status().json()
    return found


def picked(ann: httpx.Client, id_: int) -> dict[str, int]:
    """Return what the server holds as picked, by SKU."""
    return {line["sku"]: line["picked"] for line in shipment(ann, id_)["lines"]}
