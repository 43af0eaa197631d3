"""Bytes to text when the declared charset is missing, unknown or wrong."""

import codecs
import re
from functools import lru_cache

# Only real charsets: Python also knows codecs such as "punycode" and "idna", whose time grows with the square.
CHARSET = re.compile(
    r"ascii|utf[-_]?(7|8|16|32)|iso8859|iso2022|cp\d|koi8|gb|hz$|big5|euc_|shift_jis|mac|tis_620|johab|ptcp154|kz1048"
)
# What senders write, and what they mean: mostly the larger set that Windows calls by the name of the smaller.
MEANT = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "ascii",
    "ansi_x3.4-1968": "ascii",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-6-i": "iso8859_6",
    "windows-874": "cp874",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "x-windows-949": "cp949",
    "x-mac-cyrillic": "mac_cyrillic",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
}
HIGH = re.compile(rb"[\x80-\xff]")
HIGH_RUN = re.compile(rb"[\xc0-\xff\xb8\xa8\xa3\xb3]{3,}")
LETTER = re.compile(rb"[A-Za-z\x80-\xff]")


def decoded(data: bytes, charset: str) -> tuple[str, str]:
    """Return ``data`` as text and what was wrong with it ("" for nothing). Never raises, whatever the bytes."""
    codec = _codec(charset.strip().strip("\"'").lower())
    if codec:
        try:
            return data.decode(codec), ""
        except UnicodeError:
            pass
    if codec not in {"", "ascii", "utf-8"}:
        return data.decode(codec, "replace"), f"bytes that are not {codec}"
    text, guessed = guess(data)
    if guessed != "utf-8" and _is_nearly_utf8(data):
        return data.decode("utf-8", "replace"), "bytes that are not utf-8"
    is_fine = guessed == "utf-8" and not charset
    return text, "" if is_fine else f"charset {charset[:40] or 'missing'}: read as {guessed}"


def guess(data: bytes) -> tuple[str, str]:
    """Return ``data`` as text by the likeliest charset, and that charset's name."""
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeError:
        codec = _cyrillic(data) or "cp1252"
        return data.decode(codec, "replace"), codec


@lru_cache(maxsize=256)
def _codec(charset: str) -> str:
    """Return the name of Python's codec for a declared charset, "" for none."""
    try:
        name = codecs.lookup(MEANT.get(charset, charset)).name
    except (LookupError, ValueError):
        return ""
    return name if CHARSET.match(name) else ""


def _cyrillic(data: bytes) -> str:
    """Return the Cyrillic charset that ``data`` seems to be in, "" when it seems to be another script.

    Western texts have single letters above ASCII, Cyrillic ones whole words of them. Most letters of a text are small,
    and the small letters are the lower half of KOI8-R's block and the upper half of windows-1251's.
    """
    sample = data[:20_000]
    in_runs = sum(len(run) for run in HIGH_RUN.findall(sample))
    if in_runs * 3 < len(LETTER.findall(sample)):
        return ""
    lower_half = sum(0xC0 <= byte <= 0xDF for byte in sample)
    upper_half = sum(byte >= 0xE0 for byte in sample)
    return "koi8-r" if lower_half > upper_half else "cp1251"


def _is_nearly_utf8(data: bytes) -> bool:
    """Whether most of what is above ASCII is good UTF-8: a text that was cut or damaged, not one in another charset."""
    sample = data[:20_000]
    if not HIGH.search(sample):
        return True
    bad = sample.decode("utf-8", "replace").count("\ufffd")
    good = sum(ord(character) > 127 for character in sample.decode("utf-8", "ignore"))
    return good > 4 * bad
