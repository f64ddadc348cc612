"""The trend chart of a location as a Plotly figure, once per theme: open shipments over time by band. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy  # noqa: F401  wholly, before there are threads: plotly trips over one that another thread is importing
import plotly.graph_objects as go

from backend.sla.views import TrendPoint
from dashboard import theme
from dashboard.theme import Palette

#: Drawn from the bottom: what matters most stands on the axis.
_BANDS = (("non_compliant", "Non-Compliant"), ("at_risk", "At Risk"), ("compliant", "Compliant"))


@dataclass(frozen=True, slots=True)
class Charts:
    """The same chart for each theme; `empty` when there is nothing to draw yet."""

    light: go.Figure
    dark: go.Figure
    empty: bool


def charts(points: Sequence[TrendPoint], time_zone: str) -> Charts:
    """Return the chart for both themes."""
    return Charts(figure(points, time_zone, theme.LIGHT), figure(points, time_zone, theme.DARK), len(points) < 2)


def figure(points: Sequence[TrendPoint], time_zone: str, palette: Palette) -> go.Figure:
    """Return the chart in the location's own time; without points an empty one."""
    zone = ZoneInfo(time_zone)
    # Plotly draws the clock of what it is given: wall time without a zone, which the axis title names.
    at = [point.at.astimezone(zone).replace(tzinfo=None) for point in points]
    chart = go.Figure([_band(name, word, at, points, palette) for name, word in _BANDS])
    axis = {
        "gridcolor": palette.line,
        "zerolinecolor": palette.line,
        "linecolor": palette.line,
        "tickfont": {"color": palette.muted},
        "fixedrange": True,
    }
    chart.update_layout(
        height=240,
        margin={"l": 36, "r": 8, "t": 8, "b": 28},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": theme.FONT, "size": 12, "color": palette.text},
        hovermode="x unified",
        hoverlabel={"bgcolor": palette.surface, "bordercolor": palette.line_strong, "font": {"color": palette.text}},
        showlegend=False,
        xaxis=axis | {"showgrid": False, "tickformat": "%H:%M", "hoverformat": "%H:%M"},
        yaxis=axis | {"rangemode": "tozero", "nticks": 5},
    )
    return chart


def _band(name: str, word: str, at: Sequence[datetime], points: Sequence[TrendPoint], palette: Palette) -> go.Scatter:
    colour = getattr(palette, name)
    return go.Scatter(
        x=at,
        y=[getattr(point.counts, name) for point in points],
        name=word,
        mode="lines",
        stackgroup="open",
        line={"color": colour, "width": 1.5, "shape": "hv"},
        fillcolor=_see_through(colour, 0.28 if name == "compliant" else 0.75),
        hovertemplate="%{y}",
    )


def _see_through(colour: str, share: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"
