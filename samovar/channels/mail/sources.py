"""Mails out of files, folders, mboxes and zip archives, one after the other, in the order of their names."""

import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

LARGEST = 150_000_000
"""In bytes, of one mail. A larger one is reported and not read."""
BOMB_RATIO, BOMB_BYTES = 200, 5_000_000
"""Something that grows so much when unpacked, to more than so much, is no mail."""
MOST_IN_ARCHIVE = 2_000_000

# By its beginning only: a mail that carries an archive ends like one.
ZIP_BEGINS = (b"PK\x03\x04", b"PK\x05\x06")
DAMAGES = (zipfile.BadZipFile, zlib.error, LZMAError, struct.error, OSError, ValueError, EOFError)
MBOX_ENDINGS = frozenset({".mbox", ".mbx"})
FROM_LINE = re.compile(rb"From \S{1,300} +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[ ,].{0,60}\d\d:\d\d.{0,40}\d{4}", re.DOTALL)
FIELD_LINE = re.compile(rb"[!-9;-~]{1,80}[ \t]*:")
QUOTED_FROM_LINE = re.compile(rb">+From ")


class FoundMail(NamedTuple):
    """The bytes of one mail, where they were found, and why they could not be read ("" if they could)."""

    name: str
    raw: bytes
    problem: str = ""


def mails_in(path: Path) -> Iterator[FoundMail]:
    """Yield the mails in a file, a folder (with all below it), an mbox or a zip archive.

    Files are taken whatever their endings. What cannot be read is yielded with its reason. At most one mail is held in
    memory. Raises FileNotFoundError when there is nothing at ``path``.
    """
    if path.is_dir():
        for file in _files_below(path):
            yield from _mails_in_file(file, file.relative_to(path).as_posix())
    elif path.exists():
        yield from _mails_in_file(path, path.name)
    else:
        raise FileNotFoundError(path)


def is_collection(path: Path) -> bool:
    """Whether there may be several mails at ``path``."""
    try:
        return path.is_dir() or _is_zip(path) or _is_mbox(path)
    except OSError:
        return False


def _files_below(folder: Path) -> list[Path]:
    found = [Path(place) / name for place, _, names in os.walk(folder) for name in names]
    return sorted((file for file in found if file.is_file()), key=lambda file: file.relative_to(folder).as_posix())


def _mails_in_file(file: Path, name: str) -> Iterator[FoundMail]:
    try:
        if _is_zip(file):
            yield from _mails_in_zip(file, name)
        elif _is_mbox(file):
            with file.open("rb") as stream:
                yield from _mails_in_mbox(stream, name)
        elif file.stat().st_size > LARGEST:
            yield FoundMail(name, b"", f"larger than {LARGEST // 1_000_000} MB")
        else:
            yield FoundMail(name, file.read_bytes())
    except OSError as error:
        yield FoundMail(name, b"", error.strerror or "could not be read")


def _mails_in_zip(file: Path, name: str) -> Iterator[FoundMail]:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            for entry in sorted(entries[:MOST_IN_ARCHIVE], key=lambda entry: entry.filename):
                if not entry.filename.startswith("__MACOSX/"):
                    yield from _mails_in_entry(archive, entry)
            if len(entries) > MOST_IN_ARCHIVE:
                yield FoundMail(name, b"", f"more than {MOST_IN_ARCHIVE} files: the last were not read")
    except (*DAMAGES, RuntimeError):
        yield FoundMail(name, b"", "damaged zip archive")


def _mails_in_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[FoundMail]:
    name = PurePosixPath(entry.filename).as_posix()
    is_mbox = PurePosixPath(name).suffix.lower() in MBOX_ENDINGS
    if entry.file_size > BOMB_BYTES and entry.file_size > BOMB_RATIO * max(1, entry.compress_size):
        yield FoundMail(name, b"", "unpacks to a suspicious size")
        return
    if entry.file_size > LARGEST and not is_mbox:
        yield FoundMail(name, b"", f"larger than {LARGEST // 1_000_000} MB")
        return
    try:
        with archive.open(entry) as stream:
            if is_mbox:
                yield from _mails_in_mbox(stream, name)
            else:
                yield FoundMail(name, stream.read(LARGEST))
    except DAMAGES:
        yield FoundMail(name, b"", "damaged in the zip archive")
    except (RuntimeError, NotImplementedError) as error:
        is_locked = "password" in str(error)
        yield FoundMail(name, b"", "encrypted in the zip archive" if is_locked else "packed in an unknown way")


def _mails_in_mbox(stream: IO[bytes], name: str) -> Iterator[FoundMail]:
    """Yield the mails of an mbox, which begin with a From line after a blank line, in the order in which they stand."""
    number, size = 0, 0
    lines: list[bytes] = []
    from_line, after_blank = b"", True
    for line in stream:
        # A From line counts when a header follows; else it belongs to a text.
        if from_line and not FIELD_LINE.match(line):
            lines.append(from_line)
            from_line = b""
        elif from_line:
            if number:
                yield _from_mbox(name, number, lines, size)
            number, size, lines, from_line = number + 1, 0, [], b""
        if after_blank and FROM_LINE.match(line):
            from_line = line
            continue
        after_blank = not line.strip()
        size += len(line)
        if size <= LARGEST:
            lines.append(line[1:] if QUOTED_FROM_LINE.match(line) else line)
    if number or lines or from_line:
        yield _from_mbox(name, max(1, number), [*lines, from_line] if from_line else lines, size)


def _from_mbox(name: str, number: int, lines: list[bytes], size: int) -> FoundMail:
    """Return one mail of an mbox, without the blank line that divides it from the next."""
    if size > LARGEST:
        return FoundMail(f"{name}#{number}", b"", f"larger than {LARGEST // 1_000_000} MB")
    raw = b"".join(lines)
    for blank in (b"\r\n\r\n", b"\n\n"):
        if raw.endswith(blank):
            raw = raw[: -len(blank) // 2]
            break
    return FoundMail(f"{name}#{number}", raw)


def _is_zip(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4) in ZIP_BEGINS


def _is_mbox(file: Path) -> bool:
    """Whether a file holds several mails: by its ending, or without one, by how it begins."""
    ending = file.suffix.lower()
    if ending in MBOX_ENDINGS:
        return True
    if ending:
        return False
    with file.open("rb") as stream:
        return FROM_LINE.match(stream.read(500)) is not None
