"""Mails made to hurt whoever reads, keeps or shows them."""

import base64
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

HEAD = b"From: Elena <elena@mail.example>\r\nTo: help@aurora.example\r\nSubject: Poison\r\n"
PARTS = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def attached(name: str, media_type: str, content: bytes) -> bytes:
    """Return a mail with one file."""
    head = f"--b\r\n\r\nSee there.\r\n--b\r\nContent-Type: {media_type}; name={name}\r\n".encode()
    coding = b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return HEAD + PARTS + head + coding + base64.encodebytes(content) + b"\r\n--b--\r\n"


def zip_bomb() -> bytes:
    """Return archives in archives, five deep: 16^4 times 4 MB."""
    content = zipped({"0": bytes(4_000_000)})
    for _level in range(4):
        content = zipped({str(number): content for number in range(16)})
    return attached("42.zip", "application/zip", content)


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a zip archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


def sheet_of_10_gb() -> bytes:
    """Return a table whose directory promises ten gigabytes."""
    content = bytearray(zipped({"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": b"<c/>" * 1000}))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 0xFFFF_FFFE)
    return attached("10gb.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes(content))


def huge_picture() -> bytes:
    """Return a picture of 30,000 x 30,000 points, all black, that is really there."""
    packer, side = zlib.compressobj(9), 30_000
    line = bytes(1 + side // 8)
    points = b"".join(packer.compress(line * 100) for _lines in range(side // 100)) + packer.flush()
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)), (b"IDAT", points), (b"IEND", b"")]
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return attached("black.png", "image/png", content)


def many_parts() -> bytes:
    """Return a mail of 10,000 parts."""
    return HEAD + PARTS + b"".join(b"--b\r\n\r\npart %d\r\n" % number for number in range(10_000)) + b"--b--\r\n"


def nested_messages() -> bytes:
    """Return 1,000 messages, each attached to the one before."""
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1000 + b"Subject: the innermost\r\n\r\nHello"


def nested_parts() -> bytes:
    """Return a mail whose parts are 5,000 levels deep."""
    levels = (b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(5000))
    return HEAD + b"".join(levels) + b"\r\nHello"


def header_of_100_mb() -> bytes:
    """Return a mail that is nothing but a header: as much as is read of one that long."""
    return HEAD + b"".join(b"X-Field-%d: %s\r\n" % (number, b"x" * 970) for number in range(100_000))


def distinct_words() -> bytes:
    """Return a mail of a megabyte of words of which none comes twice."""
    chance = random.Random(5)
    words = {"".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=9)) for _word in range(100_000)}
    return HEAD + b"\r\n" + "\n".join(sorted(words)).encode()


def lone_surrogates() -> bytes:
    """Return a mail in whose words stand halves of letters."""
    html = b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>half &#xD800; letter \xed\xa0\x80 Halbes</p>"
    return HEAD.replace(b"Poison", b"=?utf-16?b?2AA=?= Poison \xed\xb0\x80") + html


def nul_everywhere() -> bytes:
    """Return a mail with zero bytes where texts are."""
    return HEAD.replace(b"Poison", b"Poi\x00son").replace(b"Elena", b"Ele\x00na") + b"\r\nbo\x00dy of zeros\x00"


POISON: dict[str, Callable[[], bytes]] = {
    "zone -1600": lambda: HEAD + b"Date: Mon, 02 Mar 2026 12:00:00 -1600\r\n\r\nFrom far in the west.",
    "NUL": nul_everywhere,
    "1 MB of distinct words": distinct_words,
    "lone surrogates": lone_surrogates,
    "10,000 parts": many_parts,
    "1,000 nested messages": nested_messages,
    "5,000 levels of parts": nested_parts,
    "header of 100 MB": lambda: header_of_100_mb()[:256_000],
    "42.zip": zip_bomb,
    "sheet of 10 GB": sheet_of_10_gb,
    "picture of 30,000 x 30,000": huge_picture,
    "a file of 42 MB": lambda: attached("a.bin", "application/octet-stream", bytes(42_000_000)),
    "1 MB of quote marks": lambda: HEAD + b"\r\n" + b">\n" * 500_000,
}
