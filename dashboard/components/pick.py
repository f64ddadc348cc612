"""Picking in the browser: list, scans, connection. Its browser side is `assets/picking/Pick.jsx`, which speaks to the
JSON API with the session of the page; the scans themselves are kept and sent by `assets/js/scans.js`."""

from __future__ import annotations

from typing import Any

import reflex as rx


class Pick(rx.Component):
    """What `of` ("shipments/12", "waves/3") asks to be picked, by `who`; renewed whenever `beat` changes."""

    library = "$/public/picking/Pick.jsx"
    tag = "Pick"

    of: rx.Var[str]
    who: rx.Var[str]
    beat: rx.Var[int]


def pick(*others: Any, **props: Any) -> rx.Component:
    """Return the picking area; `others` stands beside its links, while the connection is there."""
    return Pick.create(*others, class_name="pick", **props)
