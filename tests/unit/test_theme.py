"""The tokens: written to CSS as they are, and readable in both themes."""

from __future__ import annotations

import pytest

from dashboard import theme


def luminance(colour: str) -> float:
    def channel(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    r, g, b = (channel(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


THEMES = pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK], ids=["light", "dark"])


def test_the_stylesheet_holds_the_tokens() -> None:
    assert theme.TOKENS_CSS.read_text() == theme.css()


@THEMES
def test_text_reaches_4_5_to_1_everywhere(palette: theme.Palette) -> None:
    for background in (palette.page, palette.surface, palette.sunken):
        assert contrast(palette.text, background) >= 4.5
        assert contrast(palette.muted, background) >= 4.5
        assert contrast(palette.accent, background) >= 4.5
    for filled in (palette.compliant, palette.at_risk, palette.non_compliant, palette.unknown):
        assert contrast(palette.on_status, filled) >= 4.5
    assert contrast(palette.on_accent, palette.accent) >= 4.5
    assert contrast(palette.text, palette.accent_soft) >= 4.5


@THEMES
def test_graphics_reach_3_to_1(palette: theme.Palette) -> None:
    for background in (palette.page, palette.surface, palette.sunken):
        for colour in (palette.compliant, palette.at_risk, palette.non_compliant, palette.unknown):
            assert contrast(colour, background) >= 3
    assert contrast(palette.line_strong, palette.surface) >= 3


@THEMES
def test_the_three_statuses_differ_in_lightness(palette: theme.Palette) -> None:
    three = sorted(luminance(c) for c in (palette.compliant, palette.at_risk, palette.non_compliant))
    assert three[1] > three[0] * 1.02
    assert three[2] > three[1] * 1.02
