"""The bytes of a part out of the form in which they travelled."""

import binascii
import quopri
import re
from io import BytesIO

NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)


def undone(data: bytes, encoding: str) -> tuple[bytes, str]:
    """Return ``data`` without its content-transfer-encoding, and what was wrong with it ("" for nothing)."""
    encoding = encoding.strip().strip("\"'").lower()
    if encoding == "base64":
        return _base64(data)
    if encoding == "quoted-printable":
        return quopri.decodestring(data), ""
    if encoding in {"x-uuencode", "uuencode", "uue", "x-uue"}:
        return _uu(data)
    known = {"", "7bit", "8bit", "binary", "7-bit", "8-bit", "none"}
    return data, "" if encoding in known else f"unknown transfer encoding {encoding[:40]}"


def _base64(data: bytes) -> tuple[bytes, str]:
    try:
        return binascii.a2b_base64(data), ""
    except binascii.Error:
        pass
    # Padding is lost, or stands in the middle, or a character is missing: what is there is read.
    letters = NOT_BASE64.sub(b"", data)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4)), "damaged base64"


def _uu(data: bytes) -> tuple[bytes, str]:
    begin = UU_BEGIN.search(data)
    if begin is None:
        return data, "uuencoded part without a beginning"
    found, problem = bytearray(), ""
    # Line by line, and not as a list: there may be millions.
    for line in BytesIO(memoryview(data)[begin.end() :]):
        if line.strip() in {b"end", b"`"}:
            break
        try:
            found += binascii.a2b_uu(line.rstrip(b"\r\n"))
        except binascii.Error:
            problem = "damaged uuencoded part"
    return bytes(found), problem
