"""The text of a message of ours as HTML, where its author used signs of Markdown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString

from samovar.conversations.models import Message
from samovar.conversations.naming import names_in
from samovar.lib import markdown

CODE = "`"


@dataclass(frozen=True)
class Formatted:
    """A text as safe HTML; ``is_cut`` says that it goes on."""

    html: SafeString
    is_cut: bool = False


def formatted(message: Message, most: int, names: Sequence[str] = ()) -> Formatted | None:
    """Return the text of a message as the team sees it, at most ``most`` characters; None where it says no signs.

    Colleagues who are named by ``names`` stand out.
    """
    if not message.is_markdown or not markdown.has_signs(message.text):
        return None
    files = message.attachments.all()
    pictures = [file.pk for file in files if file.file.is_picture]
    return _formatted(_with_names(message.text, names), most, pictures)


def formatted_text(text: str, picture_ids: Iterable[int]) -> Formatted | None:
    """Return what has not left yet as it is going to look; None where it says no signs."""
    return _formatted(text, markdown.LONGEST, picture_ids) if markdown.has_signs(text) else None


def _with_names(text: str, names: Sequence[str]) -> str:
    # In code a sign would stand for itself.
    return names_in(names).sub(r"**\g<0>**", text) if names and CODE not in text else text


def _formatted(text: str, most: int, picture_ids: Iterable[int]) -> Formatted:
    known = {pk: reverse("picture", args=[pk]) for pk in picture_ids}
    # It has passed the allow list for HTML from outside.
    return Formatted(SafeString(markdown.html_of(text[:most], known.get)), is_cut=len(text) > most)
