"""Files of translated texts: reads and writes ``django.po``, compiles ``django.mo``.

Written so that two people's changes merge: sorted by text, no line numbers, no dates, no remains of old texts.
"""

import ast
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = (
    "Language: ru\n"
    "MIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\n"
    "Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
    "n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\n"
)
PLURALS = 3
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[#0\-+]*\d*(?:\.\d+)?[diouxXeEfFgGcrsa%]|{\w*}")
LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr)?(?:\[(\d)\])?\s*("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True, order=True)
class Text:
    """What is translated: English, its plural, and the context that tells equal texts apart."""

    english: str
    context: str = ""
    plural: str = ""


@dataclass(frozen=True)
class Entry:
    """A text with its translation: one form, or one for each plural; ``is_fuzzy`` marks somebody's guess."""

    text: Text
    forms: tuple[str, ...]
    is_fuzzy: bool = False

    def mistakes(self) -> Iterator[str]:
        """Yield what is wrong with the translation, in words."""
        if self.is_fuzzy:
            yield "is marked as fuzzy"
        if len(self.forms) != (PLURALS if self.text.plural else 1) or not all(self.forms):
            yield "is not translated"
            return
        # A form for one thing may leave the number out.
        allowed = {*PLACEHOLDER.findall(self.text.english), *PLACEHOLDER.findall(self.text.plural)}
        needed = set() if self.text.plural else allowed
        for form in self.forms:
            if not needed <= set(PLACEHOLDER.findall(form)) <= allowed:
                yield f"has other placeholders: {form}"
        if any(form.startswith("\n") != self.text.english.startswith("\n") for form in self.forms):
            yield "begins another line"
        if any(form.endswith("\n") != self.text.english.endswith("\n") for form in self.forms):
            yield "ends another line"


def parse(source: str) -> list[Entry]:
    """Read the entries of a ``.po`` file, without its header; raises ValueError at a line that cannot be read."""
    entries = [_entry(block) for block in re.split(r"\n\s*\n", source) if re.search(r"^msgid", block, re.M)]
    return [entry for entry in entries if entry.text.english]


def _entry(block: str) -> Entry:
    fields: dict[str, str] = {}
    current, is_fuzzy = "", False
    for line in block.splitlines():
        if line.startswith("#"):
            is_fuzzy = is_fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        match = LINE.fullmatch(line.strip())
        if not match:
            raise ValueError(f"This line of a catalogue cannot be read: {line}")
        current = f"{match[1]}{match[2] or ''}" if match[1] else current
        fields[current] = fields.get(current, "") + ast.literal_eval(match[3])
    forms = tuple(fields[name] for name in sorted(fields) if name.startswith("msgstr"))
    return Entry(Text(fields["msgid"], fields.get("msgctxt", ""), fields.get("msgid_plural", "")), forms, is_fuzzy)


def render(entries: list[Entry]) -> str:
    """Return the ``.po`` file of the entries."""
    blocks = [_field("msgid", "") + _field("msgstr", HEADER)]
    for entry in sorted(entries, key=lambda entry: entry.text):
        text, block = entry.text, ""
        flags = ["fuzzy"] * entry.is_fuzzy + ["python-format"] * ("%(" in text.english or "%s" in text.english)
        block += f"#, {', '.join(flags)}\n" if flags else ""
        block += _field("msgctxt", text.context) if text.context else ""
        block += _field("msgid", text.english)
        block += _field("msgid_plural", text.plural) if text.plural else ""
        names = [f"msgstr[{number}]" for number in range(len(entry.forms))] if text.plural else ["msgstr"]
        blocks.append(block + "".join(_field(name, form) for name, form in zip(names, entry.forms, strict=True)))
    return "\n".join(blocks)


def _field(name: str, value: str) -> str:
    lines = value.splitlines(keepends=True) or [""]
    if len(lines) > 1:
        lines.insert(0, "")
    return f"{name} " + "".join(f"{_quoted(line)}\n" for line in lines)


def _quoted(line: str) -> str:
    escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped.replace(chr(13), chr(92) + "r")}"'


def messages(entries: list[Entry]) -> dict[str, str]:
    """Return what a compiled catalogue holds: contexts and plurals joined as gettext wants them."""
    found = {"": HEADER}
    for entry in entries:
        text = entry.text
        context = f"{text.context}\x04" if text.context else ""
        plural = f"\0{text.plural}" if text.plural else ""
        if all(entry.forms) and not entry.is_fuzzy:
            found[f"{context}{text.english}{plural}"] = "\0".join(entry.forms)
    return found


def compiled(entries: list[Entry]) -> bytes:
    """Return the ``.mo`` file of the entries: a head, two tables of length and place, then the texts themselves."""
    pairs = sorted((key.encode(), value.encode()) for key, value in messages(entries).items())
    originals, translations = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    head, table = 28, 8 * len(pairs)
    place = head + 2 * table
    tables, texts = b"", b""
    for group in (originals, translations):
        for text in group:
            tables += struct.pack("<II", len(text), place + len(texts))
            texts += text + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, len(pairs), head, head + table, 0, place) + tables + texts


def decompiled(data: bytes) -> dict[str, str]:
    """Return what a compiled catalogue holds; raises ValueError when it is not one."""
    if data[:4] != struct.pack("<I", 0x950412DE):
        raise ValueError("This is no compiled catalogue.")
    count, originals, translations = struct.unpack_from("<3I", data, 8)

    def text(table: int, number: int) -> str:
        length, place = struct.unpack_from("<II", data, table + 8 * number)
        return data[place : place + length].decode()

    return {text(originals, number): text(translations, number) for number in range(count)}
