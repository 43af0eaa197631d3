"""Pictures from outside, written anew: what we show was drawn by us from their points, no byte of theirs is passed on.

A file that is a picture and a script at once comes out as a picture only; what hides behind the points (places, names,
profiles) is left out. One that is too large, or is none of the four kinds, is refused before its points are read.
"""

from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from PIL import Image, ImageOps

from samovar.lib.fence import Fence

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_BYTES = 30 * 1024 * 1024
MOST_POINTS = 25_000_000
"""Some 100 MB while it is drawn."""
LONGEST_SIDE = 20_000
LARGE, SMALL = (2560, 2560), (480, 360)

# One at a time in a process: two large ones at once would need the memory twice.
_at_work = Lock()


@dataclass(frozen=True)
class Picture:
    """A picture as we write it; ``size`` is its width and its height in points."""

    media_type: str
    content: bytes
    size: tuple[int, int] = (0, 0)


def redrawn(content: bytes, fits: tuple[int, int] = LARGE) -> Picture | None:
    """Return the picture in ``content``, of which a moving one is its first frame, made to fit; None if it is none."""
    if len(content) > MOST_BYTES:
        return None
    with _at_work, Fence() as fence:
        return _redrawn(content, fits)
    # Whatever else a broken or a hostile picture makes the library say, it means the same: it is not shown.
    assert fence.error is not None
    return None


def _redrawn(content: bytes, fits: tuple[int, int]) -> Picture | None:
    with Image.open(BytesIO(content), formats=FORMATS) as found:
        width, height = found.size
        if width * height > MOST_POINTS or max(width, height) > LONGEST_SIDE:
            return None
        is_photo = found.format == "JPEG"
        if is_photo:
            found.draft("RGB", fits)
        upright = ImageOps.exif_transpose(found)
        drawn = upright.convert("RGB" if is_photo else "RGBA")
    drawn.thumbnail(fits)
    drawn.info.clear()
    written = BytesIO()
    if is_photo:
        drawn.save(written, "JPEG", quality=85)
    else:
        drawn.save(written, "PNG")
    return Picture("image/jpeg" if is_photo else "image/png", written.getvalue(), drawn.size)
