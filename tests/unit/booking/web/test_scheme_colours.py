"""A scheme's colour is taken only where everybody can read it."""

from __future__ import annotations

import re

import pytest

from booking.web.scheme_colours import (
    AA_TEXT,
    BLACK,
    WHITE,
    ColourTooPale,
    Rgb,
    contrast,
    scheme_css,
)


def _rgb(css: str, name: str) -> Rgb:
    found = re.search(rf"{name}:#([0-9a-f]{{6}})", css)
    assert found
    red, green, blue = bytes.fromhex(found[1])
    return red, green, blue


def test_contrast_is_the_published_one() -> None:
    """Black on white is 21 to 1, a colour on itself 1 to 1, #767676 just passes."""
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(WHITE, WHITE) == pytest.approx(1)
    assert contrast((0x76, 0x76, 0x76), WHITE) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("colour", ["#0b5a43", "#3b3f9e", "#8a2b06", "#000000"])
def test_the_shades_made_from_a_colour_can_be_read(colour: str) -> None:
    """Dark words on the pale shade, and white words on the dark one, keep their contrast."""
    css = scheme_css(colour)
    dark, pale = _rgb(css, "--oa-pine-dark"), _rgb(css, "--oa-pine-pale")
    assert contrast(dark, pale) >= AA_TEXT
    assert contrast(dark, WHITE) >= AA_TEXT


def test_a_pale_colour_is_refused_with_a_reason() -> None:
    """A colour nobody can read on white stops the start with what to do."""
    with pytest.raises(ColourTooPale, match="Choose a darker one"):
        scheme_css("#ffcc00")


@pytest.mark.parametrize("colour", ["", "green", "#fff", "#0b5a43;}", "#0b5a4g", "0b5a43"])
def test_anything_but_a_plain_colour_is_refused(colour: str) -> None:
    """Nothing but six digits gets into the stylesheet."""
    with pytest.raises(ValueError, match="must be like #0b5a43"):
        scheme_css(colour)
