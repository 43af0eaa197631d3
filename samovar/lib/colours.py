"""Colours that somebody chose, made fit to be read."""

import re

HEX = re.compile(r"#[0-9a-f]{6}")
NEEDED = 4.5
STEP = 0.96


def contrast_on_white(colour: str) -> float:
    """Return the contrast of ``colour`` (#rrggbb) with white, from 1 to 21.

    (1.05) / (L + 0.05), L the relative luminance of sRGB. Source: WCAG 2.2, definition of contrast ratio.
    """
    parts = (_linear(channel / 255) for channel in _channels(colour))
    luminance = sum(part * weight for part, weight in zip(parts, (0.2126, 0.7152, 0.0722), strict=True))
    return 1.05 / (luminance + 0.05)


def readable_on_white(colour: str) -> str:
    """Return ``colour``, made darker until it can be read on white, and white on it (4.5 to 1)."""
    while contrast_on_white(colour) < NEEDED:
        red, green, blue = (int(channel * STEP) for channel in _channels(colour))
        colour = f"#{red:02x}{green:02x}{blue:02x}"
    return colour


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
