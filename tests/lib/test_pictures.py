"""Pictures from outside come out as pictures of ours, or not at all."""

import resource
import struct
import subprocess
import sys
import zlib
from io import BytesIO

import pytest
from PIL import Image

from samovar.lib.pictures import LARGE, SMALL, redrawn

SCRIPT = b"<script>alert(1)</script>"
BOMB_LIMIT = 400 * 1024 * 1024


def drawn(form: str, size: tuple[int, int] = (60, 40), **given: object) -> bytes:
    """A picture of one colour."""
    written = BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(written, form, **given)
    return written.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """A piece of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of few bytes and very many points."""
    rows = zlib.compressobj()
    row = bytes(1 + width // 8)
    points = b"".join(rows.compress(row) for _number in range(height)) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", points) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("PNG", "image/png"), ("GIF", "image/png"), ("WEBP", "image/png"), ("JPEG", "image/jpeg")],
)
def test_each_of_the_four_kinds_is_written_anew(form: str, media_type: str) -> None:
    found = redrawn(drawn(form))

    assert found is not None
    assert found.media_type == media_type
    with Image.open(BytesIO(found.content)) as ours:
        assert ours.size == (60, 40)


@pytest.mark.parametrize("form", ["PNG", "GIF", "JPEG", "WEBP"])
def test_what_is_hidden_in_or_behind_a_picture_is_gone(form: str) -> None:
    given: dict[str, object] = {"comment": SCRIPT} if form in {"GIF", "JPEG"} else {}
    found = redrawn(drawn(form, (60, 40), **given) + SCRIPT)

    assert found is not None
    assert b"script" not in found.content


def test_where_a_photo_was_taken_is_left_out_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "the house of a customer"
    found = redrawn(drawn("JPEG", exif=exif))

    assert found is not None
    assert b"house" not in found.content
    with Image.open(BytesIO(found.content)) as ours:
        assert ours.size == (40, 60)


def test_a_preview_is_small_and_a_large_picture_is_made_to_fit() -> None:
    content = drawn("PNG", (4000, 3000))
    small, large = redrawn(content, SMALL), redrawn(content)

    assert small is not None
    assert large is not None
    with Image.open(BytesIO(small.content)) as preview, Image.open(BytesIO(large.content)) as shown:
        assert preview.size == (480, 360)
        assert max(shown.size) == LARGE[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a/*" + SCRIPT + b"*/=1;",
        b"%PDF-1.4\n" + SCRIPT,
        drawn("BMP"),
        drawn("TIFF"),
        drawn("PNG")[:60],
        drawn("JPEG")[:200],
        drawn("WEBP")[:30],
    ],
)
def test_what_is_no_whole_picture_of_these_kinds_is_refused(content: bytes) -> None:
    assert redrawn(content) is None


def _fenced() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (BOMB_LIMIT, BOMB_LIMIT))


def test_a_picture_of_very_many_points_is_refused_before_it_takes_memory() -> None:
    code = "import sys; from samovar.lib.pictures import redrawn; assert redrawn(sys.stdin.buffer.read()) is None"

    ran = subprocess.run(
        [sys.executable, "-c", code], input=bomb(), preexec_fn=_fenced, capture_output=True, timeout=60, check=False
    )

    assert ran.returncode == 0, ran.stderr.decode()
