"""How a person is drawn when there is no picture."""

TONES = 4


def initials(name: str) -> str:
    """Return the first letters of the first two words of ``name`` in capitals, "?" when it has no letters."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"


def tone(identifier: int | None) -> str:
    """Return the tint that belongs to this person for good, "" for somebody unknown."""
    return str(identifier % TONES + 1) if identifier else ""
