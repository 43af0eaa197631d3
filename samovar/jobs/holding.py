"""Work that the whole installation leaves alone until a person lets it go on: a restored copy sends nothing, say.

A row and not a file, because every machine of the installation must see it.
"""

from samovar.jobs.models import Hold

# Everything that leaves for customers: mail, messages, webhooks.
SENDING = "sending"


def hold(work: str, reason: str) -> bool:
    """Let nobody do ``work`` any more; holding twice keeps the first reason. Returns whether that was news."""
    return Hold.objects.get_or_create(work=work, defaults={"reason": reason})[1]


def release(work: str) -> bool:
    """Let ``work`` go on; returns whether it was held."""
    return Hold.objects.filter(work=work).delete()[0] > 0


def held(work: str) -> Hold | None:
    """Return why and since when ``work`` is held, or None when it may be done."""
    return Hold.objects.filter(work=work).first()
