"""A scheme's own main colour over the service's pine, held to the contrast people need.

Pure functions: one colour in, a small stylesheet out. Imports only the standard library.
"""

from __future__ import annotations

import re
from typing import Final

Rgb = tuple[int, int, int]

WHITE: Final[Rgb] = (255, 255, 255)
BLACK: Final[Rgb] = (0, 0, 0)
PAPER: Final[Rgb] = (251, 247, 239)

AA_TEXT: Final = 4.5
"""The least contrast of text on its ground (WCAG 2.2, 1.4.3)."""

_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")


class ColourTooPale(ValueError):
    """Text in this colour, or on it, could not be read by everybody."""


def scheme_css(colour: str) -> str:
    """The custom properties that put a scheme's colour over the service's own.

    Args:
        colour: as "#0b5a43".

    Raises:
        ValueError: it is not six hexadecimal digits after a "#".
        ColourTooPale: its contrast on white or paper is under 4.5.
    """
    main = _read(colour)
    worst = min(contrast(main, WHITE), contrast(main, PAPER))
    if worst < AA_TEXT:
        raise ColourTooPale(
            f"The scheme's colour {colour} has a contrast of {worst:.1f} on our pages; it needs "
            f"at least {AA_TEXT}. Choose a darker one."
        )
    dark, pale = _write(_mix(main, BLACK, 0.32)), _write(_mix(main, WHITE, 0.88))
    properties = {
        "--oa-pine": colour,
        "--oa-pine-dark": dark,
        "--oa-pine-pale": pale,
        "--govuk-brand-colour": colour,
        "--govuk-success-colour": colour,
        "--govuk-link-colour": colour,
        "--govuk-link-visited-colour": colour,
        "--govuk-link-hover-colour": dark,
        "--oa-driver-go": colour,
    }
    return ":root{" + ";".join(f"{name}:{value}" for name, value in properties.items()) + "}\n"


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _read(colour: str) -> Rgb:
    if not _HEX.fullmatch(colour):
        raise ValueError(f"The scheme's colour must be like #0b5a43, not {colour!r}.")
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _write(colour: Rgb) -> str:
    return "#" + bytes(colour).hex()
