"""Which parts of a mail are its text, and which are files."""

import mimetypes
import re
from dataclasses import dataclass, field
from html import escape

from samovar.channels.mail.charsets import decoded
from samovar.channels.mail.headers import words_decoded
from samovar.channels.mail.mime import Part
from samovar.channels.mail.parsed import Attachment
from samovar.channels.mail.transfer import undone
from samovar.lib.html_text import text_of
from samovar.lib.text import storable, tidy

LONGEST_TEXT = 1_000_000
"""In characters, of all plain texts of a mail together, and of all its HTML. What is longer is kept whole as an
attachment, and its beginning is the text of the mail."""
MOST_BYTES_A_CHARACTER = 4

TEXT_KINDS = frozenset({"text/plain", "text/html"})
META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})", re.IGNORECASE)
NO_HTML_NOTICE = re.compile(r"\bhtml\b", re.IGNORECASE)
LONGEST_NOTICE = 300
PATH = re.compile(r"^.*[/\\]", re.DOTALL)
# Without the tables of the machine, so that a mail has the same names everywhere.
MEDIA_TYPES = mimetypes.MimeTypes()
UNSAFE_IN_NAME = re.compile(r"[\x00-\x1f\x7f<>:\"|?*]")
LONGEST_NAME = 150


@dataclass
class Body:
    """The texts and files of a mail, and what was wrong with them."""

    text: str = ""
    html: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left: dict[bool, int] = field(default_factory=lambda: {False: LONGEST_TEXT, True: LONGEST_TEXT})
    """How many characters may still be read, of HTML (True) and of anything else."""


@dataclass
class _Views:
    """The parts that make up the text, for readers of plain text and for readers of HTML; and the rest."""

    plain: list[Part] = field(default_factory=list)
    html: list[Part] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)


def read_body(raw: bytes, root: Part) -> Body:
    """Return the texts and files under ``root``. What cannot be read is noted, and kept as it is."""
    views = _Views()
    _sort_into(views, root)
    body = Body()
    texts = {id(part): _read_text(raw, part, body) for part in {id(p): p for p in views.plain + views.html}.values()}
    body.html = _html_view(views, texts)
    body.text = _plain_view(views, texts) if not (body.html and _says_nothing(views, texts)) else ""
    for number, part in enumerate(views.files, 1):
        body.attachments.append(_attachment(raw, part, number, body))
    return body


def _sort_into(views: _Views, root: Part) -> None:
    """Sort the parts as RFC 8621, section 4.1.4 does, without recursion: alternatives are one text in two forms."""
    if not root.parts:
        _sort_single(views, root)
        return
    waiting: list[tuple[Part, Part, int, bool]] = _entries(root, False)
    while waiting:
        part, parent, index, is_choice = waiting.pop()
        if part.parts:
            waiting.extend(_entries(part, is_choice))
        elif not _is_text_here(part, parent, index):
            views.files.append(part)
        elif not is_choice:
            views.plain.append(part)
            views.html.append(part)
        else:
            (views.plain if part.media_type == "text/plain" else views.html).append(part)
    _fill_missing_view(views)


def _entries(parent: Part, is_choice: bool) -> list[tuple[Part, Part, int, bool]]:
    is_choice = is_choice or parent.media_type == "multipart/alternative"
    return [(part, parent, index, is_choice) for index, part in enumerate(parent.parts)][::-1]


def _sort_single(views: _Views, root: Part) -> None:
    is_text = root.media_type.startswith("text/") and root.media_type != "text/calendar"
    if is_text and root.disposition.value != "attachment":
        views.plain.append(root)
        views.html.append(root)
    else:
        views.files.append(root)


def _is_text_here(part: Part, parent: Part, index: int) -> bool:
    if part.media_type not in TEXT_KINDS or part.disposition.value == "attachment":
        return False
    if index == 0 or parent.media_type == "multipart/alternative":
        return True
    return parent.media_type != "multipart/related" and not _given_name(part)


def _fill_missing_view(views: _Views) -> None:
    """A text that exists in one form only serves readers of the other as well."""
    if not views.plain:
        views.plain = list(views.html)
    elif not views.html:
        views.html = list(views.plain)


def _read_text(raw: bytes, part: Part, body: Body) -> str:
    data, problem = undone(raw[part.start : part.end], part.headers.raw("content-transfer-encoding"))
    charset = part.content_type.get("charset")
    if not charset and part.media_type == "text/html" and (meta := META_CHARSET.search(data[:4000])):
        charset = meta.group(1).decode("ascii")
    is_html = part.media_type == "text/html"
    beginning = _beginning(data, MOST_BYTES_A_CHARACTER * body.left[is_html])
    text, wrong = decoded(beginning, charset)
    body.problems += [found for found in (problem, wrong) if found]
    if len(text) > body.left[is_html] or len(beginning) < len(data):
        body.problems.append("text longer than a million characters: cut, and kept whole as an attachment")
        body.attachments.append(Attachment("text.txt", part.media_type, data, "", is_inline=False))
        text = text[: body.left[is_html]]
    body.left[is_html] -= len(text)
    return storable(text.replace("\r\n", "\n").replace("\r", "\n"))


def _beginning(data: bytes, most: int) -> bytes:
    """Return at most so many bytes, whole lines if there are any: a character cut in two would spoil the rest."""
    if len(data) <= most:
        return data
    return data[: data.rfind(b"\n", 0, most) + 1] or data[:most]


def _html_view(views: _Views, texts: dict[int, str]) -> str:
    """Return the HTML of a mail that has any; plain texts beside it stand in it as they are."""
    if not any(part.media_type == "text/html" for part in views.html):
        return ""
    found = []
    for part in views.html:
        text = texts[id(part)]
        found.append(text if part.media_type == "text/html" else f"<pre>{escape(text)}</pre>")
    return "\n".join(found)


def _plain_view(views: _Views, texts: dict[int, str]) -> str:
    """Return the plain text; what exists as HTML only, beside plain texts, is converted."""
    if all(part.media_type == "text/html" for part in views.plain):
        return ""
    found = []
    for part in views.plain:
        text = texts[id(part)]
        found.append(text_of(text) if part.media_type == "text/html" else text)
    return "\n".join(found)


def _says_nothing(views: _Views, texts: dict[int, str]) -> bool:
    """Whether the plain text is empty, or only says that one should read the HTML."""
    text = "".join(texts[id(part)] for part in views.plain).strip()
    is_other_form = not {id(part) for part in views.plain} & {id(part) for part in views.html}
    return not text or (is_other_form and len(text) < LONGEST_NOTICE and NO_HTML_NOTICE.search(text) is not None)


def _attachment(raw: bytes, part: Part, number: int, body: Body) -> Attachment:
    content, problem = undone(raw[part.start : part.end], part.headers.raw("content-transfer-encoding"))
    if problem:
        body.problems.append(problem)
    content_id = tidy(part.headers.raw("content-id")).strip("<> ")[:300]
    is_shown = bool(content_id) and f"cid:{content_id}" in body.html
    name = _safe_name(_given_name(part)) or _made_name(part, number)
    return Attachment(name, tidy(part.media_type)[:100], content, content_id, is_shown)


def _given_name(part: Part) -> str:
    return part.disposition.get("filename") or part.content_type.get("name")


def _safe_name(name: str) -> str:
    """Return a file name without folders, control characters and what some systems forbid."""
    name = UNSAFE_IN_NAME.sub("_", PATH.sub("", tidy(words_decoded(name)))).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if len(name) > LONGEST_NAME and dot and len(ending) <= 10:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return name[:LONGEST_NAME]


def _made_name(part: Part, number: int) -> str:
    """Return a name for a part without one."""
    ending = {"message/rfc822": ".eml", "text/calendar": ".ics", "message/delivery-status": ".txt"}.get(
        part.media_type
    ) or MEDIA_TYPES.guess_extension(part.media_type, strict=False)
    return f"attachment-{number}{ending or '.bin'}"
