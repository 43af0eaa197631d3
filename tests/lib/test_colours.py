"""Colours become dark enough to be read, and no darker."""

import pytest

from samovar.lib.colours import contrast_on_white, readable_on_white


@pytest.mark.parametrize(("colour", "contrast"), [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54)])
def test_contrast_is_that_of_wcag(colour: str, contrast: float) -> None:
    assert round(contrast_on_white(colour), 2) == contrast


@pytest.mark.parametrize("colour", ["#ffffff", "#ffd400", "#00ff00", "#0f6a5b"])
def test_what_is_too_light_is_made_darker_and_nothing_else(colour: str) -> None:
    shown = readable_on_white(colour)

    assert contrast_on_white(shown) >= 4.5
    assert (shown == colour) == (contrast_on_white(colour) >= 4.5)
