"""The lines of a mail sorted into what is new, what is quoted, and what is signature."""

import re
from bisect import bisect_right
from itertools import accumulate

from samovar.channels.mail.attributions import (
    MOST_LINES,
    QUOTE_MARKS,
    find_attribution,
    is_only_writing,
    may_end_attribution,
)
from samovar.channels.mail.pasted_headers import (
    RULE,
    asks_to_reply_above,
    header_kind,
    is_header_block,
    is_separator,
    may_ask_to_reply_above,
)
from samovar.channels.mail.reply_marks import CITE, QUOTE, REST, SIGNATURE
from samovar.channels.mail.signatures import DELIMITER, divides, is_device_signature, is_signature
from samovar.lib.html_text import Span

# What a line is. The letters make up a word for each mail, which is then easy to judge.
EMPTY, TEXT, QUOTED, INTRODUCED, SIGNED = "e", "t", "q", "a", "s"

BLANK = re.compile("[ \\t\\r\xa0\u200b-\u200f\u202a-\u202e\u2060\ufeff]*\\Z")
QUOTE_MARK = re.compile(r"\s{0,8}[>＞]")
INITIALS = re.compile(r"\s?[A-Za-z]{1,20}>\s?")
FENCE = "```"
WRAPPED_FROM = 60
SENTENCE_END = (".", "?", "!", ":", ";", "…", "。", "？", "！")
MOST_INSIDE = 4
MOST_DEVICE_CHECKS = 50
BLOCK = re.compile(r"t[tes]*|[aq][aqes]*")
# What stands behind so many lines is taken for one more.
MOST_READ = 100_000
# A mail with more such lines is not read to the end for them: it is a list, a log or an attack.
MOST_CANDIDATES = 300
LONGEST_SIGNATURE = 60

BLANKS = " \t\r\xa0\u200b\u200c\u200d\u200e\u200f\u202a\u2060\ufeff"
FIRST = {">": QUOTED, "＞": QUOTED, **dict.fromkeys(BLANKS, "")}
MARKED = {QUOTE: INTRODUCED, CITE: QUOTED, SIGNATURE: SIGNED}


class Lines:
    """The lines of a mail, and what each of them is."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n", MOST_READ)
        self.kinds = _base_kinds(self.lines)
        self.cuts: list[int] = []
        """Where everything that follows is quoted, if something stands before."""
        self.is_passed_on = False
        """Whether the mail begins with what it passes on, so that nothing in it is less new than the rest."""

    def apply_marks(self, marks: list[Span]) -> None:
        """Take over what the HTML says."""
        starts = [0, *accumulate(len(line) + 1 for line in self.lines)]
        for span in marks:
            first = bisect_right(starts, span.start) - 1
            first += starts[first] < span.start and bool(self.lines[first][: span.start - starts[first]].strip())
            if span.mark == REST:
                self.cuts.append(first)
                continue
            last = max(first, bisect_right(starts, max(span.start, span.end - 1)) - 1)
            for index in range(first, min(last + 1, len(self.lines))):
                if self.kinds[index] != EMPTY:
                    self.kinds[index] = MARKED[span.mark]

    def find_introductions(self) -> None:
        """Find the lines that say whom the mail quotes."""
        before, left = EMPTY, MOST_CANDIDATES
        for index, kind in enumerate(self.kinds):
            if kind == TEXT and may_end_attribution(self.lines[index]):
                self._introduce(index)
                left -= 1
            elif kind == QUOTED and before != QUOTED:
                self._introduce_inside(index)
                left -= 1
            if left <= 0:
                return
            before = kind if kind != EMPTY else before

    def _introduce(self, index: int) -> None:
        found = find_attribution(self.lines, index, self._floor(index))
        if found is None:
            return
        after = self._next(index)
        self._take_other_marks(after)
        if after < len(self.lines) and self.kinds[after] in {QUOTED, INTRODUCED}:
            self._set(found.first, found.last, INTRODUCED)
        elif found.is_sure:
            self.cuts.append(found.first)

    def _introduce_inside(self, first: int) -> None:
        """Some programs put the attribution inside the quote, and some then leave the rest of it without marks."""
        seen = 0
        for index in range(first, min(first + 8, len(self.lines))):
            if self.kinds[index] != QUOTED or seen > MOST_INSIDE:
                return
            bare = QUOTE_MARKS.sub("", self.lines[index], count=1)
            seen += bool(bare.strip())
            floor = self._floor(first) if is_only_writing(bare) else first
            if may_end_attribution(bare) and (found := find_attribution(self.lines, index, floor)):
                self._set(found.first, found.last, INTRODUCED)
                if not self._has_words(index + 1):
                    self.cuts.append(found.first)
                return

    def _has_words(self, index: int) -> bool:
        """Whether the quote that goes on at ``index`` holds anything but marks."""
        while index < len(self.lines) and self.kinds[index] in {QUOTED, EMPTY}:
            if self.lines[index].strip(" \t\r>＞"):
                return True
            index += 1
        return index >= len(self.lines)

    def _take_other_marks(self, first: int) -> None:
        """Behind an attribution, lines that begin with a bar or with somebody's name and an arrow are quoted."""
        for index in range(first, len(self.lines)):
            line = self.lines[index]
            if self.kinds[index] == TEXT and not (line.startswith("|") or INITIALS.match(line[:24])):
                return
            if self.kinds[index] == TEXT:
                self.kinds[index] = QUOTED

    def _floor(self, index: int) -> int:
        """Return the first line of those of one kind that ``index`` is the last of."""
        first = index
        while first > 0 and index - first < MOST_LINES and self.kinds[first - 1] in {TEXT, EMPTY}:
            first -= 1
        return first

    def _next(self, index: int) -> int:
        index += 1
        while index < len(self.lines) and self.kinds[index] == EMPTY:
            index += 1
        return index

    def _set(self, first: int, last: int, kind: str) -> None:
        for index in range(first, last + 1):
            if self.kinds[index] != EMPTY:
                self.kinds[index] = kind

    def cut(self) -> int:
        """Return the line from which on all is quoted; the number of lines if there is none with text before it."""
        first = self._first_of_rest()
        found = min([*self.cuts, len(self.lines) if first is None else first])
        if not any(self._is_words(index) for index in range(found)):
            self.is_passed_on = found < len(self.lines)
            return len(self.lines)
        while 0 < found < len(self.lines) and (self.kinds[found - 1] == EMPTY or RULE.match(self.lines[found - 1])):
            found -= 1
        return found

    def find_signatures(self, cut: int) -> None:
        """Mark how the mail is signed, wherever it stands above or below a quote."""
        has_text, is_code, left = False, False, MOST_CANDIDATES
        for index in range(cut):
            if self.kinds[index] != TEXT:
                continue
            line = self.lines[index]
            is_code ^= line.startswith(FENCE)
            if has_text and left and not is_code and divides(line):
                left -= 1
                end = self._end_of_text(index, cut)
                if is_signature(self.lines, index, end):
                    self._set(index, end - 1, SIGNED)
            has_text = True
        self._find_device_signatures(cut)

    def _find_device_signatures(self, cut: int) -> None:
        """Mark what telephones add, at the end of what is new."""
        is_last, checks, found = True, 0, []
        for index in range(cut - 1, -1, -1):
            kind = self.kinds[index]
            if kind == TEXT and is_last and checks < MOST_DEVICE_CHECKS:
                checks += 1
                is_last = is_device_signature(self.lines[index])
                found += [index] if is_last else []
            elif kind in {QUOTED, INTRODUCED, SIGNED}:
                is_last = True
        if len(found) < self.kinds[:cut].count(TEXT):
            for index in found:
                self.kinds[index] = SIGNED

    def hidden(self, cut: int) -> list[bool]:
        """Return for each line whether it is folded away. If nothing would be left, nothing is."""
        hidden = [kind == SIGNED for kind in self.kinds[:cut]] + [True] * (len(self.lines) - cut)
        for begin, end in self._hidden_quotes(cut):
            hidden[begin:end] = [True] * (end - begin)
        shown = (kind == TEXT and not is_hidden for kind, is_hidden in zip(self.kinds, hidden, strict=True))
        return hidden if any(shown) and not self.is_passed_on else [False] * len(self.lines)

    def _hidden_quotes(self, cut: int) -> list[tuple[int, int]]:
        """Return which quotes are folded away: one at the end, or one at the beginning that the mail answers.

        Answers written between the lines of a quote make no sense without it. A quote without an attribution that
        stands first was put there by hand, and stays.
        """
        blocks = [(match.group(), *match.span()) for match in BLOCK.finditer("".join(self.kinds[:cut]))]
        if not blocks:
            return []
        texts = [index for index, (letters, _, _) in enumerate(blocks) if letters[0] == TEXT]
        quotes = [index for index, (letters, _, _) in enumerate(blocks) if letters[0] != TEXT]
        if not texts or not quotes:
            return []
        last, is_only = quotes[-1], len(quotes) == 1
        is_introduced = INTRODUCED in blocks[last][0]
        if last > texts[-1] and (is_introduced or is_only):
            return [blocks[last][1:]]
        if is_only and last < texts[0] and is_introduced:
            return [blocks[last][1:]]
        return []

    def _first_of_rest(self) -> int | None:
        """Return the first line that says that what follows is another message."""
        asks = may_ask_to_reply_above(self.text)
        left = MOST_CANDIDATES
        for index, kind in enumerate(self.kinds):
            if kind != TEXT:
                continue
            line = self.lines[index]
            if is_separator(line) or (asks and asks_to_reply_above(line)):
                return index
            if left and header_kind(line):
                left -= 1
                if is_header_block(self.lines, index):
                    return index
        return None

    def _is_words(self, index: int) -> bool:
        return self.kinds[index] == TEXT and not RULE.match(self.lines[index])

    def _end_of_text(self, index: int, cut: int) -> int:
        """Return where the text ends that goes on at ``index``; only below a real delimiter may it be long."""
        furthest = cut if self.lines[index].rstrip("\r") == DELIMITER else min(cut, index + LONGEST_SIGNATURE)
        while index < furthest and self.kinds[index] in {TEXT, EMPTY}:
            index += 1
        return index


def _base_kinds(lines: list[str]) -> list[str]:
    """Return what each line is by its own first character; lines that a wrapped quote lost its mark from are quoted."""
    kinds = [(FIRST.get(line[0], TEXT) or _kind_of_indented(line)) if line else EMPTY for line in lines]
    for index in range(1, len(kinds) - 1):
        if kinds[index] == TEXT and kinds[index - 1] == QUOTED == kinds[index + 1]:
            before = lines[index - 1].rstrip()
            if len(before) >= WRAPPED_FROM and not before.endswith(SENTENCE_END) and lines[index][0].islower():
                kinds[index] = QUOTED
    return kinds


def _kind_of_indented(line: str) -> str:
    if BLANK.match(line):
        return EMPTY
    return QUOTED if QUOTE_MARK.match(line) else TEXT
