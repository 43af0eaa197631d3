"""What was typed while the keyboard stood in the other layout: English for Russian, or the other way round."""

from samovar.lib.text import search_key

# Keys in the same place of the two layouts; with Shift, signs of the one are capitals of the other.
LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбю"
SHIFTED_LATIN = '~{}:"<>'
SHIFTED_CYRILLIC = "ёхъжэбю"
OTHER_LAYOUT = {
    **str.maketrans(SHIFTED_LATIN, SHIFTED_CYRILLIC),
    **str.maketrans(LATIN + CYRILLIC, CYRILLIC + LATIN),
}


def other_layout(text: str) -> str:
    """Return what the same keys write in the other layout, in the form in which names are searched."""
    return search_key(text.lower().translate(OTHER_LAYOUT))


def readings(text: str) -> tuple[str, str]:
    """Return what may be meant by ``text``, in the form in which names are searched: itself, and the other layout's."""
    return search_key(text), other_layout(text)
