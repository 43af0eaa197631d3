"""A file is what its content says, not what its name says."""

import pytest

from samovar.lib.media_types import is_disguised, kind_of


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a/*<script>", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVE", ""),
        (b"%PDF-1.7\n<html>", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"MZ\x90", "application/x-msdownload"),
        (b"\x7fELF", "application/x-executable"),
        (b"#!/bin/sh", "text/x-script"),
        (b"  <!DOCTYPE html>", "text/html"),
        (b"\xef\xbb\xbf<HTML>", "text/html"),
        (b"<svg xmlns=", "text/html"),
        (b"<p>a letter", ""),
        (b"plain words", ""),
        (b"", ""),
    ],
)
def test_the_beginning_of_a_file_says_what_it_is(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("a.png", "text/html", True),
        ("a.PNG", "image/png", False),
        ("photo.jpg", "application/x-msdownload", True),
        ("bill.pdf", "text/html", True),
        ("bill.docx", "application/zip", False),
        ("bill.docx", "application/x-msdownload", True),
        ("letter.txt", "text/html", False),
        ("png", "text/html", False),
        ("a.png", "", False),
    ],
)
def test_a_name_that_promises_something_else_is_noticed(name: str, kind: str, expected: bool) -> None:
    assert is_disguised(name, kind) is expected
