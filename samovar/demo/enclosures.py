"""Pictures and papers that letters bring along; there are few of them, because a content is stored once."""

import zlib
from functools import cache
from random import Random
from struct import pack

from samovar.conversations.inbound import InboundFile

WIDTH, HEIGHT, PICTURES = 200, 150, 12
OAK, CLOTH = (186, 140, 92), (128, 138, 152)
PAPERS = {
    "invoice": ("invoice", "delivery note", "receipt"),
    "quote": ("quote", "plan", "contract"),
    "material": ("drawing", "certificate"),
    "assembly": ("corrected page",),
}


def photo(random: Random, is_soft: bool) -> InboundFile:
    """Return a picture of something scratched, as a phone would name it."""
    content = _picture(random.randrange(PICTURES), is_soft)
    return InboundFile(name=f"IMG_{random.randrange(1000, 9999)}.png", media_type="image/png", content=content)


def paper(random: Random, subject: str) -> InboundFile:
    """Return a sheet of paper that goes with ``subject``."""
    name = random.choice(PAPERS.get(subject, ("sheet",)))
    return InboundFile(name=f"{name}.pdf", media_type="application/pdf", content=_sheet(name))


@cache
def _picture(number: int, is_soft: bool) -> bytes:
    """Return a small PNG: boards or cloth with a mark that runs across."""
    random = Random(number)
    start, slope, length = random.randrange(30, 110), random.uniform(-0.4, 0.6), random.randrange(40, 150)
    shades = [random.randrange(-22, 22) for _ in range(HEIGHT // 6 + 1)]
    rows = bytearray()
    for y in range(HEIGHT):
        rows.append(0)
        for x in range(WIDTH):
            is_mark = 20 < x < 20 + length and abs(y - start - slope * (x - 20)) < 1.5
            grain = -70 if is_mark else shades[y // 6] + (x * 7 + y * (13 if is_soft else 1)) % 9
            rows += bytes(min(255, max(0, colour + grain)) for colour in (CLOTH if is_soft else OAK))
    header = pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))


@cache
def _sheet(title: str) -> bytes:
    """Return a PDF of one page with a heading."""
    drawn = f"BT /F1 20 Tf 60 760 Td (Aurora Home: {title}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(drawn)).encode() + b" >>\nstream\n" + drawn + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    content, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    content += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(content)
