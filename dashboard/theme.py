"""Every design token: colours for light and dark, type, space, motion. Rules that use them are `assets/css`.

`python -m dashboard.theme` rewrites `assets/css/tokens.css`; a test says that the two agree. The map frame and the
charts take their colours from here, so that a status looks the same everywhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from models.enums import Compliance

TOKENS_CSS = Path(__file__).resolve().parent.parent / "assets" / "css" / "tokens.css"

FONT = 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", Menlo, Consolas, monospace'


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme. The first five mean status and nothing else; all else is neutral, and one accent."""

    compliant: str
    at_risk: str
    non_compliant: str
    unknown: str
    on_status: str  # text and shapes on a filled status colour
    page: str
    surface: str
    sunken: str
    line: str
    line_strong: str  # borders of controls: 3 : 1 against the surface
    text: str
    muted: str  # 4.5 : 1 on page, surface and sunken
    accent: str
    accent_soft: str
    on_accent: str
    shadow: str

    def status(self, compliance: Compliance | None) -> str:
        """Return the colour of a status; None is stale or unknown."""
        return {
            Compliance.COMPLIANT: self.compliant,
            Compliance.AT_RISK: self.at_risk,
            Compliance.NON_COMPLIANT: self.non_compliant,
            None: self.unknown,
        }[compliance]


LIGHT = Palette(
    compliant="#12715B",
    at_risk="#B25E00",
    non_compliant="#B3143C",
    unknown="#5F6B7A",
    on_status="#FFFFFF",
    page="#F4F6F8",
    surface="#FFFFFF",
    sunken="#EBEEF2",
    line="#DCE1E7",
    line_strong="#7F8A98",
    text="#12171D",
    muted="#4C5765",
    accent="#2C4AA8",
    accent_soft="#E6EBFA",
    on_accent="#FFFFFF",
    shadow="0 1px 2px rgb(18 23 29 / 0.06), 0 8px 24px rgb(18 23 29 / 0.08)",
)

DARK = Palette(
    compliant="#4CC9A4",
    at_risk="#F5B14C",
    non_compliant="#FF7A94",
    unknown="#9AA5B1",
    on_status="#0E1318",
    page="#0E1318",
    surface="#161C23",
    sunken="#1E262F",
    line="#2B353F",
    line_strong="#7A8794",
    text="#E9EDF2",
    muted="#A7B2BE",
    accent="#A3B8FF",
    accent_soft="#212C4A",
    on_accent="#0E1318",
    shadow="0 1px 2px rgb(0 0 0 / 0.4), 0 8px 24px rgb(0 0 0 / 0.35)",
)

#: One type scale (px). `--text-wall` is for figures read from across a room.
TYPE = {"xs": 12, "sm": 13, "base": 14, "md": 16, "lg": 20, "xl": 28, "wall": 88}

#: One spacing scale, steps of 4 px.
SPACE = {"1": 4, "2": 8, "3": 12, "4": 16, "5": 20, "6": 24, "8": 32, "10": 40}

RADIUS = 8
MOTION_MS = 160


def _colours(palette: Palette) -> str:
    return "\n".join(f"  --{name.replace('_', '-')}: {value};" for name, value in asdict(palette).items())


def css() -> str:
    """Return the custom properties: light by default, dark by the system or by choice (class on the root)."""
    fixed = [f"  --font: {FONT};", f"  --mono: {MONO};", f"  --radius: {RADIUS}px;", f"  --motion: {MOTION_MS}ms;"]
    fixed += [f"  --text-{name}: {size / 16:g}rem;" for name, size in TYPE.items()]
    fixed += [f"  --space-{name}: {size}px;" for name, size in SPACE.items()]
    dark = _colours(DARK)
    indented = "\n".join(f"  {line}" for line in dark.splitlines())
    return (
        "/* Written by `python -m dashboard.theme`; edit dashboard/theme.py instead. */\n"
        f":root {{\n{_colours(LIGHT)}\n" + "\n".join(fixed) + "\n  color-scheme: light;\n}\n\n"
        "@media (prefers-color-scheme: dark) {\n"
        f"  :root:not(.light) {{\n{indented}\n    color-scheme: dark;\n  }}\n}}\n\n"
        f":root.dark {{\n{dark}\n  color-scheme: dark;\n}}\n\n"
        "@media (prefers-reduced-motion: reduce) {\n  :root {\n    --motion: 0ms;\n  }\n}\n"
    )


if __name__ == "__main__":
    TOKENS_CSS.write_text(css())
