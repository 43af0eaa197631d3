"""What a file is by its content; its name and what its sender says of it are words of a stranger."""

import re

HEAD_BYTES = 512
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What is ever shown: by us, written anew."""

BY_BEGINNING = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"#!", "text/x-script"),
)
PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body|script|iframe|svg|\?xml|!--)", re.IGNORECASE)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# What a file of this name holds, if it is what it says; the new formats of offices are archives.
OF_NAMES = {
    **dict.fromkeys(("png",), {"image/png"}),
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif"), {"image/jpeg"}),
    **dict.fromkeys(("gif",), {"image/gif"}),
    **dict.fromkeys(("webp",), {"image/webp"}),
    **dict.fromkeys(("pdf",), {"application/pdf"}),
    **dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "odp"), {"application/zip", "application/x-ole-storage"}),
    **dict.fromkeys(("doc", "xls", "ppt", "msg"), {"application/x-ole-storage", "application/zip"}),
}


def kind_of(head: bytes) -> str:
    """Return the type of a file that begins with ``head``, "" for one that we do not know."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    for beginning, kind in BY_BEGINNING:
        if head.startswith(beginning):
            return kind
    return "text/html" if PAGE.match(head[:HEAD_BYTES].removeprefix(BYTE_ORDER_MARK)) else ""


def is_disguised(name: str, kind: str) -> bool:
    """Tell whether a file called ``name`` holds something else than such names promise."""
    promised = OF_NAMES.get(name.rpartition(".")[2].strip().lower()) if "." in name else None
    return bool(promised and kind and kind not in promised)
