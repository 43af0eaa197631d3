"""What a person newly wrote in a mail, apart from what the mail quotes and how it is signed.

Nothing is ever cut: the whole text is kept, with the ranges that are folded away. In doubt a line is shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from samovar.channels.mail.reply_lines import EMPTY, Lines
from samovar.channels.mail.reply_marks import reply_mark
from samovar.lib.html_text import Span, marked_text


@dataclass(frozen=True)
class ReplyText:
    """The text of a mail, and what of it is shown at first."""

    full: str
    hidden_ranges: tuple[tuple[int, int], ...]
    """Begin and end of what is folded away, in characters of ``full``, in order, without overlaps."""

    @property
    def visible(self) -> str:
        """What is shown at first, without blank lines around it."""
        pieces, position = [], 0
        for begin, end in self.hidden_ranges:
            pieces.append(self.full[position:begin])
            position = end
        return "".join([*pieces, self.full[position:]]).strip("\n\r").rstrip()

    @property
    def hidden(self) -> str:
        """What is folded away."""
        return "\n".join(self.full[begin:end].strip("\n") for begin, end in self.hidden_ranges)


def visible_text(text: str, html: str) -> ReplyText:
    """Return the text of a mail with what is to be folded away. The plain text is used; HTML only if there is none.

    Linear in the length of the text.
    """
    if text.strip() or not html:
        return _folded(text, [])
    return _folded(*marked_text(html, reply_mark))


def _folded(text: str, marks: list[Span]) -> ReplyText:
    mail = Lines(text)
    mail.apply_marks(marks)
    mail.find_introductions()
    cut = mail.cut()
    mail.find_signatures(cut)
    return ReplyText(text, tuple(_ranges(mail, mail.hidden(cut))))


def _ranges(mail: Lines, hidden: list[bool]) -> Iterator[tuple[int, int]]:
    """Yield where the hidden lines begin and end; blank lines between them are hidden as well."""
    begin, end, position = -1, -1, 0
    for line, kind, is_hidden in zip(mail.lines, mail.kinds, hidden, strict=True):
        following = position + len(line) + 1
        if is_hidden and begin < 0:
            begin = position
        if is_hidden:
            end = following
        elif kind != EMPTY and begin >= 0:
            yield begin, end
            begin = -1
        position = following
    if begin >= 0:
        yield begin, min(end, position - 1)
